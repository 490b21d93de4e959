import Foundation
import Render

/// How long a frame takes, and how much is sent.
enum FrameTimes {
  /// The first photograph and the first mask at 512x512 on 80x40 cells, on one core.
  static func report(_ pictures: [Picture], options: BenchOptions) {
    print("| images | colours | symbols | first, ms | median, ms | bytes |\n| --- | --- | --- | ---: | ---: | ---: |")
    for kind in [Picture.Kind.photograph, .mask] where options.kinds.contains(kind.rawValue) {
      guard let picture = pictures.first(where: { $0.kind == kind }) else { continue }
      let image = picture.image.resized(width: 512, height: 512, picture.classes.isEmpty ? .area : .nearest)
      for mode in Mode.all where options.modes.contains(mode.title) {
        for set in options.symbols {
          let style = mode.style(set, "ours", kind)
          var times: [Double] = [], bytes = 0
          for _ in 0..<21 {
            let start = ContinuousClock.now
            let grid = CellGrid(image, columns: 80, rows: 40, style: style)
            times.append((ContinuousClock.now - start) / .milliseconds(1))
            bytes = grid.ansi.utf8.count
          }
          print(
            String(
              format: "| %@ | %@ | %@ | %.2f | %.2f | %d |", kind.rawValue, mode.title, set.rawValue, times[0], times.sorted()[10], bytes))
        }
      }
    }
  }
}
