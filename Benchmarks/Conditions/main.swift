// Times the control images of a picture as large as a usual photograph, at 512; edge detectors run once, before. `Benchmarks/bench.sh` runs it.
import Data
import Foundation
import Generation
import Render

let dataset = try Datasets.open(DatasetSource(.demo)), item = dataset.items[3], classIndex = item.classes[0]
let image = try dataset.image(item).resized(width: 640, height: 480, .cubic)
let mask = try dataset.mask(item, of: classIndex).resized(width: 640, height: 480)
let detector = try ModelLibrary(searchesHub: false, environment: [:]).detector(.hed), palette = try Palette()

let cases: [(name: String, type: ConditionType, settings: ConditionSettings)] = [
  ("mask", .mask, ConditionSettings()), ("canny", .canny, ConditionSettings()), ("hed after the detector", .hed, ConditionSettings()),
  // Thresholds below the usual ones, which the enlarged picture has no edge above.
  ("scribble after the detector", .scribble, ConditionSettings(threshold: 64)),
  ("scribble after the detector, thinned", .scribble, ConditionSettings(threshold: 64, thinning: true)),
  ("hed after the detector, dilation 128", .hed, ConditionSettings(dilation: 128)),
  ("canny, blur 2", .canny, ConditionSettings(blur: 2, cannyLow: 10, cannyHigh: 20)),
  ("canny, blur 10", .canny, ConditionSettings(blur: 10, cannyLow: 10, cannyHigh: 20)),
]
for (name, type, settings) in cases {
  let maker = try ConditionMaker(
    type, settings: settings, palette: palette, detector: type.detector(settings) == nil ? nil : detector, edgeMaps: EdgeMaps())
  var control = try maker.make(image: image, mask: mask, adeIndex: 5)
  let times = try (0..<21).map { _ in
    let start = ContinuousClock.now
    control = try maker.make(image: image, mask: mask, adeIndex: 5)
    return (ContinuousClock.now - start) / .milliseconds(1)
  }.sorted()
  print(String(format: "control image: %@, 640x480 to %dx%d: %.1f ms", name, control.image.width, control.image.height, times[10]))
}
