import Foundation

/// The terminal's clipboard, which is the user's own even over SSH.
enum Clipboard {
  /// Terminals drop longer sequences, or stop to answer.
  private static let mostBytes = 74_994

  /// Sets it by OSC 52; false for a text that is too long. Nothing tells whether the terminal allows it.
  static func set(_ text: String) -> Bool {
    let data = Data(text.utf8)
    guard data.count <= mostBytes else { return false }
    OutputDescriptor.write(Array("\u{1B}]52;c;\(data.base64EncodedString())\u{07}".utf8), to: STDOUT_FILENO)
    return true
  }
}
