import Foundation
import Render
import Testing

/// Cells as escape sequences, SVG and HTML.
@Suite struct CellTextTests {
  private let grid = CellGrid(
    columns: 3, rows: 2,
    cells: [
      Cell("▀", .rgb(RGB(1, 2, 3)), on: .rgb(RGB(4, 5, 6))), Cell("▄", .rgb(RGB(1, 2, 3)), on: .rgb(RGB(7, 8, 9))),
      Cell(" ", .rgb(.white), on: .rgb(RGB(7, 8, 9))), Cell("\u{1FB3C}", .indexed(9), on: .indexed(100)), Cell("<"),
      Cell("x", .standard, on: .standard, .reverse),
    ])

  @Test func onlyChangesAreSent() {
    let escape = "\u{1B}["
    #expect(
      grid.ansi == "\(escape)38;2;1;2;3;48;2;4;5;6m▀\(escape)48;2;7;8;9m▄ \(escape)0m\n"
        + "\(escape)91;48;5;100m\u{1FB3C}\(escape)39;49m<\(escape)0;7mx\(escape)0m\n")
  }

  @Test func vectorsHaveTheExactShapes() {
    let svg = grid.svg()
    #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"24\" height=\"32\" viewBox=\"0 0 24 32\""))
    // The upper half of the first cell, and the wedge of the second line, at its lower left.
    #expect(svg.contains("<path d=\"M0 0L8 0L8 8L0 8Z\" fill=\"#010203\"/>"))
    #expect(svg.contains("<path d=\"M4 32L0 32L0 26.67Z\" fill=\"#ff0000\"/>"), "\(svg)")
    #expect(svg.contains("&lt;</text>") && !svg.contains("><<"))
    #expect(svg.contains("<rect x=\"16\" y=\"0\" width=\"8\" height=\"16\" fill=\"#070809\"/>"))
    let page = grid.html(title: "a & b")
    #expect(page.contains("<title>a &amp; b</title>") && page.contains(svg) && page.hasPrefix("<!doctype html>"))
  }

  @Test func sheetsHaveLabels() {
    func tile(_ label: String, _ columns: Int, _ rows: Int) -> CellSheet.Tile {
      let cells = CellGrid(columns: columns, rows: rows, cells: Array(repeating: Cell("█"), count: columns * rows))
      return CellSheet.Tile(label: label.unicodeScalars.map { Cell($0) }, cells: cells)
    }
    let sheet = CellSheet([tile("one", 4, 2), tile("second", 3, 1), tile("3", 4, 1)], across: 2).cells
    let lines = (0..<sheet.rows).map { row in String(String.UnicodeScalarView((0..<sheet.columns).map { sheet[$0, row].scalar })) }
    #expect(lines == ["one   seco", "████  ███ ", "████      ", "          ", "3         ", "████      "])
  }
}
