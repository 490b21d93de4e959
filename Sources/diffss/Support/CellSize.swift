import ArgumentParser
import Foundation

/// Columns and rows of characters, as `80x40`.
struct CellSize: ExpressibleByArgument, Sendable {
  static let limit = 1000

  let columns: Int
  let rows: Int

  init(columns: Int, rows: Int) { (self.columns, self.rows) = (columns, rows) }

  init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let columns = parts[0], let rows = parts[1], (1...Self.limit).contains(columns), (1...Self.limit).contains(rows)
    else { return nil }
    self.init(columns: columns, rows: rows)
  }

  var defaultValueDescription: String { "\(columns)x\(rows)" }

  /// Of the terminal at standard output; nil where there is none.
  static var ofTerminal: CellSize? {
    var window = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else { return nil }
    return CellSize(columns: Int(window.ws_col), rows: Int(window.ws_row))
  }

  /// Pixels of a cell of the terminal at standard output; 8x16 where it does not say.
  static var pixelsOfCell: (width: Int, height: Int) {
    var window = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0, window.ws_xpixel >= window.ws_col,
      window.ws_ypixel >= window.ws_row
    else { return (8, 16) }
    return (Int(window.ws_xpixel / window.ws_col), Int(window.ws_ypixel / window.ws_row))
  }
}
