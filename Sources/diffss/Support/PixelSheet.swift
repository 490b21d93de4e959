import Foundation
import Pipeline
import Render
import TUI

/// Images as pixels for a terminal: one as it is, several in lines, each line one image below its labels.
struct PixelSheet {
  private let images: [PrintedImage]
  private let room: (size: CellSize, across: Int)
  private let graphics: GraphicsProtocol
  /// Whether images go through tmux's envelope.
  private let isInTmux: Bool
  private let cell = CellSize.pixelsOfCell

  init(_ images: [PrintedImage], room: (size: CellSize, across: Int), _ graphics: GraphicsProtocol, isInTmux: Bool) {
    (self.images, self.room, self.graphics, self.isInTmux) = (images, room, graphics, isInTmux)
  }

  /// Escape sequences after which the cursor is below the last image. Throws `RenderError.encodingFailed`.
  func bytes() throws -> [UInt8] {
    if images.count == 1 {
      let cells = cells(of: images[0]), image = images[0].image
      let size = PixelArea.size(
        width: image.width, height: image.height, columns: cells.columns, rows: cells.rows, cellWidth: cell.width, cellHeight: cell.height,
        stretches: graphics != .sixel)
      return try shown(images[0].pixels(width: size.width, height: size.height), cells)
    }
    let cells = images.map(cells), widest = cells.map(\.columns).max() ?? 1, step = widest + CellSheet.gap
    var out: [UInt8] = []
    for start in stride(from: 0, to: images.count, by: room.across) {
      let line = start..<min(images.count, start + room.across)
      if start > 0 { out.append(UInt8(ascii: "\n")) }
      out += labels(line, widest).utf8
      let all = (columns: line.count * step - CellSheet.gap, rows: cells[line].map(\.rows).max() ?? 1)
      let size = PixelArea.size(
        width: 1, height: 1, columns: all.columns, rows: all.rows, cellWidth: cell.width, cellHeight: cell.height, stretches: false)
      var canvas = Image(width: size.width, height: size.height, color: [0, 0, 0])
      for (place, index) in line.enumerated() {
        let left = place * step * size.width / all.columns, right = (place * step + cells[index].columns) * size.width / all.columns
        let tile = images[index].pixels(width: max(1, right - left), height: max(1, cells[index].rows * size.height / all.rows))
        canvas.draw(tile.rgb, left: left)
      }
      out += try shown(canvas, all)
    }
    return out
  }

  private func cells(of printed: PrintedImage) -> (columns: Int, rows: Int) {
    CellGrid.fit(
      width: printed.image.width, height: printed.image.height, columns: room.size.columns, rows: room.size.rows,
      cellAspect: Double(cell.width) / Double(cell.height))
  }

  private func labels(_ line: Range<Int>, _ width: Int) -> String {
    let cells = line.enumerated().flatMap { place, index -> [Cell] in
      let label = Array(DisplayText(images[index].name).truncated(to: width).cells.prefix(width))
      let blanks = place < line.count - 1 ? width + CellSheet.gap - label.count : 0
      return label + Array(repeating: Cell(" "), count: max(0, blanks))
    }
    return CellGrid(columns: cells.count, rows: 1, cells: cells).ansi
  }

  private func shown(_ image: Image, _ cells: (columns: Int, rows: Int)) throws -> [UInt8] {
    let (columns, rows) = cells
    let drawn: [UInt8]
    switch graphics {
    case .kitty:
      let id = Self.id(image)
      let sent = try KittyGraphics.transmit(image, id: id)
      // tmux does not keep its cursor where the terminal's is: placeholders are text, which it puts where it belongs.
      if isInTmux, let text = placeholders(id, columns, rows) {
        return TmuxPassthrough.wrap(sent + KittyGraphics.placeVirtually(id: id, columns: columns, rows: rows)) + text
      }
      drawn = sent + KittyGraphics.place(id: id, placement: 1, columns: columns, rows: rows)
    case .iterm: drawn = try InlineImage.encode(image, columns: columns, rows: rows)
    case .sixel, .cells: drawn = Sixel.encode(image)
    }
    // Room is made first, so that terminals that scroll under an image and those that do not end alike.
    let start = String(repeating: "\n", count: rows) + "\u{1B}[\(rows)A\u{1B}7"
    return Array(start.utf8) + (isInTmux ? TmuxPassthrough.wrap(drawn) : drawn) + Array("\u{1B}8\u{1B}[\(rows)B\r".utf8)
  }

  private func placeholders(_ id: UInt32, _ columns: Int, _ rows: Int) -> [UInt8]? {
    let ink = KittyGraphics.ink(id: id)
    var text = ""
    for row in 0..<rows {
      text += "\u{1B}[38;2;\(ink.red);\(ink.green);\(ink.blue)m"
      for column in 0..<columns {
        guard let scalars = KittyGraphics.placeholder(row: row, column: column) else { return nil }
        text.unicodeScalars.append(contentsOf: scalars)
      }
      text += "\u{1B}[0m\n"
    }
    return Array(text.utf8)
  }

  /// The same for the same image, so that files are; others rarely share it.
  private static func id(_ image: Image) -> UInt32 {
    let hash = image.pixels.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return hash % KittyGraphics.ids.upperBound + 1
  }
}

extension Image {
  /// Puts an RGB image at the top of this one, cut at its borders.
  fileprivate mutating func draw(_ other: Image, left: Int) {
    let count = min(other.width, width - left) * 3
    guard left >= 0, count > 0 else { return }
    for y in 0..<min(height, other.height) {
      let at = (y * width + left) * 3, from = y * other.width * 3
      pixels.replaceSubrange(at..<(at + count), with: other.pixels[from..<(from + count)])
    }
  }
}
