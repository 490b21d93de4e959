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

  /// Bytes of cells written as they are, of which `LeanCells` finds the form with the fewest.
  private func bytes(_ cells: [Cell]) -> Int {
    func length(_ color: CellColor, _ isInk: Bool) -> Int {
      switch color {
      case .standard: 2
      case .indexed(let index) where index < 16: "\((index < 8 ? 30 : 82) + (isInk ? 0 : 10) + Int(index))".count
      case .indexed(let index): "38;5;\(index)".count
      case .rgb(let rgb): "38;2;\(rgb.red);\(rgb.green);\(rgb.blue)".count
      }
    }
    var (ink, paper, sum) = (CellColor.standard, CellColor.standard, 0)
    for cell in cells {
      let codes = [
        cell.scalar != " " && cell.foreground != ink ? length(cell.foreground, true) : nil,
        cell.background != paper ? length(cell.background, false) : nil,
      ].compactMap { $0 }
      sum += codes.isEmpty ? 0 : codes.reduce(3, +) + codes.count - 1
      sum += String(Character(cell.scalar)).utf8.count
      if cell.scalar != " " { ink = cell.foreground }
      paper = cell.background
    }
    return sum
  }

  @Test(arguments: SymbolSet.allCases) func blocksTakeTheShorterForm(symbols: SymbolSet) throws {
    var generator = SplitMix(state: 31)
    let coarser: [SymbolSet] =
      switch symbols {
      case .half, .quadrant, .sextant: SymbolSet.allCases.prefix { $0 != symbols } + [symbols]
      case .wedge, .octant: [.half, .quadrant, .sextant, symbols]
      case .best: [.half, .quadrant, .sextant, .wedge, .best]
      }
    let characters = [" "] + coarser.flatMap(\.ownCharacters).filter { $0 != "█" }
    let palettes: [[CellColor]] = [
      [.indexed(1), .indexed(9), .indexed(0)], [.indexed(17), .indexed(9), .indexed(200)],
      [.rgb(.black), .rgb(.white), .rgb(RGB(70, 8, 9))],
    ]
    for round in 0..<60 {
      let colors = palettes[round % 3]
      let cells = (0..<7).map { _ in
        let scalar = generator.next() % 3 == 0 ? " " : characters[Int(generator.next() % UInt64(characters.count))]
        return Cell(scalar, colors[Int(generator.next() % 3)], on: colors[Int(generator.next() % 3)])
      }
      let lean = LeanCells.forms(of: cells, after: .standard, on: .standard)
      func image(_ cells: [Cell]) -> Image { CellGrid(columns: cells.count, rows: 1, cells: cells).rendered() }
      let (before, after) = (image(cells), image(lean))
      // Half-inked pixels of slanted cuts are rounded the other way.
      #expect(zip(before.pixels, after.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
      #expect(lean.allSatisfy { characters.contains($0.scalar) }, "a character of a finer set")
      // Every choice of forms, one after another: none is shorter.
      let forms = zip(cells, lean).map { cell, _ in
        let other = LeanCells.forms(of: [cell], after: cell.background, on: cell.foreground)[0]
        return other == cell ? [cell] : [cell, other]
      }
      let all = forms.reduce([[Cell]()]) { lines, choices in lines.flatMap { line in choices.map { line + [$0] } } }
      #expect(bytes(lean) == all.map(bytes).min())
    }
    let own = [
      Cell("▀", .standard, on: .indexed(3)), Cell("▄", .indexed(3), on: .standard), Cell("▀", .indexed(1), on: .indexed(2), .bold),
    ]
    #expect(LeanCells.forms(of: own, after: .indexed(3), on: .indexed(1)) == own)
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
