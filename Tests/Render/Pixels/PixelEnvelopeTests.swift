import Foundation
import Render
import Testing

/// iTerm2's inline images, tmux's envelope and the bound on pixels.
@Suite struct PixelEnvelopeTests {
  @Test(arguments: [(1, 1), (16384, 1), (61, 97)]) func iTermReadsAPNGFile(width: Int, height: Int) throws {
    let image = Fixtures.scene(width: width, height: height)
    let text = String(decoding: try InlineImage.encode(image, columns: 40, rows: 12), as: UTF8.self)
    let start = "\u{1B}]1337;File="
    #expect(text.hasPrefix(start) && text.hasSuffix("\u{07}"))
    let parts = text.dropFirst(start.count).dropLast().split(separator: ":", maxSplits: 1)
    try #require(parts.count == 2)
    let file = try #require(Data(base64Encoded: String(parts[1])))
    let keys = Set(parts[0].split(separator: ";").map(String.init))
    #expect(keys.isSuperset(of: ["inline=1", "width=40", "height=12", "preserveAspectRatio=0", "size=\(file.count)"]))
    #expect(try PNG.decode([UInt8](file)) == image)
  }

  @Test func tmuxHandsOutWhatWasWrapped() throws {
    let image = Fixtures.scene(width: 180, height: 120)
    let sequences = [
      try KittyGraphics.transmit(image, id: 9), KittyGraphics.place(id: 9, placement: 1, columns: 4, rows: 2), Sixel.encode(image),
      try InlineImage.encode(image, columns: 4, rows: 2),
    ]
    for bytes in sequences {
      let outside = try #require(unwrapped(TmuxPassthrough.wrap(bytes)))
      #expect(outside == bytes)
    }
  }

  /// What tmux sends on: the content of each envelope with doubled ESC halved; nil where something is no envelope.
  private func unwrapped(_ bytes: [UInt8]) -> [UInt8]? {
    let start = Array("\u{1B}Ptmux;".utf8), escape: UInt8 = 0x1B
    var out: [UInt8] = [], at = 0
    while at < bytes.count {
      guard bytes[at...].starts(with: start) else { return nil }
      at += start.count
      while true {
        guard at < bytes.count else { return nil }
        if bytes[at] != escape {
          out.append(bytes[at])
          at += 1
          continue
        }
        guard at + 1 < bytes.count else { return nil }
        at += 2
        if bytes[at - 1] == UInt8(ascii: "\\") { break }
        guard bytes[at - 1] == escape else { return nil }
        out.append(escape)
      }
    }
    return out
  }

  @Test func whatIsSentIsBounded() {
    // A terminal that stretches gets no more than there is; sixels fill their cells.
    #expect(PixelArea.size(width: 100, height: 50, columns: 80, rows: 24, stretches: true) == (100, 50))
    #expect(PixelArea.size(width: 1000, height: 1000, columns: 10, rows: 5, cellWidth: 9, cellHeight: 18, stretches: true) == (90, 90))
    #expect(PixelArea.size(width: 100, height: 50, columns: 80, rows: 24, stretches: false) == (640, 384))
    #expect(PixelArea.size(width: 1, height: 1, columns: 1, rows: 1, stretches: false) == (8, 16))
    #expect(PixelArea.size(width: 16384, height: 1, columns: 500, rows: 200, stretches: true) == (4000, 1))
    for (columns, cell) in [(500, 8), (500, 40), (1000, 1000), (Int.max, 2), (0, 0)] {
      for stretches in [true, false] {
        let size = PixelArea.size(
          width: 16384, height: 6000, columns: columns, rows: columns, cellWidth: cell, cellHeight: cell, stretches: stretches)
        #expect((1...PixelArea.side).contains(size.width) && (1...PixelArea.side).contains(size.height))
        #expect(size.width * size.height <= PixelArea.pixels)
      }
    }
  }
}
