// Shows the same pictures with this program's cells and with chafa's, draws both with the same painter of 8x16 pixels a cell, and compares
// them with what was meant. `Benchmarks/bench-render.sh` runs it (docs/pictures.md).
import Foundation
import Render

let options = BenchOptions(Array(CommandLine.arguments.dropFirst()))
try FileManager.default.createDirectory(at: options.scratch, withIntermediateDirectories: true)
let pictures = try Pictures.all(
  photographs: options.photographs, masks: options.masks, supports: options.supports, limit: options.limit, scratch: options.scratch
).filter { options.kinds.contains($0.kind.rawValue) }
if options.comparesQuality { try Comparison(options: options, pictures: pictures).run() }
if options.timesFrames { FrameTimes.report(pictures, options: options) }
if let frames = options.frames { try Preview.report(frames, options: options) }
if let sheets = options.sheets { try Sheet.write(pictures, to: sheets, options: options) }
