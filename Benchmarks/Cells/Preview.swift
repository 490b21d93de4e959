import Foundation
import Render

/// What is sent while an image is denoised.
enum Preview {
  /// Frames as images in the order of their names, on 80x40 cells; only changed cells are sent.
  static func report(_ folder: URL, options: BenchOptions) throws {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "png" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    let frames = try files.map { try Image(pngOrJpeg: $0).rgb }
    print("| colours | symbols | frames | bytes, each by itself | bytes, held | PSNR of the last, by itself | held |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for mode in Mode.all where options.modes.contains(mode.title) {
      for set in options.symbols {
        let style = mode.style(set, "ours", .photograph)
        var sent: [Int] = [], last: [Double] = []
        for isHeld in [false, true] {
          var (shown, bytes): (CellGrid?, Int) = (nil, 0)
          for frame in frames {
            let next = CellGrid(frame, columns: 80, rows: 40, style: style, after: isHeld ? shown : nil)
            bytes += changes(from: shown, to: next)
            shown = next
          }
          sent.append(bytes)
          if let shown, let frame = frames.last {
            let reference = Reference(frame.resized(width: 640, height: 640, .cubic), classes: [])
            last.append(reference.quality(of: shown.rendered(cellWidth: 8, cellHeight: 16, palette: mode.palette), bytes: 0).psnr)
          }
        }
        print(
          String(
            format: "| %@ | %@ | %d | %d | %d | %.2f | %.2f |", mode.title, set.rawValue, frames.count, sent[0], sent[1], last[0], last[1]))
      }
    }
  }

  /// Bytes that bring a screen from one frame to the next: the cursor to each run of changed cells, and these.
  private static func changes(from old: CellGrid?, to new: CellGrid) -> Int {
    guard let old else { return new.ansi.utf8.count }
    var bytes = 0
    for row in 0..<new.rows {
      var column = 0
      while column < new.columns {
        guard old[column, row] != new[column, row] else {
          column += 1
          continue
        }
        var end = column
        while end < new.columns, old[end, row] != new[end, row] { end += 1 }
        let run = CellGrid(columns: end - column, rows: 1, cells: (column..<end).map { new[$0, row] })
        bytes += "\u{1B}[\(row + 1);\(column + 1)H".utf8.count + run.ansi.utf8.count - 1
        column = end
      }
    }
    return bytes
  }
}
