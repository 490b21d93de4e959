import Render

/// What shows on a terminal whether it draws a set of symbols: an image beside the same one in half blocks, and each of the set's characters.
public enum TestCard {
  /// Columns of one of the two images, at most.
  private static let widest = 24

  /// Lines with escape sequences, no wider than `columns`.
  public static func lines(_ style: CellStyle, columns: Int) -> String {
    var half = style
    half.symbols = .half
    let side = max(4, min(widest, (columns - CellSheet.gap) / 2))
    let tiles = [half, style].map { style in
      CellSheet.Tile(
        label: style.symbols.rawValue.unicodeScalars.map { Cell($0) },
        cells: CellGrid(disc, columns: side, rows: max(2, side / 2), style: style))
    }
    return CellSheet(tiles, across: 2).cells.ansi + "\n" + characters(style.symbols, columns: columns)
  }

  /// The set's own characters in brackets, which stand one below the other where all are one column wide.
  static func characters(_ symbols: SymbolSet, columns: Int) -> String {
    let all = symbols.ownCharacters, room = max(8, min(64, columns - 2))
    let rows = (all.count + room - 1) / room, width = (all.count + rows - 1) / rows
    return stride(from: 0, to: all.count, by: width).map { start in
      let row = all[start..<min(all.count, start + width)]
      return "[" + String(String.UnicodeScalarView(row)) + String(repeating: " ", count: width - row.count) + "]\n"
    }.joined()
  }

  /// A disc before a gradient, both with slopes in every direction.
  static let disc: Image = {
    let size = 96
    var pixels: [UInt8] = []
    for y in 0..<size {
      for x in 0..<size {
        let (across, down) = (Double(x) / Double(size - 1), Double(y) / Double(size - 1))
        let (right, below) = (across - 0.5, down - 0.5)
        // Of the two the disc is the lighter.
        if right * right + below * below < 0.16 {
          pixels += [UInt8(255 - 70 * down), UInt8(200 - 90 * across), UInt8(60 + 60 * down)]
        } else {
          pixels += [UInt8(10 + 60 * across), UInt8(30 + 60 * down), UInt8(90 + 60 * (1 - across))]
        }
      }
    }
    return Image(width: size, height: size, channels: 3, pixels: pixels)
  }()
}
