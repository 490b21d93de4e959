import Foundation
import Models
import Render
import TestSupport
import Testing

/// Edge maps of real photographs, from the goldens' own resized images (`golden/conditions/README.md`).
@Suite(.enabled(if: Golden.isAvailable)) struct EdgeMapTests {
  private static let items = [
    "coco_000000000009", "coco_000000000025", "coco_000000000086", "coco_000000000394", "fss_african_elephant_5",
    "fss_eiffel_tower_3",
  ]
  private static let cases = items.flatMap { item in ["r256", "r512"].map { "\(item)/\($0)" } }

  private static func rgb(_ folder: String) throws -> Tensor {
    let image = try Image(pngOrJpeg: Golden.url("conditions/\(folder)/resized.png"))
    return Tensor(image.pixels.map(Float.init), shape: [1, image.height, image.width, 3])
  }

  /// At most 0.05 % of pixels off by one, none by more.
  private func expect(_ edges: Tensor, _ folder: String, _ detector: String) throws {
    let expected = try Image(pngOrJpeg: Golden.url("conditions/\(folder)/edge_\(detector).png"))
    let step = expected.channels
    let off = edges.values.enumerated().map { abs(Int($1 * 255) - Int(expected.pixels[$0 * step])) }
    #expect(off.max() ?? 0 <= 1, "\(folder) \(detector)")
    #expect(off.count { $0 > 0 } * 2000 <= off.count, "\(folder) \(detector)")
  }

  @Test(arguments: cases) func hed(folder: String) throws {
    let network = try HED(Checkpoint(file: Golden.data("weights/hed-tiny/ControlNetHED_w8_f16.safetensors")))
    try expect(network.edges(rgb: Self.rgb(folder)), folder, "hedtiny")
  }

  @Test(arguments: cases) func pidinet(folder: String) throws {
    let network = try PiDiNet(Checkpoint(file: Golden.data("weights/pidinet/table5_pidinet.safetensors")))
    try expect(network.edges(rgb: Self.rgb(folder)), folder, "pidinet")
  }

  @Test func floatingPointMaps() throws {
    let folder = "coco_000000000025/r256"
    let rgb = try Self.rgb(folder)
    let hed = try HED(Checkpoint(file: Golden.data("weights/hed-tiny/ControlNetHED_w8_f16.safetensors")))
    for (index, map) in try hed.projections(rgb: rgb).enumerated() {
      let expected = try Npy(Golden.url("conditions/\(folder)/hedtiny_projection\(index + 1).npy"))
      #expect(Difference.largest(map.values, expected.values) < 1e-3)
    }
    for name in ["table5_pidinet", "table5_pidinet_converted"] {
      let network = try PiDiNet(Checkpoint(file: Golden.data("weights/pidinet/\(name).safetensors")))
      let expected = try Npy(Golden.url("conditions/\(folder)/pidinet_sigmoid.npy"))
      #expect(Difference.largest(try network.edges(rgb: rgb).values, expected.values) < 1e-4)
    }
  }
}
