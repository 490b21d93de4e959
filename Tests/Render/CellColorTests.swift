import Foundation
import Render
import TestSupport
import Testing

/// Cells where colours are few.
@Suite struct CellColorTests {
  private func squares(_ a: RGB, _ b: RGB) -> Int {
    let (r, g, b) = (Int(a.red) - Int(b.red), Int(a.green) - Int(b.green), Int(a.blue) - Int(b.blue))
    return r * r + g * g + b * b
  }

  @Test(arguments: [(ColorDepth.indexed256, 16...255), (.indexed88, 16...87), (.indexed16, 0...15), (.indexed8, 0...7)])
  func theNearestEntryIsTaken(depth: ColorDepth, entries: ClosedRange<Int>) throws {
    let table = TerminalPalette.colors(CellStyle(colors: depth))
    var generator = SplitMix(state: 3)
    let colors = (0..<4000).map { _ in
      RGB(UInt8(generator.next() % 256), UInt8(generator.next() % 256), UInt8(generator.next() % 256))
    }
    for color in colors + entries.map({ table[$0] }) {
      guard case .indexed(let found) = TerminalPalette.nearest(color, depth) else { throw CancellationError() }
      let least = entries.map { squares(color, table[$0]) }.min() ?? 0
      #expect(squares(color, table[Int(found)]) == least, "\(color) in \(depth)")
    }
    #expect(TerminalPalette.nearest(.black, depth) == .indexed(depth >= .indexed88 ? 16 : 0))
    #expect(TerminalPalette.nearest(RGB(1, 2, 3), .truecolor) == .rgb(RGB(1, 2, 3)))
    #expect(TerminalPalette.nearest(RGB(1, 2, 3), .mono) == .standard)
  }

  @Test func everyNumberOfColoursIsWhatItIs() {
    #expect(
      [1 << 24, 256, 88, 64, 16, 8, 2, 0, -1].map { ColorDepth(announced: $0) }
        == [.indexed256, .indexed256, .indexed88, .indexed16, .indexed16, .indexed8, .mono, .mono, .mono])
    #expect(TerminalPalette.rxvt88.count == 88 && TerminalPalette.rxvt88[87] == RGB(231, 231, 231) && TerminalPalette.rxvt88[79] == .white)
    #expect(NamedColors.vga.colors[3] == RGB(170, 85, 0) && NamedColors.vga.colors[12] == RGB(85, 85, 255))
    #expect(NamedColors([.black]) == nil)
  }

  /// PASCAL VOC's colours of labels.
  private static let classes: [RGB] = (0..<21).map { label in
    func channel(_ bit: Int) -> UInt8 { UInt8((label >> bit & 1) << 7 | (label >> (bit + 3) & 1) << 6) }
    return RGB(channel(0), channel(1), channel(2))
  }

  private func stripes(_ colors: [RGB]) -> Image {
    let width = colors.count * 24
    var image = Image(width: width, height: 96, color: [0, 0, 0])
    for y in 0..<96 { for x in 0..<width { image[x, y] = colors[x / 24] } }
    return image
  }

  @Test(arguments: [(ColorDepth.indexed256, 21), (.indexed88, 21), (.indexed16, 16), (.indexed8, 8)])
  func classesKeepApart(depth: ColorDepth, count: Int) {
    let image = stripes(Array(Self.classes[..<count])), style = CellStyle(colors: depth)
    let grid = CellGrid(image, columns: count * 3, rows: 6, style: style)
    // Every stripe is three whole cells of one colour, and no two have the same.
    let colors = (0..<count).map { stripe in Set((0..<6).flatMap { row in (0..<3).map { grid[stripe * 3 + $0, row].background } }) }
    #expect(colors.allSatisfy { $0.count == 1 })
    let table = TerminalPalette.colors(style)
    let shown = colors.flatMap { $0 }.map { color -> RGB in if case .indexed(let index) = color { table[Int(index)] } else { .black } }
    #expect(Set(shown).count == count)
    #expect(grid.cells.allSatisfy { $0.scalar == " " })
  }

  @Test(arguments: [ColorDepth.indexed256, .indexed16, .indexed8]) func noClassLooksLikeAnother(depth: ColorDepth) {
    let style = CellStyle(colors: depth), table = TerminalPalette.colors(style)
    let entries = depth == .indexed256 ? 16...255 : depth == .indexed16 ? 0...15 : 0...7
    var generator = SplitMix(state: 21)
    for _ in 0..<40 {
      func level() -> UInt8 { UInt8(generator.next() % 256) }
      let classes = [.black] + (0..<5).map { _ in RGB(level(), level(), level()) }
      let grid = CellGrid(stripes(classes), columns: classes.count * 3, rows: 6, style: style)
      func nearest(_ entry: Int) -> Int {
        classes.indices.min { squares(classes[$0], table[entry]) < squares(classes[$1], table[entry]) } ?? 0
      }
      for (index, color) in classes.enumerated() where entries.contains(where: { nearest($0) == index }) {
        guard case .indexed(let shown) = grid[index * 3 + 1, 3].background else { continue }
        #expect(nearest(Int(shown)) == index, "\(color) of \(classes)")
      }
    }
  }

  @Test(arguments: [ColorDepth.indexed256, .indexed16]) func edgesOfMasksAreBlendedWithinTheirClass(depth: ColorDepth) {
    var labels = [UInt8](repeating: 0, count: 200 * 200)
    for y in 0..<200 { for x in 0..<200 where (x - 97) * (x - 97) + (y - 103) * (y - 103) < 5000 { labels[y * 200 + x] = 1 } }
    let mask = LabelMask(width: 200, height: 200, labels: labels), colors = [RGB.black, .white], image = mask.colored(colors)
    let style = CellStyle(symbols: .half, colors: depth)
    func back(_ grid: CellGrid) -> Image { grid.rendered().resized(width: 200, height: 200, .nearest) }
    let blended = back(CellGrid(image, columns: 40, rows: 20, style: style))
    let sharp = back(CellGrid(mask, columns: 40, rows: 20, colors: colors, style: style))
    #expect(ImageQuality.psnr(image, blended) > ImageQuality.psnr(image, sharp) + 0.5)
    #expect(Set(sharp.pixels).count == 2 && Set(blended.pixels).count > 2)
    func wrong(_ shown: Image) -> Int { (0..<40000).count { (shown.pixels[3 * $0] > 127) != (labels[$0] == 1) } }
    #expect(wrong(blended) <= wrong(sharp) + 40)
  }

  /// The colours of hits and misses, both of which xterm's cyan is nearest to, and a red of less than half light.
  @Test func classesAreNotKeptApartWhereThatIsNotAskedFor() {
    let image = stripes([.black, RGB(0, 158, 115), RGB(86, 180, 233), RGB(128, 0, 0)])
    func papers(_ colors: ColorDepth, keepsClasses: Bool) -> [CellColor] {
      let style = CellStyle(colors: colors, dithered: false, keepsClasses: keepsClasses)
      let grid = CellGrid(image, columns: 12, rows: 6, style: style)
      return (0..<4).map { grid[3 * $0 + 1, 3].background }
    }
    #expect(papers(.indexed8, keepsClasses: true) == [.indexed(0), .indexed(2), .indexed(6), .indexed(1)])
    #expect(papers(.indexed8, keepsClasses: false) == [.indexed(0), .indexed(6), .indexed(6), .indexed(1)])
    func line(keepsClasses: Bool) -> String {
      let style = CellStyle(colors: .mono, dithered: false, keepsClasses: keepsClasses)
      return String(String.UnicodeScalarView(CellGrid(image, columns: 12, rows: 6, style: style).cells.prefix(12).map(\.scalar)))
    }
    #expect(line(keepsClasses: true) == "   █████████" && line(keepsClasses: false) == "      ███   ")
  }

  /// A miss is nearest to xterm's bright blue, which is much darker; cyan has nearly its light.
  @Test func classesKeepTheirLight() {
    let image = stripes([.black, RGB(0, 158, 115), RGB(86, 180, 233), RGB(213, 94, 0)])
    let grid = CellGrid(image, columns: 12, rows: 6, style: CellStyle(colors: .indexed16))
    #expect((0..<4).map { grid[3 * $0 + 1, 3].background } == [.indexed(0), .indexed(2), .indexed(6), .indexed(1)])
    #expect(TerminalPalette.nearest(RGB(86, 180, 233), .indexed16) == .indexed(12))
  }

  /// A line of another class that brings the left half of a cell to 4 levels a channel, 48 squared ones, is not seen; one that brings it to 5,
  /// 75 squared ones, is. Where an image has many colours, both are.
  @Test func partsThatAreNearlyOfOneClassHaveItsColour() {
    func cell(_ line: UInt8, colors: Int) -> Cell {
      var image = Image(width: 80, height: 160, color: [0, 0, 0])
      for y in 0..<16 { image[0, y] = RGB(line, line, line) }
      for x in 0..<colors { image[40 + x, 80] = RGB(255, 255, UInt8(x)) }
      return CellGrid(image, columns: 10, rows: 10, style: CellStyle(symbols: .half))[0, 0]
    }
    func expected(_ level: UInt8) -> Cell { Cell("▌", .rgb(RGB(level, level, level)), on: .rgb(.black)) }
    #expect(cell(16, colors: 2) == expected(0) && cell(20, colors: 2) == expected(5))
    #expect(cell(16, colors: 40) == expected(4))
  }

  @Test(arguments: [SymbolSet.half, .quadrant, .best], [ColorDepth.indexed256, .indexed16, .indexed8])
  func theNearestColoursLoseLeast(symbols: SymbolSet, depth: ColorDepth) {
    var mask = LabelMask(width: 240, height: 240, labels: [UInt8](repeating: 0, count: 240 * 240))
    for y in 0..<240 {
      for x in 0..<240 {
        let (u, v) = (x - 110, y - 126)
        if u * u + v * v < 9000 { mask[x, y] = u * 2 > v ? 1 : 2 }
      }
    }
    let image = mask.colored([.black, RGB(0, 158, 115), RGB(86, 180, 233)])
    func psnr(keepsClasses: Bool) -> Double {
      let style = CellStyle(symbols: symbols, colors: depth, dithered: false, keepsClasses: keepsClasses)
      let shown = CellGrid(image, columns: 40, rows: 20, style: style).rendered(palette: TerminalPalette.colors(style))
      return ImageQuality.psnr(image, shown.resized(width: 240, height: 240, .area))
    }
    #expect(psnr(keepsClasses: false) >= psnr(keepsClasses: true) - 0.01)
  }

  @Test func moreClassesThanColoursShareThem() {
    let grid = CellGrid(stripes(Self.classes), columns: 63, rows: 6, style: CellStyle(colors: .indexed8))
    #expect(Set(grid.cells.map(\.background)).count == 8)
  }

  @Test(arguments: [ColorDepth.indexed256, .indexed88, .indexed16, .indexed8, .mono]) func flatAreasHaveNoGrain(depth: ColorDepth) {
    var image = Fixtures.scene(width: 160, height: 160)
    for y in 0..<80 { for x in 0..<160 { image[x, y] = RGB(70, 110, 150) } }
    let grid = CellGrid(image, columns: 40, rows: 20, style: CellStyle(colors: depth))
    // From the second row on: cells at the edge have no neighbours to be like. Without colours a grey needs its grain.
    if depth != .mono { #expect(Set((1..<9).flatMap { row in (1..<40).map { grid[$0, row] } }).count == 1) }
    let black = CellGrid(Image(width: 30, height: 30, color: [0, 0, 0]), columns: 10, rows: 5, style: CellStyle(colors: depth)).rendered()
    #expect(black.pixels.allSatisfy { $0 == 0 })
  }

  /// Colours that are far apart make grain of what is carried: of the fewest little is, and it still is nearer from afar.
  @Test(arguments: [CellStyle(colors: .indexed16), CellStyle(colors: .indexed8)])
  func littleIsCarriedBetweenColoursThatAreFarApart(style: CellStyle) {
    let scene = Fixtures.scene(width: 320, height: 320)
    func measured(_ dithered: Bool) -> (psnr: Double, ssim: Double, afar: Double) {
      var style = style
      style.dithered = dithered
      let shown = CellGrid(scene, columns: 40, rows: 20, style: style).rendered().resized(width: 320, height: 320, .area)
      func far(_ image: Image) -> Image { image.resized(width: 20, height: 10, .area) }
      return (ImageQuality.psnr(scene, shown), ImageQuality.ssim(scene, shown), ImageQuality.psnr(far(scene), far(shown)))
    }
    let (carried, plain) = (measured(true), measured(false))
    #expect(carried.psnr > plain.psnr - 1 && carried.ssim > plain.ssim / 2, "\(carried) \(plain)")
    #expect(carried.afar > plain.afar, "\(carried) \(plain)")
  }

  @Test(arguments: [true, false]) func aLightBackgroundShowsTheSame(dithered: Bool) {
    let scene = Fixtures.scene(width: 200, height: 160)
    func psnr(_ isLight: Bool) -> Double {
      let style = CellStyle(symbols: .sextant, colors: .mono, dithered: dithered, lightBackground: isLight)
      let cells = CellGrid(scene, columns: 50, rows: 20, style: style)
      let shown = cells.rendered(foreground: isLight ? .black : .white, background: isLight ? .white : .black)
      return ImageQuality.psnr(scene, shown.resized(width: 200, height: 160, .area))
    }
    #expect(abs(psnr(true) - psnr(false)) < 0.3)
  }

  @Test(arguments: [ColorDepth.truecolor, .indexed256, .indexed16]) func cellsOfAPreviewStay(depth: ColorDepth) {
    let scene = Fixtures.scene(width: 240, height: 240)
    var generator = SplitMix(state: 5)
    var noisy = scene
    for index in noisy.pixels.indices {
      noisy.pixels[index] = UInt8(min(255, max(0, Int(noisy.pixels[index]) + Int(generator.next() % 7) - 3)))
    }
    let style = CellStyle(colors: depth, dithered: false)
    func grid(_ image: Image, after previous: CellGrid? = nil) -> CellGrid {
      CellGrid(image, columns: 60, rows: 30, style: style, after: previous)
    }
    let first = grid(scene), second = grid(noisy, after: first)
    func changed(_ other: CellGrid) -> Int { zip(first.cells, other.cells).count { $0 != $1 } }
    #expect(changed(grid(scene, after: first)) == 0)
    // Of 16 colours few cells change anyway.
    #expect(changed(second) * (depth == .indexed16 ? 1 : 4) < changed(grid(noisy)))
    #expect(second == grid(noisy, after: first))
    // What stays is hardly worse, and another image takes its place.
    func psnr(_ cells: CellGrid, _ image: Image) -> Double {
      ImageQuality.psnr(image, cells.rendered(cellWidth: 8, cellHeight: 24).resized(width: 240, height: 240, .area))
    }
    #expect(psnr(second, noisy) > psnr(grid(noisy), noisy) - 1)
    let other = Image(width: 240, height: 240, channels: 3, pixels: scene.pixels.reversed())
    #expect(psnr(grid(other, after: first), other) > psnr(grid(other), other) - 1)
    // A grid of another size says nothing.
    #expect(grid(scene, after: CellGrid(scene, columns: 10, rows: 5, style: style)) == first)
  }

  /// Twenty frames from noise to an image, as a sampler shows what it expects of it.
  @Test(arguments: [ColorDepth.truecolor, .indexed256]) func aPreviewSendsHalfOfItsBytes(depth: ColorDepth) throws {
    let scene = Fixtures.scene(width: 128, height: 128)
    var generator = SplitMix(state: 8)
    let noise = scene.pixels.map { _ in Double(generator.next() % 256) - 128 }
    let frames = (0..<20).map { step in
      // The image comes and the noise goes as their variances add up to one.
      let angle = Double(step) / 19 * .pi / 2
      let pixels = zip(scene.pixels, noise).map { 128 + sin(angle) * (Double($0) - 128) + cos(angle) * $1 }
      return Image(width: 128, height: 128, channels: 3, pixels: pixels.map { UInt8(min(255, max(0, $0.rounded()))) })
    }
    let style = CellStyle(colors: depth)
    func preview(holding: Bool) -> (bytes: Int, last: CellGrid?) {
      var (bytes, shown): (Int, CellGrid?) = (0, nil)
      for frame in frames {
        let next = CellGrid(frame, columns: 80, rows: 40, style: style, after: holding ? shown : nil)
        bytes += next.bytes(after: shown)
        shown = next
      }
      return (bytes, shown)
    }
    let held = preview(holding: true), each = preview(holding: false)
    func psnr(_ cells: CellGrid) -> Double { ImageQuality.psnr(scene, cells.rendered().resized(width: 128, height: 128, .area)) }
    // The finished image is drawn without what came before, and sent as well.
    let finished = CellGrid(scene, columns: 80, rows: 40, style: style)
    #expect(each.last == finished)
    #expect(2 * (held.bytes + finished.bytes(after: held.last)) <= each.bytes)
    #expect(try psnr(#require(held.last)) > psnr(finished) - 2.5)
  }

  /// As an ancestral sampler shows it: other noise in every frame.
  @Test(arguments: [
    CellStyle(), CellStyle(colors: .indexed256), CellStyle(colors: .indexed16), CellStyle(colors: .indexed16, named: .vga),
    CellStyle(colors: .indexed8),
  ])
  func newNoiseSendsHalfOfItsBytesToo(style: CellStyle) {
    let scene = Fixtures.scene(width: 128, height: 128)
    var generator = SplitMix(state: 12)
    let frames = (0..<20).map { step in
      let angle = Double(step) / 19 * .pi / 2
      let pixels = scene.pixels.map { 128 + sin(angle) * (Double($0) - 128) + cos(angle) * (Double(generator.next() % 256) - 128) }
      return Image(width: 128, height: 128, channels: 3, pixels: pixels.map { UInt8(min(255, max(0, $0.rounded()))) })
    }
    let most = Int(style.previewShare * 3200)
    func grid(_ frame: Image, after previous: CellGrid? = nil) -> CellGrid {
      CellGrid(frame, columns: 80, rows: 40, style: style, after: previous, changing: style.previewShare)
    }
    func psnr(_ cells: CellGrid, _ image: Image) -> Double {
      ImageQuality.psnr(image, cells.rendered(palette: TerminalPalette.colors(style)).resized(width: 128, height: 128, .area))
    }
    var (each, held, last, shown): (Int, Int, CellGrid?, CellGrid?) = (0, 0, nil, nil)
    for frame in frames {
      let whole = grid(frame), next = grid(frame, after: shown)
      (each, held) = (each + whole.bytes(after: last), held + next.bytes(after: shown))
      if let shown {
        let changed = zip(shown.cells, next.cells).count { $0 != $1 }
        // What is carried from cell to cell is not known before.
        #expect(changed <= most + most / 10 && changed > 0)
        // Those that change are those that gain by it; between few colours what is carried outweighs that now and then.
        #expect(psnr(next, frame) > psnr(shown, frame) - (style.colors >= .indexed88 ? 0 : 0.2))
      }
      (last, shown) = (whole, next)
    }
    held += grid(scene).bytes(after: shown)
    #expect(2 * held <= each, "\(held) of \(each)")
    // Nothing is kept back for ever but what the margins keep.
    for _ in 0..<6 { shown = grid(scene, after: shown) }
    if let shown { #expect(psnr(shown, scene) > psnr(grid(scene), scene) - 2.5) }
  }
}
