import Foundation
import Models
import TestSupport
import Testing

@Suite struct EdgeDetectorTests {
  private static func pidinet(_ name: String) throws -> PiDiNet {
    try PiDiNet(Checkpoint(file: Golden.data("weights/pidinet/\(name).safetensors")))
  }

  /// Not a photograph, but something with edges of every direction.
  private static func rings(_ height: Int, _ width: Int) -> Tensor {
    let values = (0..<height * width * 3).map { i -> Float in
      let (pixel, channel) = (i / 3, i % 3)
      let (y, x) = (Double(pixel / width), Double(pixel % width))
      return Float(127.5 + 127.5 * sin((x * x + y * y) / Double(60 + 20 * channel)))
    }
    return Tensor(values, shape: [1, height, width, 3])
  }

  @Test(.enabled(if: Golden.isAvailable)) func originalAndConvertedWeightsAgree() throws {
    let image = Self.rings(61, 45)
    let original = try Self.pidinet("table5_pidinet").edges(rgb: image)
    let converted = try Self.pidinet("table5_pidinet_converted").edges(rgb: image)
    #expect(original.shape == [1, 61, 45, 1])
    #expect(Difference.largest(original.values, converted.values) < 1e-5)
  }

  @Test func oddSizesAndRefusals() throws {
    let (hed, pidinet) = (try HED(TinyWeights.hed(seed: 27)), try PiDiNet(TinyWeights.pidinet(seed: 28)))
    for (height, width) in [(16, 16), (17, 33), (50, 21)] {
      #expect(try hed.edges(rgb: Self.rings(height, width)).shape == [1, height, width, 1])
      #expect(try hed.projections(rgb: Self.rings(height, width)).map { $0.shape[1] } == (0..<5).map { height >> $0 })
      #expect(try pidinet.edges(rgb: Self.rings(height, width)).values.allSatisfy { (0...1).contains($0) })
    }
    for shape in [[1, 15, 40, 3], [1, 40, 7, 3], [2, 32, 32, 3], [1, 32, 32, 1], [32, 32, 3]] {
      #expect(throws: ModelError.self) { try hed.edges(rgb: Tensor(zeros: shape)) }
      if shape != [1, 15, 40, 3] { #expect(throws: ModelError.self) { try pidinet.edges(rgb: Tensor(zeros: shape)) } }
    }
    var broken = Self.rings(32, 32).values
    broken[100] = .nan
    let image = Tensor(broken, shape: [1, 32, 32, 3])
    #expect(throws: ModelError.self) { try hed.edges(rgb: image) }
    #expect(throws: ModelError.self) { try pidinet.edges(rgb: image) }
  }

  @Test func weightsOfAnotherNetworkAreListed() throws {
    let checkpoint = try TinyWeights.hed(seed: 29)
    do {
      _ = try PiDiNet(checkpoint)
      Issue.record("accepted")
    } catch ModelError.weightsDoNotFit(_, let missing, let unused, _) {
      #expect(missing.contains("init_block.weight") && unused.contains("block1.convs.0.weight"))
    }
  }
}
