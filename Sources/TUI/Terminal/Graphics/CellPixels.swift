import Foundation

/// How many pixels a cell has, as the terminal's line knows it.
enum CellPixels {
  /// Of the terminal at standard output, rounded down; nil where it does not say.
  static var ofTerminal: Size? {
    var window = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0, window.ws_xpixel > 0,
      window.ws_ypixel > 0
    else { return nil }
    return Size(width: Int(window.ws_xpixel / window.ws_col), height: Int(window.ws_ypixel / window.ws_row))
  }
}
