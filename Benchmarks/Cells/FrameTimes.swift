import Foundation
import Render

/// How long a frame takes, and how much is sent.
enum FrameTimes {
  /// The first photograph at 512x512 on 80x40 cells, on one core.
  static func report(_ pictures: [Picture], options: BenchOptions) {
    guard let picture = pictures.first?.image.resized(width: 512, height: 512, .area) else { return }
    print("| colours | symbols | first, ms | median, ms | bytes |\n| --- | --- | ---: | ---: | ---: |")
    for mode in Mode.all where options.modes.contains(mode.title) {
      for set in options.symbols {
        let style = mode.style(set, "ours", .photograph)
        var times: [Double] = [], bytes = 0
        for _ in 0..<21 {
          let start = ContinuousClock.now
          let grid = CellGrid(picture, columns: 80, rows: 40, style: style)
          times.append((ContinuousClock.now - start) / .milliseconds(1))
          bytes = grid.ansi.utf8.count
        }
        print(String(format: "| %@ | %@ | %.2f | %.2f | %d |", mode.title, set.rawValue, times[0], times.sorted()[10], bytes))
      }
    }
  }
}
