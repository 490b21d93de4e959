/// Base64 of RFC 4648 with padding, as the terminal protocols carry data.
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text of `bytes`: four characters for every three of them, the last group padded.
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var at = 0
    while at < bytes.count {
      let second = at + 1 < bytes.count ? bytes[at + 1] : 0, third = at + 2 < bytes.count ? bytes[at + 2] : 0
      let group = Int(bytes[at]) << 16 | Int(second) << 8 | Int(third)
      out.append(letters[group >> 18])
      out.append(letters[group >> 12 & 63])
      out.append(at + 1 < bytes.count ? letters[group >> 6 & 63] : UInt8(ascii: "="))
      out.append(at + 2 < bytes.count ? letters[group & 63] : UInt8(ascii: "="))
      at += 3
    }
    return out
  }
}
