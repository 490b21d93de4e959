import Core
import Foundation
import Render
import TestSupport
import Testing

/// Where the ink of characters is, by their names in Unicode, and that the search finds the best of them.
@Suite struct CellShapeTests {
  /// Corners and thirds of a cell of 1x1, by the words of the names.
  private static let places: [(words: String, x: Double, y: Double)] = [
    ("UPPER MIDDLE LEFT", 0, 1 / 3.0), ("UPPER MIDDLE RIGHT", 1, 1 / 3.0), ("LOWER MIDDLE LEFT", 0, 2 / 3.0),
    ("LOWER MIDDLE RIGHT", 1, 2 / 3.0), ("UPPER LEFT", 0, 0), ("UPPER CENTRE", 0.5, 0), ("UPPER RIGHT", 1, 0), ("LOWER LEFT", 0, 1),
    ("LOWER CENTRE", 0.5, 1), ("LOWER RIGHT", 1, 1),
  ]

  @Test(arguments: 0x1FB3C...0x1FB67) func wedgesAreCutAsTheirNamesSay(code: Int) throws {
    let scalar = try #require(Unicode.Scalar(UInt32(code))), name = try #require(scalar.properties.name)
    let parts = name.components(separatedBy: " BLOCK DIAGONAL "), ends = parts[1].components(separatedBy: " TO ")
    func place(_ words: String) throws -> (x: Double, y: Double) {
      let found = try #require(Self.places.first { $0.words == words }, "\(name)")
      return (found.x, found.y)
    }
    let (first, second, corner) = (try place(ends[0]), try place(ends[1]), try place(parts[0]))
    func side(_ x: Double, _ y: Double) -> Double { (second.x - first.x) * (y - first.y) - (second.y - first.y) * (x - first.x) }
    let drawn = CellGrid(columns: 1, rows: 1, cells: [Cell(scalar)]).rendered(cellWidth: 16, cellHeight: 48)
    for y in 0..<48 {
      for x in 0..<16 {
        let (u, v) = ((Double(x) + 0.5) / 16, (Double(y) + 0.5) / 48)
        // Pixels that the cut crosses are grey.
        if abs(side(u, v)) < 0.06 { continue }
        #expect(drawn[x, y, 0] == (side(u, v) * side(corner.x, corner.y) > 0 ? 255 : 0), "\(name) at \(x),\(y)")
      }
    }
  }

  @Test func stripsLieWhereUnicodePutsThem() throws {
    func ink(_ code: UInt32) throws -> Image {
      CellGrid(columns: 1, rows: 1, cells: [Cell(try #require(Unicode.Scalar(code)))]).rendered(cellWidth: 8, cellHeight: 24)
    }
    // VERTICAL ONE EIGHTH BLOCK-2...7, HORIZONTAL ONE EIGHTH BLOCK-2...7.
    for number in 2...7 {
      let (upright, level) = (try ink(0x1FB6E + UInt32(number)), try ink(0x1FB74 + UInt32(number)))
      for y in 0..<24 {
        for x in 0..<8 {
          #expect(upright[x, y, 0] == (x == number - 1 ? 255 : 0))
          #expect(level[x, y, 0] == (y / 3 == number - 1 ? 255 : 0))
        }
      }
    }
    // UPPER AND LOWER, HORIZONTAL ... 1358, LEFT AND LOWER, RIGHT AND UPPER.
    let rows = [0x1FB80, 0x1FB81].map { code in (0..<8).filter { row in (try? ink(code)[3, row * 3 + 1, 0]) == 255 } }
    #expect(rows == [[0, 7], [0, 2, 4, 7]])
    let (lower, upper) = (try ink(0x1FB7C), try ink(0x1FB7E))
    #expect(lower[0, 0, 0] == 255 && lower[7, 22, 0] == 255 && lower[7, 0, 0] == 0)
    #expect(upper[7, 23, 0] == 255 && upper[0, 1, 0] == 255 && upper[0, 23, 0] == 0)
  }

  @Test func trianglesPointAtTheMiddle() {
    func ink(_ scalar: Unicode.Scalar) -> [UInt8] {
      let drawn = CellGrid(columns: 1, rows: 1, cells: [Cell(scalar)]).rendered(cellWidth: 16, cellHeight: 48)
      // Left, upper, right, lower.
      return [drawn[2, 24, 0], drawn[8, 5, 0], drawn[13, 24, 0], drawn[8, 42, 0]].map { $0 == 255 ? 1 : 0 }
    }
    #expect(ink("\u{1FB6C}") == [1, 0, 0, 0] && ink("\u{1FB6D}") == [0, 1, 0, 0] && ink("\u{1FB6E}") == [0, 0, 1, 0])
    #expect(ink("\u{1FB6F}") == [0, 0, 0, 1] && ink("\u{1FB9A}") == [0, 1, 0, 1] && ink("\u{1FB9B}") == [1, 0, 1, 0])
    #expect(ink("\u{1FB68}") == [0, 1, 1, 1] && ink("\u{1FB69}") == [1, 0, 1, 1] && ink("\u{1FB6A}") == [1, 1, 0, 1])
    #expect(ink("\u{1FB6B}") == [1, 1, 1, 0])
  }

  /// A scene with grain, in sizes that leave odd numbers of cells over.
  private static func scenes() -> [(image: Image, columns: Int, rows: Int)] {
    var generator = SplitMix(state: 11)
    return [(97, 61, 13, 5), (64, 64, 4, 2), (40, 90, 1, 7), (300, 200, 30, 11)].map { width, height, columns, rows in
      var image = Fixtures.scene(width: width, height: height)
      for index in image.pixels.indices { image.pixels[index] = image.pixels[index] / 2 + UInt8(generator.next() % 100) }
      return (image, columns, rows)
    }
  }

  /// The same in eight colours, whose cells settle on them.
  private static func drawings() -> [(image: Image, columns: Int, rows: Int)] {
    scenes().map { scene in
      var image = scene.image
      for index in image.pixels.indices { image.pixels[index] = image.pixels[index] < 100 ? 20 : 220 }
      return (image, scene.columns, scene.rows)
    }
  }

  @Test(arguments: SymbolSet.allCases) func sixteenCellsAtATimeAreAsOne(symbols: SymbolSet) {
    for (image, columns, rows) in Self.scenes() + Self.drawings() {
      let plain = PlainCells.grid(image, columns: columns, rows: rows, symbols: symbols)
      for set in KernelSet.available {
        KernelSet.$current.withValue(set) {
          let style = CellStyle(symbols: symbols, smooth: false)
          #expect(CellGrid(image, columns: columns, rows: rows, style: style) == plain, "\(columns)x\(rows), \(set)")
        }
      }
    }
  }

  @Test(arguments: SymbolSet.allCases, [ColorDepth.indexed256, .indexed88, .indexed16, .indexed8])
  func sixteenSymbolsAtATimeAreAsOne(symbols: SymbolSet, colors: ColorDepth) throws {
    for (image, columns, rows) in Self.scenes() {
      for dithered in [true, false] {
        let style = CellStyle(symbols: symbols, colors: colors, dithered: dithered, smooth: false)
        let plain = try #require(PlainCells.grid(image, columns: columns, rows: rows, style: style))
        for set in KernelSet.available {
          KernelSet.$current.withValue(set) {
            #expect(CellGrid(image, columns: columns, rows: rows, style: style) == plain, "\(columns)x\(rows), \(set)")
          }
        }
      }
    }
  }

  @Test func moreSymbolsLoseLess() {
    let scene = Fixtures.scene(width: 320, height: 320)
    func psnr(_ symbols: SymbolSet) -> Double {
      let cells = CellGrid(scene, columns: 40, rows: 20, style: CellStyle(symbols: symbols))
      return ImageQuality.psnr(scene, cells.rendered(cellWidth: 8, cellHeight: 24).resized(width: 320, height: 320, .area))
    }
    #expect(psnr(.half) < psnr(.quadrant) && psnr(.quadrant) < psnr(.sextant) && psnr(.sextant) < psnr(.wedge))
    #expect(psnr(.octant) <= psnr(.best) + 0.05 && psnr(.wedge) <= psnr(.best) + 0.05)
  }
}
