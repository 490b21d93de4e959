import Foundation
import Render

/// What to compare, from the command line.
struct BenchOptions {
  var photographs: URL?
  var masks: URL?
  var supports: URL?
  /// Frames of a preview, in the order of their names.
  var frames: URL?
  var scratch = URL(fileURLWithPath: ".build/bench-render", isDirectory: true)
  /// Where images are written to look at: source, ours, chafa's.
  var sheets: URL?
  /// Where every figure is written, a line each.
  var raw: URL?
  /// Photographs; half as many masks and overlays, a quarter as many supports.
  var limit = 24
  var sizes = [(80, 40), (40, 20)]
  var modes = Mode.all.map(\.title)
  /// Kinds of images by their titles.
  var kinds = Picture.Kind.allCases.map(\.rawValue)
  var symbols: [SymbolSet] = [.half, .quadrant, .sextant, .wedge, .best]
  /// Keeps chafa's figures between runs.
  var cache: URL?
  /// Compares masks with the means over the painter's pixels instead of the single pixels under their middles.
  var averagesMasks = false
  var comparesQuality = true
  var timesFrames = true

  init(_ arguments: [String]) {
    var rest = arguments[...]
    while let name = rest.popFirst(), let value = rest.popFirst() {
      let folder = URL(fileURLWithPath: value)
      switch name {
      case "--photographs": photographs = folder
      case "--masks": masks = folder
      case "--supports": supports = folder
      case "--frames": frames = folder
      case "--sheets": sheets = folder
      case "--scratch": scratch = folder
      case "--raw": raw = folder
      case "--cache": cache = folder
      case "--limit": limit = Int(value) ?? limit
      case "--small": if value == "only" { sizes = [(40, 20)] } else if value == "never" { sizes = [(80, 40)] }
      case "--mask-pixels": averagesMasks = value == "means"
      case "--modes": modes = value.split(separator: ",").map(String.init)
      case "--kinds": kinds = value.split(separator: ",").map(String.init)
      case "--symbols": symbols = value.split(separator: ",").compactMap { SymbolSet(rawValue: String($0)) }
      case "--parts": (comparesQuality, timesFrames) = (value.contains("quality"), value.contains("times"))
      default: print("unknown option \(name)")
      }
    }
  }
}
