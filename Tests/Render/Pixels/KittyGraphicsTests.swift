import Foundation
import Render
import Testing

/// What a terminal that speaks kitty's protocol makes of the bytes.
@Suite struct KittyGraphicsTests {
  @Test(arguments: [(1, 1), (1, 300), (16384, 1), (97, 61), (200, 200)]) func anImageArrives(width: Int, height: Int) throws {
    for channels in [1, 3] {
      let image = Fixtures.scene(width: width, height: height, channels: channels)
      var screen = KittyScreen()
      try screen.read(KittyGraphics.transmit(image, id: 77))
      #expect(screen.images[77] == image)
      #expect(screen.placements.isEmpty && screen.asksForAnswers == 0)
    }
  }

  /// Noise does not shrink, so that there are many chunks.
  private var noise: Image {
    var state: UInt32 = 1
    let pixels = (0..<(150 * 150 * 3)).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
    return Image(width: 150, height: 150, channels: 3, pixels: pixels)
  }

  /// Cut short, an image takes what comes next for more of itself, until it is ended.
  @Test func aPartOfAnImageIsEnded() throws {
    var screen = KittyScreen()
    try screen.read(KittyGraphics.transmit(Fixtures.scene(width: 8, height: 8), id: 5))
    try screen.read(KittyGraphics.transmit(noise, id: 7).prefix(6000) + [0x1B, 0x5C])
    var other = screen
    #expect(throws: KittyScreen.Fault.self) { try other.read(KittyGraphics.remove(id: 5)) }
    // What has come of it is no image.
    #expect(throws: (any Error).self) { try screen.read(KittyGraphics.transmissionEnd) }
    try screen.read(KittyGraphics.remove(id: 5))
    #expect(screen.images.isEmpty && screen.asksForAnswers == 0)
  }

  @Test func chunksAreSmall() throws {
    let image = noise
    var screen = KittyScreen()
    try screen.read(KittyGraphics.transmit(image, id: 0xFF_FFFF))
    #expect(screen.images[0xFF_FFFF] == image)
    #expect(screen.chunks.count > 10 && screen.chunks.allSatisfy { $0 <= 4096 } && screen.chunks.dropLast().allSatisfy { $0 % 4 == 0 })
  }

  @Test func placementsComeAndGo() throws {
    let image = Fixtures.scene(width: 8, height: 8)
    var screen = KittyScreen()
    try screen.read(KittyGraphics.transmit(image, id: 5))
    try screen.read(KittyGraphics.place(id: 5, placement: 1, columns: 40, rows: 20))
    try screen.read(KittyGraphics.place(id: 5, placement: 2, columns: 1, rows: 1))
    #expect(screen.placements == ["5.1": [40, 20], "5.2": [1, 1]])
    try screen.read(KittyGraphics.place(id: 5, placement: 1, columns: 500, rows: 200))
    #expect(screen.placements["5.1"] == [500, 200])
    try screen.read(KittyGraphics.removePlacement(id: 5, placement: 1))
    #expect(screen.placements == ["5.2": [1, 1]] && screen.images[5] == image)
    try screen.read(KittyGraphics.placeVirtually(id: 5, columns: 3, rows: 2))
    #expect(screen.virtual == [5: [3, 2]])
    try screen.read(KittyGraphics.remove(id: 5))
    #expect(screen.images.isEmpty && screen.placements.isEmpty && screen.virtual.isEmpty && screen.asksForAnswers == 0)
  }

  @Test func placeholdersSayWhoseCellTheyAre() throws {
    var seen = Set<[Unicode.Scalar]>()
    for number in 0..<297 {
      let scalars = try #require(KittyGraphics.placeholder(row: number, column: 296 - number))
      #expect(scalars.count == 3 && scalars[0].value == 0x10EEEE)
      // The list that the protocol publishes: above the letter, nonspacing, in Unicode 6.0 already.
      for scalar in scalars.dropFirst() {
        let properties = scalar.properties
        #expect(properties.generalCategory == .nonspacingMark && properties.canonicalCombiningClass.rawValue == 230)
        #expect(properties.age.map { ($0.major, $0.minor) <= (6, 0) } == true)
        // Normal forms leave it alone: a terminal that composes text would lose it.
        #expect(Array(String(scalar).precomposedStringWithCanonicalMapping.unicodeScalars) == [scalar])
        #expect(Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars) == [scalar])
      }
      seen.insert(scalars)
      #expect(KittyGraphics.placeholder(row: number, column: number).map { $0[1] == $0[2] } == true)
    }
    #expect(seen.count == 297)
    // Some lines of the published list.
    let published: [Int: UInt32] = [0: 0x305, 1: 0x30D, 16: 0x35B, 17: 0x363, 296: 0x1D244]
    for (number, mark) in published { #expect(KittyGraphics.placeholder(row: number, column: 0)?[1].value == mark, "\(number)") }
    for (row, column) in [(297, 0), (0, 297), (-1, 0), (0, -1)] { #expect(KittyGraphics.placeholder(row: row, column: column) == nil) }
  }

  @Test func theInkIsTheNumber() {
    #expect(KittyGraphics.ink(id: 1) == RGB(0, 0, 1))
    #expect(KittyGraphics.ink(id: 0x12_3456) == RGB(0x12, 0x34, 0x56))
    #expect(KittyGraphics.ink(id: 0xFF_FFFF) == .white)
  }
}

/// A terminal as far as kitty's graphics go: images by number, and where they are shown.
private struct KittyScreen {
  struct Fault: Error {}

  private(set) var images: [UInt32: Image] = [:]
  private(set) var placements: [String: [Int]] = [:]
  private(set) var virtual: [UInt32: [Int]] = [:]
  private(set) var chunks: [Int] = []
  private(set) var asksForAnswers = 0
  private var pending: (keys: [String: String], data: [UInt8])?

  mutating func read(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard rest.starts(with: Array("\u{1B}_G".utf8)),
        let end = rest.indices.dropFirst().dropLast().first(where: { rest[$0] == 0x1B && rest[$0 + 1] == UInt8(ascii: "\\") })
      else { throw Fault() }
      let body = rest[(rest.startIndex + 3)..<end]
      rest = rest[(end + 2)...]
      let cut = body.firstIndex(of: UInt8(ascii: ";")) ?? body.endIndex
      var keys: [String: String] = [:]
      for pair in String(decoding: body[..<cut], as: UTF8.self).split(separator: ",") {
        let parts = pair.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw Fault() }
        keys[String(parts[0])] = String(parts[1])
      }
      if keys["q"] != "2" { asksForAnswers += 1 }
      try take(keys, Array(body[cut...].dropFirst()))
    }
  }

  private mutating func take(_ keys: [String: String], _ payload: [UInt8]) throws {
    if let begun = pending {
      // Later chunks may say m and q alone.
      guard Set(keys.keys).isSubset(of: ["m", "q"]) else { throw Fault() }
      pending = (begun.keys, begun.data + payload)
    } else if keys["a"] == "t" {
      pending = (keys, payload)
    } else {
      return try act(keys)
    }
    chunks.append(payload.count)
    guard keys["m"] != "1", let done = pending else { return }
    pending = nil
    guard done.keys["f"] == "100", done.keys["t"] ?? "d" == "d", let id = done.keys["i"].flatMap(UInt32.init),
      let data = Data(base64Encoded: Data(done.data))
    else { throw Fault() }
    images[id] = try PNG.decode([UInt8](data))
  }

  private mutating func act(_ keys: [String: String]) throws {
    guard let id = keys["i"].flatMap(UInt32.init), images[id] != nil else { throw Fault() }
    let size = [keys["c"], keys["r"]].map { $0.flatMap { Int($0) } ?? 0 }
    switch (keys["a"], keys["d"]) {
    case ("p", _) where keys["U"] == "1": virtual[id] = size
    case ("p", _):
      guard keys["C"] == "1", let placement = keys["p"] else { throw Fault() }
      placements["\(id).\(placement)"] = size
    case ("d", "i"): placements["\(id).\(keys["p"] ?? "")"] = nil
    case ("d", "I"):
      images[id] = nil
      virtual[id] = nil
      placements = placements.filter { !$0.key.hasPrefix("\(id).") }
    default: throw Fault()
    }
  }
}
