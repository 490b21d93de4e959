import Foundation
import Render
import TestSupport
import Testing

@Suite struct CellQualityTests {
  /// Least PSNR (dB) and SSIM of an image turned into cells and rendered back, as measured less about half a decibel and 0.02.
  struct Floor: Sendable {
    let symbols: SymbolSet
    let colors: ColorDepth
    let psnr: Double
    let ssim: Double
  }

  /// The drawn scene, 384x288 pixels on 100x38 cells.
  static let drawn = [
    Floor(symbols: .half, colors: .truecolor, psnr: 29.3, ssim: 0.93),
    Floor(symbols: .quadrant, colors: .truecolor, psnr: 30.7, ssim: 0.95),
    Floor(symbols: .sextant, colors: .truecolor, psnr: 31.9, ssim: 0.955),
    Floor(symbols: .octant, colors: .truecolor, psnr: 33.0, ssim: 0.96),
    Floor(symbols: .half, colors: .indexed256, psnr: 22.5, ssim: 0.62),
    Floor(symbols: .sextant, colors: .indexed256, psnr: 23.0, ssim: 0.635),
    Floor(symbols: .half, colors: .indexed8, psnr: 11.1, ssim: 0.25),
    Floor(symbols: .half, colors: .mono, psnr: 6.7, ssim: 0.02),
    Floor(symbols: .sextant, colors: .mono, psnr: 7.6, ssim: 0.02),
  ]

  /// The mean over four photographs within 100x40 cells.
  static let photographs = [
    Floor(symbols: .half, colors: .truecolor, psnr: 19.7, ssim: 0.46),
    Floor(symbols: .quadrant, colors: .truecolor, psnr: 20.6, ssim: 0.54),
    Floor(symbols: .sextant, colors: .truecolor, psnr: 20.9, ssim: 0.56),
    Floor(symbols: .octant, colors: .truecolor, psnr: 21.1, ssim: 0.58),
    Floor(symbols: .half, colors: .indexed256, psnr: 17.75, ssim: 0.39),
    Floor(symbols: .sextant, colors: .indexed256, psnr: 18.6, ssim: 0.49),
    Floor(symbols: .half, colors: .mono, psnr: 7.6, ssim: 0.11),
    Floor(symbols: .sextant, colors: .mono, psnr: 8.0, ssim: 0.14),
  ]

  /// The mean over the same photographs with a tint and a contour, nothing carried: as measured less 0.1 dB and 0.003 to 0.005. Ink from the
  /// middle of the luma on would have about 0.003 less SSIM than these.
  static let overlays = [
    Floor(symbols: .half, colors: .mono, psnr: 8.79, ssim: 0.163),
    Floor(symbols: .quadrant, colors: .mono, psnr: 8.96, ssim: 0.186),
    Floor(symbols: .sextant, colors: .mono, psnr: 9.08, ssim: 0.199),
    Floor(symbols: .best, colors: .mono, psnr: 9.2, ssim: 0.215),
  ]

  private func compare(_ image: Image, _ style: CellStyle) -> (psnr: Double, ssim: Double) {
    let size = CellGrid.fit(width: image.width, height: image.height, columns: 100, rows: 40)
    let rendered = CellGrid(image, columns: size.columns, rows: size.rows, style: style).rendered()
    let back = rendered.resized(width: image.width, height: image.height, .area)
    return (ImageQuality.psnr(image, back), ImageQuality.ssim(image, back))
  }

  @Test func drawnScenesComeBack() {
    let scene = Fixtures.scene(width: 384, height: 288)
    for floor in Self.drawn {
      let found = compare(scene, CellStyle(symbols: floor.symbols, colors: floor.colors))
      #expect(found.psnr >= floor.psnr && found.ssim >= floor.ssim, "\(floor): \(found)")
      if ProcessInfo.processInfo.environment["DIFFSS_REPORT"] != nil { print("cells, drawn:", floor.symbols, floor.colors, found) }
    }
  }

  @Test(.enabled(if: Golden.isAvailable)) func photographsComeBack() throws {
    let photos = try ["000000000009", "000000000025", "000000000394", "000000000086"].map {
      try Image(pngOrJpeg: Golden.data("coco-mini/train2017/\($0).jpg")).rgb
    }
    let marked = photos.map { photo in
      var mask = LabelMask(width: photo.width, height: photo.height, labels: [UInt8](repeating: 0, count: photo.width * photo.height))
      for y in (photo.height / 4)..<(photo.height / 2) { for x in (photo.width / 4)..<(photo.width / 2) { mask[x, y] = 1 } }
      let mark = RGB(255, 64, 208)
      return photo.tinted(mask, color: mark, opacity: 0.4).outlined(mask, color: mark, thickness: 4)
    }
    let cases = Self.photographs.map { ($0, photos, true) } + Self.overlays.map { ($0, marked, false) }
    for (floor, images, dithered) in cases {
      let all = images.map { compare($0, CellStyle(symbols: floor.symbols, colors: floor.colors, dithered: dithered)) }
      let (psnr, ssim) = (all.map(\.psnr).reduce(0, +) / 4, all.map(\.ssim).reduce(0, +) / 4)
      #expect(psnr >= floor.psnr && ssim >= floor.ssim, "\(floor): \(psnr) \(ssim)")
      if ProcessInfo.processInfo.environment["DIFFSS_REPORT"] != nil { print("cells:", dithered, floor.symbols, floor.colors, psnr, ssim) }
    }
  }
}

@Suite struct CellTests {
  @Test(arguments: SymbolSet.allCases) func everySymbolFindsItself(symbols: SymbolSet) throws {
    let (ink, paper) = (RGB(250, 200, 40), RGB(10, 30, 90))
    let characters: [Unicode.Scalar] =
      switch symbols {
      case .half: ["▀", "▄", "▌", "▐"]
      case .quadrant: ["▘", "▝", "▖", "▗", "▚", "▞", "▛", "▜", "▙", "▟", "▂", "▇", "▏", "▋"]
      case .sextant: ["\u{1FB00}", "\u{1FB13}", "\u{1FB14}", "\u{1FB27}", "\u{1FB28}", "\u{1FB3B}"]
      case .wedge: ["\u{1FB3C}", "\u{1FB48}", "\u{1FB57}", "\u{1FB51}", "\u{1FB6C}", "\u{1FB9A}", "\u{1FB72}", "\u{1FB79}", "\u{1FB7D}"]
      case .octant: ["\u{1CD00}", "\u{1CD01}", "\u{1CDE5}", "\u{1CEA8}", "\u{1FB82}", "\u{1FBE6}"]
      case .best: ["\u{1CD01}", "\u{1FB14}", "\u{1FB4A}", "▋", "\u{1FB81}"]
      }
    let grid = CellGrid(
      columns: characters.count, rows: 1, cells: characters.map { Cell($0, .rgb(ink), on: .rgb(paper)) })
    let rendered = grid.rendered()
    let again = CellGrid(rendered, columns: grid.columns, rows: 1, style: CellStyle(symbols: symbols))
    if symbols == .wedge || symbols == .best {
      // Slanted edges are smooth, so that the colours are not quite those.
      #expect(again.cells.map(\.scalar) == characters)
    } else {
      // A symbol and its complement with exchanged colours are the same image.
      #expect(again.rendered() == rendered)
    }
  }

  @Test func symbolsLieWhereUnicodePutsThem() {
    func blocks(_ scalar: Unicode.Scalar, across: Int, down: Int) -> [Int] {
      let rendered = CellGrid(columns: 1, rows: 1, cells: [Cell(scalar)]).rendered()
      return (0..<(across * down)).filter {
        rendered[$0 % across * 8 / across + 1, $0 / across * 24 / down + 2, 0] == 255
      }.map { $0 + 1 }
    }
    // The digits in the characters' Unicode names.
    #expect(blocks("\u{1FB00}", across: 2, down: 3) == [1])
    #expect(blocks("\u{1FB13}", across: 2, down: 3) == [3, 5])
    #expect(blocks("\u{1FB14}", across: 2, down: 3) == [2, 3, 5])
    #expect(blocks("\u{1FB3B}", across: 2, down: 3) == [2, 3, 4, 5, 6])
    #expect(blocks("\u{1CD00}", across: 2, down: 4) == [3])
    #expect(blocks("\u{1CD01}", across: 2, down: 4) == [2, 3])
    #expect(blocks("\u{1CD04}", across: 2, down: 4) == [1, 4])
    #expect(blocks("\u{1CDE5}", across: 2, down: 4) == [2, 3, 4, 5, 6, 7, 8])
    #expect(blocks("▙", across: 2, down: 2) == [1, 3, 4])
  }

  /// Of two partings that save nearly the same, the one that keeps the light: edges are seen by it.
  @Test func lightDecidesBetweenPartingsThatSaveNearlyTheSame() {
    // The halves differ in blue by a little more than the upper and the lower one in green.
    func symbol(blue: UInt8) -> Unicode.Scalar {
      var image = Image(width: 16, height: 32, color: [100, 100, 100])
      for y in 0..<32 { for x in 0..<16 { image[x, y] = RGB(100, y < 16 ? 100 : 140, x < 8 ? 100 : blue) } }
      return CellGrid(image, columns: 1, rows: 1, style: CellStyle(symbols: .half)).cells[0].scalar
    }
    #expect(symbol(blue: 141) == "▀" && symbol(blue: 170) == "▌")
  }

  @Test func flatCellsAreBlanks() {
    let grid = CellGrid(Image(width: 50, height: 40, color: [12, 99, 201]), columns: 7, rows: 3)
    #expect(grid.cells.allSatisfy { $0.scalar == " " && $0.background == .rgb(RGB(12, 99, 201)) })
  }

  @Test func anySizeWorks() {
    for (width, height) in [(1, 1), (1, 300), (300, 1), (7, 5), (641, 427)] {
      let image = Fixtures.scene(width: width, height: height, channels: width == 7 ? 1 : 3)
      for (columns, rows) in [(1, 1), (3, 80), (81, 2)] {
        for smooth in [true, false] {
          let style = CellStyle(symbols: .octant, colors: rows == 2 ? .indexed8 : .truecolor, smooth: smooth)
          #expect(CellGrid(image, columns: columns, rows: rows, style: style).cells.count == columns * rows)
        }
      }
    }
  }

  @Test func sharpPixelsStaySharp() {
    let checks = Image(width: 2, height: 2, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    let grid = CellGrid(checks, columns: 8, rows: 4, style: CellStyle(smooth: false))
    #expect(Set(grid.cells.map(\.background)).count == 4)
    #expect(grid.cells.allSatisfy { $0.scalar == " " })
  }

  @Test func gridsKeepProportions() {
    #expect(CellGrid.fit(width: 100, height: 100, columns: 80, rows: 24) == (48, 24))
    #expect(CellGrid.fit(width: 640, height: 426, columns: 80, rows: 100) == (80, 27))
    #expect(CellGrid.fit(width: 100, height: 100, columns: 80, rows: 24, cellAspect: 1) == (24, 24))
    #expect(CellGrid.fit(width: 1, height: 5000, columns: 80, rows: 24) == (1, 24))
    #expect(CellGrid.fit(width: 5000, height: 1, columns: 80, rows: 24) == (80, 1))
    #expect(CellGrid.fit(width: 10, height: 10, columns: 0, rows: -3) == (1, 1))
  }

  @Test func palettesUseTheirOwnColours() {
    let scene = Fixtures.scene(width: 200, height: 160)
    for (colors, range) in [(ColorDepth.indexed256, 16...255), (.indexed88, 16...87), (.indexed16, 0...15), (.indexed8, 0...7)] {
      let grid = CellGrid(scene, columns: 40, rows: 16, style: CellStyle(colors: colors))
      for cell in grid.cells {
        for color in [cell.foreground, cell.background] {
          guard case .indexed(let index) = color else {
            Issue.record("\(color) in \(colors)")
            continue
          }
          #expect(range.contains(Int(index)))
        }
      }
    }
    let mono = CellGrid(scene, columns: 40, rows: 16, style: CellStyle(colors: .mono))
    #expect(mono.cells.allSatisfy { $0.foreground == .standard && $0.background == .standard })
  }

  @Test func monoKeepsBrightness() {
    for (level, low, high) in [(UInt8(0), 0.0, 0.0), (128, 0.4, 0.6), (255, 1.0, 1.0)] {
      var image = Image(width: 64, height: 64, color: [level == 128 ? 108 : level])
      // Grain, so that it is no drawing.
      if level == 128 { for index in image.pixels.indices { image.pixels[index] += UInt8(index * 7 % 41) } }
      let rendered = CellGrid(image, columns: 32, rows: 16, style: CellStyle(colors: .mono)).rendered()
      let share = Double(rendered.pixels.count { $0 == 255 }) / Double(rendered.pixels.count)
      #expect(share >= low && share <= high, "\(level): \(share)")
    }
  }
}

@Suite struct MaskCellTests {
  let colors = [RGB.black, RGB(200, 0, 0), RGB(0, 0, 200), .white]

  @Test(arguments: SymbolSet.allCases, [ColorDepth.truecolor, .indexed256, .indexed8])
  func coloursAreNeverBlended(symbols: SymbolSet, depth: ColorDepth) {
    var mask = LabelMask(width: 61, height: 47, labels: [UInt8](repeating: 0, count: 61 * 47))
    for y in 0..<47 {
      for x in 0..<61 {
        if (x - 20) * (x - 20) + (y - 20) * (y - 20) < 200 { mask[x, y] = 1 }
        if abs(x - y - 10) < 4 { mask[x, y] = 2 }
        if x > 55 { mask[x, y] = 255 }
      }
    }
    let grid = CellGrid(mask, columns: 30, rows: 12, colors: colors, style: CellStyle(symbols: symbols, colors: depth))
    let allowed = Set(colors.map { TerminalPalette.nearest($0, depth) })
    #expect(allowed.count == colors.count)
    #expect(grid.cells.allSatisfy { allowed.contains($0.foreground) && allowed.contains($0.background) })
    if depth == .truecolor {
      let back = grid.rendered().resized(width: 61, height: 47, .nearest)
      let truth = mask.colored(colors)
      let wrong = (0..<(61 * 47)).count { back[$0 % 61, $0 / 61] != truth[$0 % 61, $0 / 61] }
      #expect(Double(wrong) < (symbols == .half ? 0.10 : 0.07) * 61 * 47, "\(symbols): \(wrong)")
    }
  }

  @Test func alignedMasksComeBackExactly() {
    var generator = SplitMix(state: 4)
    let mask = LabelMask(width: 20, height: 30, labels: (0..<600).map { _ in UInt8(generator.next() % 2) })
    let back = CellGrid(mask, columns: 10, rows: 10, colors: colors).rendered().resized(width: 20, height: 30, .nearest)
    #expect(back == mask.colored(colors))
  }

  /// Or every border would lie half a pixel beside its place.
  @Test func ofTwoLabelsWithAsManyPixelsTheMiddleOneIsTaken() {
    let labels = (0..<48).flatMap { _ in (0..<16).map { UInt8($0 < 7 ? 1 : 0) } }
    let grid = CellGrid(LabelMask(width: 16, height: 48, labels: labels), columns: 1, rows: 1, colors: colors)
    #expect(grid.cells == [Cell("▍", .rgb(colors[1]), on: .rgb(colors[0]))])
  }

  @Test func withoutColourDarkClassesAreSeen() {
    // Black, three classes darker than half light, and a slanted border.
    let dark = [RGB.black, RGB(128, 0, 0), RGB(0, 0, 128), RGB(64, 64, 0)]
    var image = Image(width: 160, height: 96, color: [0, 0, 0])
    for y in 0..<96 { for x in 0..<160 where 2 * y < 200 - x { image[x, y] = dark[min(3, x / 40)] } }
    for isLight in [false, true] {
      let grid = CellGrid(image, columns: 20, rows: 6, style: CellStyle(symbols: .quadrant, colors: .mono, lightBackground: isLight))
      let shown = grid.rendered(foreground: isLight ? .black : .white, background: isLight ? .white : .black)
        .resized(width: 160, height: 96, .area)
      let wrong = (0..<(160 * 96)).count { (image[$0 % 160, $0 / 160] != .black) != (shown.pixels[3 * $0] > 127) }
      #expect(wrong < 400, "\(wrong)")
    }
  }

  @Test func withoutColourIgnoredPixelsAreShaded() {
    let mask = LabelMask(width: 4, height: 2, labels: [0, 1, 255, 7, 0, 1, 255, 7])
    let grid = CellGrid(mask, columns: 4, rows: 2, colors: colors, style: CellStyle(colors: .mono))
    #expect(grid.cells.prefix(4).map(\.scalar) == [" ", "█", "▒", "█"])
  }
}
