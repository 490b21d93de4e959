import Render

/// A terminal that understands what programs print for pictures: colours, reverse video, repeated characters and ends of lines.
enum Screen {
  /// The cells that `text` leaves on a screen of `columns` x `rows`.
  static func read(_ text: [UInt8], columns: Int, rows: Int) -> CellGrid {
    var grid = CellGrid(columns: columns, rows: rows, cells: Array(repeating: Cell(" "), count: columns * rows))
    var (column, row, last) = (0, 0, Unicode.Scalar(" "))
    var (ink, paper, isReversed) = (CellColor.standard, CellColor.standard, false)
    let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    var at = 0
    func put(_ scalar: Unicode.Scalar) {
      if column < columns, row < rows {
        var cell = Cell(scalar, ink, on: paper)
        if isReversed { cell.attributes = .reverse }
        grid[column, row] = cell
      }
      column += 1
      last = scalar
    }
    while at < scalars.count {
      let scalar = scalars[at]
      at += 1
      if scalar == "\n" {
        (column, row) = (0, row + 1)
      } else if scalar == "\u{1B}", at < scalars.count, scalars[at] == "[" {
        at += 1
        var parameters = ""
        while at < scalars.count, !("@"..."~").contains(scalars[at]) {
          parameters.unicodeScalars.append(scalars[at])
          at += 1
        }
        guard at < scalars.count else { break }
        let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        switch scalars[at] {
        case "m": attributes(numbers, &ink, &paper, &isReversed)
        case "b": for _ in 0..<(numbers.first ?? 1) { put(last) }
        default: break
        }
        at += 1
      } else if scalar.value >= 32 {
        put(scalar)
      }
    }
    return grid
  }

  private static func attributes(_ numbers: [Int], _ ink: inout CellColor, _ paper: inout CellColor, _ isReversed: inout Bool) {
    var at = 0
    while at < numbers.count {
      let number = numbers[at]
      switch number {
      case 0: (ink, paper, isReversed) = (.standard, .standard, false)
      case 7: isReversed = true
      case 27: isReversed = false
      case 30...37: ink = .indexed(UInt8(number - 30))
      case 90...97: ink = .indexed(UInt8(number - 82))
      case 40...47: paper = .indexed(UInt8(number - 40))
      case 100...107: paper = .indexed(UInt8(number - 92))
      case 39: ink = .standard
      case 49: paper = .standard
      case 38, 48:
        var color = CellColor.standard
        if at + 2 < numbers.count, numbers[at + 1] == 5 {
          color = .indexed(UInt8(clamping: numbers[at + 2]))
          at += 2
        } else if at + 4 < numbers.count, numbers[at + 1] == 2 {
          color = .rgb(RGB(UInt8(clamping: numbers[at + 2]), UInt8(clamping: numbers[at + 3]), UInt8(clamping: numbers[at + 4])))
          at += 4
        }
        if number == 38 { ink = color } else { paper = color }
      default: break
      }
      at += 1
    }
  }
}
