// Bytes of photographs as the program would write images generated from them, with a shorter side of 512: SizeBench GENERATED PHOTO...
// The metadata are those of GENERATED, an image that `diffss generate` wrote. docs/scale.md counts with what it prints.
import Foundation
import Generation
import Render

let arguments = CommandLine.arguments.dropFirst().map { URL(fileURLWithPath: $0) }
guard let generated = arguments.first, arguments.count > 1 else {
  print("SizeBench GENERATED PHOTO...")
  exit(2)
}
let text = try ImageText.read(generated)
var pixels = 0, sizes: [(png: Int, jpg: Int, bare: Int)] = []
for file in arguments.dropFirst() {
  let photograph = try Image(pngOrJpeg: file).rgb
  let image = try SizeRule(width: photograph.width, height: photograph.height, resolution: 512).apply(photograph)
  pixels += image.width * image.height
  sizes.append((try image.pngData(text: text).count, try image.jpegData(text: text).count, try image.pngData().count))
}
for (name, values) in [("png", sizes.map(\.png)), ("jpg", sizes.map(\.jpg)), ("metadata of a png", sizes.map { $0.png - $0.bare })] {
  print("\(name): \(values.count) images, mean \(values.reduce(0, +) / values.count) bytes, \(values.min() ?? 0) to \(values.max() ?? 0)")
}
print("pixels: mean \(pixels / sizes.count)")
