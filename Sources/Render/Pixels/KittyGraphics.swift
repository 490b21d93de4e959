import Foundation

/// kitty's terminal graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/): an image is sent once under a number and then
/// shown as often as one likes. The terminal is asked for no answers.
public enum KittyGraphics {
  /// Numbers of images: those that fit into the ink of a placeholder.
  public static let ids: ClosedRange<UInt32> = 1...0xFF_FFFF
  /// Most base64 characters in one escape sequence.
  static let chunk = 4096

  /// Sends an image under `id`, one of `ids`, without showing it: as PNG, of one channel where it is grey, in chunks of at most 4,096
  /// characters. Another image of the same number is replaced. Throws `RenderError.encodingFailed`.
  public static func transmit(_ image: Image, id: UInt32) throws -> [UInt8] { transmit(try payload(image), id: id) }

  /// What `transmit` sends of an image, whatever its number: a PNG file in base64. Throws `RenderError.encodingFailed`.
  public static func payload(_ image: Image) throws -> [UInt8] {
    // Of photographs PNG takes three quarters of what deflate takes without PNG's filters; deeper levels take three times as long.
    Array(Data(try PNG.encode(image, level: 1)).base64EncodedData())
  }

  /// The same of a `payload` made before.
  public static func transmit(_ data: [UInt8], id: UInt32) -> [UInt8] {
    precondition(ids.contains(id))
    var out: [UInt8] = []
    out.reserveCapacity(data.count + data.count / chunk * 12 + 64)
    var start = 0
    repeat {
      let end = min(data.count, start + chunk), more = end < data.count ? 1 : 0
      out += (start == 0 ? "\u{1B}_Ga=t,f=100,t=d,i=\(id),q=2,m=\(more);" : "\u{1B}_Gq=2,m=\(more);").utf8
      out += data[start..<end]
      out += TerminalBytes.end
      start = end
    } while start < data.count
    return out
  }

  /// Shows image `id` at the cursor, stretched over `columns` x `rows` cells; the cursor stays. A placement of the same number, which is
  /// not 0, moves there.
  public static func place(id: UInt32, placement: UInt32, columns: Int, rows: Int) -> [UInt8] {
    command("a=p,i=\(id),p=\(placement),c=\(columns),r=\(rows),C=1,q=2")
  }

  /// Makes image `id` ready to be shown, stretched over `columns` x `rows` cells, wherever placeholders are printed.
  public static func placeVirtually(id: UInt32, columns: Int, rows: Int) -> [UInt8] {
    command("a=p,U=1,i=\(id),c=\(columns),r=\(rows),q=2")
  }

  /// The characters of one placeholder, a cell wide, which shows what image `ink(id:)` has at that row and column of its cells. Nil where
  /// one of them is not below 297.
  public static func placeholder(row: Int, column: Int) -> [Unicode.Scalar]? {
    guard diacritics.indices.contains(row), diacritics.indices.contains(column) else { return nil }
    return ["\u{10EEEE}", diacritics[row], diacritics[column]]
  }

  /// Most columns, and most rows, that placeholders can count.
  public static var mostPlaceholders: Int { diacritics.count }

  /// The ink in which placeholders name the image: its number, red first.
  public static func ink(id: UInt32) -> RGB {
    RGB(UInt8(truncatingIfNeeded: id >> 16), UInt8(truncatingIfNeeded: id >> 8), UInt8(truncatingIfNeeded: id))
  }

  /// Takes an image away, with all places where it is shown, and frees its memory.
  public static func remove(id: UInt32) -> [UInt8] { command("a=d,d=I,i=\(id),q=2") }

  /// Takes an image from all places; the image itself stays in the terminal.
  public static func removePlacements(id: UInt32) -> [UInt8] { command("a=d,d=i,i=\(id),q=2") }

  /// Takes an image from one place; the image itself stays in the terminal.
  public static func removePlacement(id: UInt32, placement: UInt32) -> [UInt8] { command("a=d,d=i,i=\(id),p=\(placement),q=2") }

  /// Ends an image of which only a part was sent; what comes next would be taken for more of it. Where there is none nothing happens.
  public static let transmissionEnd = Array("\u{1B}_Gq=2,m=0;".utf8) + TerminalBytes.end

  private static func command(_ keys: String) -> [UInt8] { Array("\u{1B}_G\(keys)".utf8) + TerminalBytes.end }
}
