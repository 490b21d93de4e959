import Foundation
import Render
import TUI
import Testing

@Suite("Images as pixels") struct PixelFrameTests {
  private static let cell = Size(width: 9, height: 18)

  private func open(_ width: Int, _ height: Int, _ graphics: GraphicsProtocol = .kitty, longest: Int = .max) -> FakeScreen {
    FakeScreen.open(width, height) { $0.capabilities.pixels = PixelCapabilities(graphics, longestSide: longest, cell: Self.cell) }
  }

  private func count(_ frame: Frame) -> Int { frame.cells.count { $0.scalar == "\u{10EEEE}" } }

  private func decoded(_ image: PixelImage) throws -> Image {
    try PNG.decode(Array(try #require(Data(base64Encoded: Data(image.bytes)))))
  }

  @Test func imagesAreUnderTheirTitles() throws {
    var screen = open(120, 40)
    // Without the mask's tint.
    screen.type("oo")
    let frame = screen.frame()
    #expect(frame.images.count == 3 && frame.text.contains("kitty · no mask"))
    for (number, title) in ["support", "condition: mask", "query, truth"].enumerated() {
      let shown = frame.images[number], line = frame.line(shown.y - 1)
      #expect(Array(line.unicodeScalars).dropFirst(shown.x).starts(with: title.unicodeScalars), "\(title)")
      // As wide as high on these cells.
      #expect(abs(shown.image.size.width * Self.cell.width - shown.image.size.height * Self.cell.height) <= Self.cell.width)
      for y in 0..<shown.image.size.height { #expect(frame[shown.x, shown.y + y].scalar == "\u{10EEEE}") }
    }
    #expect(try decoded(frame.images[0].image) == FakeScreen.image)
    #expect(count(frame) == frame.images.reduce(0) { $0 + $1.image.size.width * $1.image.size.height })
  }

  @Test func cellsUntilThePixelsAreThere() {
    var screen = open(120, 40)
    screen.answers = false
    let first = screen.rendering()
    #expect(first.frame.images.isEmpty && first.wantedPixels.isEmpty && !first.wanted.isEmpty)
    screen.answers = true
    screen.send(.wanted(first.wanted))
    screen.answers = false
    let second = screen.rendering()
    #expect(second.frame.images.isEmpty && second.wantedPixels.count == 3 && second.frame.text.contains("▚▚▚"))
    screen.send(.wantedPixels(second.wantedPixels))
    // Under way, they are not asked for again.
    let asked = screen.effects.count
    screen.send(.wantedPixels(second.wantedPixels))
    #expect(asked >= 3 && screen.effects.count == asked)
    for request in second.wantedPixels { screen.send(.done(.encode(request), .encoded([1, 2, 3]))) }
    #expect(screen.frame().images.count == 3 && !screen.text().contains("▚▚▚"))
    // An image that cannot be made stays characters, and is not tried for ever.
    screen.type("o")
    screen.answers = true
    screen.send(.wanted(screen.rendering().wanted))
    screen.answers = false
    let third = screen.rendering().wantedPixels
    for request in third { screen.send(.done(.encode(request), .failed(Notice(.error, "no")))) }
    screen.effects = []
    screen.send(.wantedPixels(third))
    #expect(!screen.effects.contains { if case .encode = $0 { true } else { false } })
  }

  @Test func whatLiesOverAnImageIsInItsPlace() {
    var screen = open(120, 40)
    let before = count(screen.frame())
    screen.type("?")
    let frame = screen.frame()
    #expect(count(frame) < before && frame.text.contains("Keys"))
    // The list is 96 columns wide, in the middle.
    for row in 0..<40 where frame.line(row).contains("down: Next row") {
      #expect((12..<108).allSatisfy { frame[$0, row].scalar != "\u{10EEEE}" })
    }
    screen.press(.escape)
    #expect(count(screen.frame()) == before)
  }

  @Test func theKeyForCharactersShowsCharacters() {
    var screen = open(120, 40)
    #expect(count(screen.frame()) > 0)
    for set in SymbolSet.allCases {
      screen.type("m")
      #expect(screen.state.images.symbols == set && count(screen.frame()) == 0)
    }
    screen.type("m")
    #expect(count(screen.frame()) > 0)
  }

  @Test func signsAreCharacters() {
    var screen = open(120, 40)
    screen.type("e")
    let all = screen.frame().images.count
    screen.type("oooo")
    // The prediction's letters are text; the other tiles have none.
    #expect(screen.state.images.look == .signs && screen.frame().images.count == all - 1)
  }

  @Test func placeholdersCountNoFurtherThanTheyCan() {
    for (width, height) in [(1, 1), (20, 6), (40, 12), (80, 24), (200, 60), (500, 200)] {
      var screen = open(width, height, longest: 297)
      screen.press(.enter)
      if width >= 80 { screen.press(.enter) }
      let frame = screen.frame()
      for placed in frame.images {
        #expect(
          placed.x >= 0 && placed.y >= 0 && placed.x + placed.image.size.width <= width && placed.y + placed.image.size.height <= height)
        #expect(placed.image.size.width <= 297 && placed.image.size.height <= 297)
      }
      #expect((width >= 80) == !frame.images.isEmpty || width < 80, "\(width)x\(height)")
    }
  }

  @Test func pixelsOfAZoomedImageStaySquares() throws {
    var screen = open(120, 40)
    screen.type("oo")
    screen.press(.enter)
    screen.type("+")
    let frame = screen.frame()
    let placed = try #require(frame.images.first), image = try decoded(placed.image)
    // The crosshair is in the image, and no character breaks it.
    #expect(frame.images.count == 1 && !frame.text.contains("┼"))
    #expect(image.width == placed.image.size.width * Self.cell.width && image.height == placed.image.size.height * Self.cell.height)
    let colors = Set((0..<image.width).flatMap { x in (0..<image.height).map { image[x, $0] } })
    #expect(colors == [RGB(90, 120, 200), .white])
    #expect(frame.text.contains("RGB 90 120 200"))
  }

  @Test func everyProtocolGetsTheSamePixels() throws {
    var pixels = Image(width: 40, height: 30, color: [0, 0, 0])
    for y in 0..<30 { for x in 0..<40 { pixels[x, y] = [RGB(255, 0, 51), RGB(0, 102, 255), .white][(x / 7 + y / 5) % 3] } }
    let image = ScreenImage(id: 1, image: pixels)
    func request(_ graphics: GraphicsProtocol, _ columns: Int, _ rows: Int, crop: Crop? = nil) -> PixelRequest {
      let key = RenderKey(image: 1, look: .bare, symbols: .half, size: Size(width: columns, height: rows), crop: crop)
      return PixelRequest(PixelKey(key, PixelCapabilities(graphics, cell: Self.cell)), image)
    }
    // Those that stretch get the image itself; sixels are as large as their cells; both shrink.
    #expect(PixelEncoder.image(request(.kitty, 20, 8)) == pixels && PixelEncoder.image(request(.iterm, 20, 8)) == pixels)
    #expect(PixelEncoder.image(request(.sixel, 20, 8)) == pixels.resized(width: 180, height: 144, .nearest))
    #expect(PixelEncoder.image(request(.kitty, 2, 1)) == pixels.resized(width: 18, height: 18, .area))
    let part = PixelEncoder.image(request(.kitty, 10, 5, crop: Crop(x: 36, y: 27, width: 4, height: 3)))
    #expect(part.width == 90 && part.height == 90 && part[0, 0] == pixels[36, 27] && part[89, 89] == pixels[39, 29])
    for graphics in [GraphicsProtocol.kitty, .sixel, .iterm] {
      for (columns, rows) in [(1, 1), (500, 200), (1, 300)] { #expect(try !PixelEncoder.encode(request(graphics, columns, rows)).isEmpty) }
    }
  }
}
