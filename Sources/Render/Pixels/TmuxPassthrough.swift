/// Bytes that several protocols share.
enum TerminalBytes {
  static let escape: UInt8 = 0x1B
  /// ST, which ends a string.
  static let end: [UInt8] = [escape, UInt8(ascii: "\\")]
}

/// tmux's envelope, which hands its content to the terminal outside; tmux opens it where `allow-passthrough` is on.
public enum TmuxPassthrough {
  /// The bytes with every ESC doubled, between `ESC P tmux ;` and ST.
  ///
  /// tmux gives up on an envelope above its `input-buffer-size` (1 MiB), so each string that ST ends gets one of its own: images in
  /// kitty's chunks pass at any size.
  public static func wrap(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + bytes.count / 64 + 16)
    var isOpen = false, previous: UInt8 = 0
    for byte in bytes {
      if !isOpen {
        out += "\u{1B}Ptmux;".utf8
        isOpen = true
      }
      if byte == TerminalBytes.escape { out.append(byte) }
      out.append(byte)
      if previous == TerminalBytes.escape, byte == TerminalBytes.end[1] {
        out += TerminalBytes.end
        isOpen = false
      }
      previous = byte
    }
    return isOpen ? out + TerminalBytes.end : out
  }
}
