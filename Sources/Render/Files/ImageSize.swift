import Foundation

/// Width and height of an image, from its file's header.
public struct ImageSize: Hashable, Sendable, CustomStringConvertible {
  public let width: Int
  public let height: Int

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  public var description: String { "\(width)x\(height)" }

  static let blockBytes = 4096
  /// Metadata may be before a JPEG's size, a few of 64 kB at most in practice.
  private static let headBytes = 1 << 20

  /// The same of a file that is there to its end: one that does not close as its format does is decoded to see. Throws `RenderError`.
  public init(ofWhole url: URL) throws {
    try self.init(of: url)
    if !Self.isClosed(url) { _ = try Image(pngOrJpeg: url) }
  }

  /// A JPEG file's last marker, or a PNG file's last chunk with its checksum.
  private static let closings: [[UInt8]] = [[0xFF, 0xD9], [0, 0, 0, 0] + Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82]]

  private static func isClosed(_ url: URL) -> Bool {
    guard let handle = try? FileHandle(forReadingFrom: url) else { return false }
    defer { try? handle.close() }
    guard let end = try? handle.seekToEnd(), (try? handle.seek(toOffset: end - min(end, 12))) != nil else { return false }
    let tail = [UInt8]((try? handle.readToEnd()) ?? Data())
    return closings.contains { tail.suffix($0.count).elementsEqual($0) }
  }

  /// Reads no more than the header of a PNG or JPEG file. Throws `RenderError`.
  public init(of url: URL) throws {
    guard let handle = try? FileHandle(forReadingFrom: url) else {
      throw RenderError.unreadable(path: url.path, reason: String(cString: strerror(errno)))
    }
    defer { try? handle.close() }
    // Nearly every header is within the first block; the rest is read only where it is not.
    var head = [UInt8]((try? handle.read(upToCount: Self.blockBytes)) ?? Data())
    if let size = Self.parse(head) {
      self = size
      return
    }
    head += [UInt8]((try? handle.read(upToCount: Self.headBytes)) ?? Data())
    guard let size = Self.parse(head) else {
      throw head.starts(with: PNG.signature) || head.starts(with: JPEG.signature)
        ? RenderError.corrupt(name: url.path, format: head.starts(with: PNG.signature) ? "PNG" : "JPEG", reason: "its header is broken")
        : RenderError.notAnImage(name: url.path, found: FileKind.describe(head))
    }
    self = size
  }

  static func parse(_ head: [UInt8]) -> ImageSize? {
    func number(_ offset: Int, _ count: Int) -> Int { head[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) } }
    if head.starts(with: PNG.signature) {
      return head.count < 24 ? nil : ImageSize(width: number(16, 4), height: number(20, 4))
    }
    guard head.starts(with: JPEG.signature) else { return nil }
    var at = 2
    while at + 9 <= head.count {
      guard head[at] == 0xFF else { return nil }
      switch head[at + 1] {
      // Fill bytes, and markers that are alone.
      case 0xFF: at += 1
      case 0x01, 0xD0...0xD8: at += 2
      // Frame headers, but for the tables (C4, CC) and an extension (C8) among their numbers.
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF: return ImageSize(width: number(at + 7, 2), height: number(at + 5, 2))
      default: at += 2 + max(2, number(at + 2, 2))
      }
    }
    return nil
  }
}
