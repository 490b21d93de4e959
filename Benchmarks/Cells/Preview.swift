import Foundation
import Render
import TestSupport

/// What is sent while an image is denoised.
enum Preview {
  /// Frames as images in the order of their names, on 80x40 cells; only changed cells are sent. Where cells are held, the finished image
  /// comes last, drawn without the ones before.
  static func report(_ folder: URL, options: BenchOptions) throws {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "png" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    let frames = try files.map { try Image(pngOrJpeg: $0).rgb }
    print(
      "| colours | symbols | frames | bytes, each by itself | bytes, held and finished | first and last alone | PSNR of the last, by itself | held |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for mode in Mode.all where options.modes.contains(mode.title) {
      for set in options.symbols {
        let style = mode.style(set, "ours", .photograph)
        var sent: [Int] = [], last: [Double] = []
        for isHeld in [false, true] {
          var (shown, bytes): (CellGrid?, Int) = (nil, 0)
          for (number, frame) in frames.enumerated() {
            // The last one is shown whole, as the explorer does.
            let isHeld = isHeld && number < frames.count - 1
            let next = CellGrid(
              frame, columns: 80, rows: 40, style: style, after: isHeld ? shown : nil, changing: style.previewShare)
            bytes += next.bytes(after: shown)
            shown = next
          }
          if isHeld, let last = frames.last { bytes += CellGrid(last, columns: 80, rows: 40, style: style).bytes(after: shown) }
          sent.append(bytes)
          if let shown, let frame = frames.last {
            let reference = Reference(frame.resized(width: 640, height: 640, .cubic), classes: [])
            last.append(reference.quality(of: shown.rendered(cellWidth: 8, cellHeight: 16, palette: mode.palette), bytes: 0).psnr)
          }
        }
        // What any way to hold cells sends at the least.
        let ends = [frames.first, frames.last].compactMap { $0.map { CellGrid($0, columns: 80, rows: 40, style: style) } }
        let least = ends.reduce((bytes: 0, shown: CellGrid?.none)) { ($0.bytes + $1.bytes(after: $0.shown), $1) }.bytes
        print(
          String(
            format: "| %@ | %@ | %d | %d | %d | %d | %.2f | %.2f |", mode.title, set.rawValue, frames.count, sent[0], sent[1], least,
            last[0], last[1]))
      }
    }
  }
}
