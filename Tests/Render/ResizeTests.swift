import Core
import Foundation
import Render
import TestSupport
import Testing

@Suite struct ResizeGoldenTests {
  struct Case: Decodable {
    let op, mode, input, output, dtype: String
    let width, height: Int
  }

  /// All but those of torch's bilinear resizing, which the networks alone need and `Kernels` has.
  static let cases: [Case] = {
    guard let data = try? Data(contentsOf: Golden.url("resize/manifest.json")) else { return [] }
    let all = (try? JSONDecoder().decode([Case].self, from: data)) ?? []
    return all.filter { !($0.op.hasPrefix("torch") && $0.mode.hasPrefix("bilinear")) }
  }()

  /// What the golden folder's README accepts: share of bytes off by one, or absolute difference of floats.
  private func accepts(_ difference: Difference, of count: Int, _ item: Case) -> Bool {
    switch (item.op, item.mode, item.dtype) {
    case (_, "nearest", _): difference.count == 0
    case ("cv2.resize", "cubic", "uint8"): difference.largest <= 1 && Double(difference.count) <= 0.05 * Double(count)
    case (_, _, "uint8"): difference.count == 0
    case ("cv2.resize", "area", _): difference.largest <= 1e-4
    case ("cv2.resize", _, _): difference.largest <= 1e-3
    default: difference.largest <= 5e-4
    }
  }

  @Test(.enabled(if: Golden.isAvailable)) func everyCaseMatches() throws {
    #expect(Self.cases.count == 175)
    var summary: [String: (cases: Int, values: Int, differing: Int, largest: Double)] = [:]
    for item in Self.cases {
      let input = try NumPyFile(Golden.url("resize/" + item.input))
      let expected = try NumPyFile(Golden.url("resize/" + item.output))
      let (width, height) = (item.width, item.height)
      let difference: Difference
      switch (item.op, item.dtype) {
      case ("cv2.resize", "uint8"):
        let mode = try #require(ResizeMode(rawValue: item.mode))
        difference = Difference(input.image.resized(width: width, height: height, mode).pixels, expected.bytes)
      case ("cv2.resize", _):
        let mode = try #require(ResizeMode(rawValue: item.mode))
        difference = Difference(input.floatImage.resized(width: width, height: height, mode).pixels, expected.floats)
      case ("pil.resize", _):
        let verticalFirst = item.mode == "bilinear_antialias_vertical_first"
        let result = input.image.pillowBilinear(width: width, height: height, verticalFirst: verticalFirst)
        difference = Difference(result.pixels, expected.bytes)
      default:
        let result = input.interleaved.torchNearest(width: width, height: height)
        difference = Difference(result.pixels, expected.interleaved.pixels)
      }
      let count = expected.bytes.count + expected.floats.count
      #expect(accepts(difference, of: count, item), "\(item.output): \(difference) of \(count)")
      let key = "\(item.op) \(item.mode) \(item.dtype)"
      let old = summary[key] ?? (0, 0, 0, 0)
      summary[key] = (old.cases + 1, old.values + count, old.differing + difference.count, max(old.largest, difference.largest))
    }
    if ProcessInfo.processInfo.environment["DIFFSS_REPORT"] != nil {
      for (key, value) in summary.sorted(by: { $0.key < $1.key }) { print("resize:", key, value) }
    }
  }

  @Test(.enabled(if: Golden.isAvailable)) func nearestIndicesMatch() throws {
    struct Pair: Decodable {
      let src, dst: Int
      let cv2, torch: [Int]
    }
    let data = try Data(contentsOf: Golden.url("resize/nearest_index_maps.json"))
    for pair in try JSONDecoder().decode([Pair].self, from: data) {
      let ramp = FloatImage(width: pair.src, height: 1, channels: 1, pixels: (0..<pair.src).map(Float.init))
      #expect(ramp.resized(width: pair.dst, height: 1, .nearest).pixels.map { Int($0) } == pair.cv2)
      #expect(ramp.torchNearest(width: pair.dst, height: 1).pixels.map { Int($0) } == pair.torch)
    }
  }
}

@Suite struct ResizeTests {
  @Test(arguments: ResizeMode.allCases) func constantImagesStayConstant(mode: ResizeMode) {
    for (width, height) in [(1, 1), (2, 9), (13, 5), (64, 64), (7, 40)] {
      for target in [(1, 1), (3, 2), (5, 80), (17, 3), (128, 128)] {
        for color: [UInt8] in [[200], [0, 128, 255]] {
          let image = Image(width: width, height: height, color: color).resized(width: target.0, height: target.1, mode)
          #expect(image == Image(width: target.0, height: target.1, color: color), "\(width)x\(height) to \(target)")
        }
      }
    }
  }

  @Test(arguments: ResizeMode.allCases) func bytesAndFloatsAgree(mode: ResizeMode) {
    var generator = SplitMix(state: 3)
    for _ in 0..<30 {
      let (width, height) = (Int.random(in: 1...40, using: &generator), Int.random(in: 1...40, using: &generator))
      let channels = Bool.random(using: &generator) ? 1 : 3
      let pixels = (0..<(width * height * channels)).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let image = Image(width: width, height: height, channels: channels, pixels: pixels)
      let (w, h) = (Int.random(in: 1...50, using: &generator), Int.random(in: 1...50, using: &generator))
      let bytes = image.resized(width: w, height: h, mode)
      let floats = FloatImage(image).resized(width: w, height: h, mode)
      for (byte, float) in zip(bytes.pixels, floats.pixels) {
        #expect(abs(Float(byte) - min(255, max(0, float))) < 1.6, "\(width)x\(height) to \(w)x\(h)")
      }
    }
  }

  /// Whatever vectors the processor has.
  @Test(arguments: ResizeMode.allCases) func everySetOfKernelsGivesTheSameBytes(mode: ResizeMode) {
    for (width, height) in [(31, 22), (9, 40)] {
      let colored = Fixtures.scene(width: width, height: height)
      let reds = stride(from: 0, to: colored.pixels.count, by: 3).map { colored.pixels[$0] }
      for scene in [colored, Image(width: width, height: height, channels: 1, pixels: reds)] {
        let results = KernelSet.available.map { set in
          KernelSet.$current.withValue(set) { [(50, 37), (13, 9), (64, 64)].map { scene.resized(width: $0.0, height: $0.1, mode) } }
        }
        for result in results { #expect(result == results[0]) }
      }
    }
  }

  @Test func anUnchangedSizeIsACopy() {
    let scene = Fixtures.scene(width: 31, height: 22)
    for mode in ResizeMode.allCases { #expect(scene.resized(width: 31, height: 22, mode) == scene) }
    #expect(scene.pillowBilinear(width: 31, height: 22) == scene)
  }

  @Test func masksKeepTheirLabels() {
    let mask = LabelMask(width: 3, height: 1, labels: [4, 255, 9])
    #expect(mask.resized(width: 6, height: 2).labels == [4, 4, 255, 255, 9, 9, 4, 4, 255, 255, 9, 9])
    #expect(mask.torchNearest(width: 6, height: 1).labels == [4, 4, 255, 255, 9, 9])
  }
}
