import Foundation
import Render
import TestSupport
import Testing

/// The resampling inside the published preprocessing chains, on its own.
@Suite struct TransformTests {
  static let photos = ["coco_000000000030", "coco_000000000142"]
  private let mean: [Float] = [0.485, 0.456, 0.406]
  private let deviation: [Float] = [0.229, 0.224, 0.225]

  @Test(.enabled(if: Golden.isAvailable), arguments: zip(photos, [(120, 80), (88, 120)]))
  func linearFloatsMatchBAM(photo: String, size: (width: Int, height: Int)) throws {
    let input = try Image(pngOrJpeg: Golden.url("transforms/\(photo)_input.png")).rgb
    let golden = try NumPyFile(Golden.url("transforms/\(photo)_bam121_image.npy")).interleaved
    let resized = FloatImage(input).resized(width: size.width, height: size.height, .linear)
    var largest: Float = 0
    for y in 0..<size.height {
      for x in 0..<size.width {
        for channel in 0..<3 {
          let ours = (resized[x, y, channel] - 255 * mean[channel]) / (255 * deviation[channel])
          largest = max(largest, abs(ours - golden[x, y, channel]))
        }
      }
    }
    #expect(largest <= 2e-4)

    let label = try LabelMask(png: Golden.url("transforms/\(photo)_label.png")).resized(width: size.width, height: size.height)
    let expected = try NumPyFile(Golden.url("transforms/\(photo)_bam121_label.npy")).bytes
    for y in 0..<size.height { for x in 0..<size.width { #expect(label[x, y] == expected[y * 121 + x]) } }
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: photos) func pillowBytesMatchHSNet(photo: String) throws {
    let input = try Image(pngOrJpeg: Golden.url("transforms/\(photo)_input.png")).rgb
    let golden = try NumPyFile(Golden.url("transforms/\(photo)_hsnet100_image.npy")).interleaved
    let resized = input.pillowBilinear(width: 100, height: 100)
    var largest: Float = 0
    for (index, byte) in resized.pixels.enumerated() {
      let ours = (Float(byte) / 255 - mean[index % 3]) / deviation[index % 3]
      largest = max(largest, abs(ours - golden.pixels[index]))
    }
    #expect(largest <= 1e-6)

    let label = try LabelMask(png: Golden.url("transforms/\(photo)_label.png")).torchNearest(width: 100, height: 100)
    #expect(try label.labels == NumPyFile(Golden.url("transforms/\(photo)_hsnet100_label.npy")).bytes)
  }
}
