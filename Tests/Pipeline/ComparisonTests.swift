import Evaluation
import Foundation
import Models
import Render
import TestSupport
import Testing

/// What `evaluate` does around a network, against the published loaders and meters.
@Suite struct ComparisonTests {
  private static let photos = ["coco_000000000030", "coco_000000000142"]

  private func photo(_ name: String) throws -> (image: Image, label: LabelMask) {
    (
      try Image(pngOrJpeg: Golden.url("transforms/\(name)_input.png")), try LabelMask(png: Golden.url("transforms/\(name)_label.png"))
    )
  }

  /// `[3, h, w]` of the golden file against `[1, h, w, 3]`: how many values differ by more than `within`, and by how much at most.
  private func differences(_ ours: Tensor, _ golden: URL, within: Float) throws -> (count: Int, largest: Float) {
    let expected = try NumPyArray(golden).floats, values = ours.values, pixels = values.count / 3
    var count = 0, largest: Float = 0
    for pixel in 0..<pixels {
      for channel in 0..<3 {
        let difference = abs(values[pixel * 3 + channel] - expected[channel * pixels + pixel])
        if difference > within { count += 1 }
        largest = max(largest, difference)
      }
    }
    return (count, largest)
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: photos) func bamsLetterbox(name: String) throws {
    let (image, label) = try photo(name), input = NetworkInput(fit: .letterbox, side: 121)
    let found = try differences(input.image(image), Golden.url("transforms/\(name)_bam121_image.npy"), within: 2e-4)
    #expect(found.count == 0, "\(found.largest)")
    #expect(try input.mask(label).labels == NumPyArray(Golden.url("transforms/\(name)_bam121_label.npy")).bytes)
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: photos) func hsnetsSquare(name: String) throws {
    let (image, label) = try photo(name), input = NetworkInput(fit: .smoothStretch, side: 100)
    let found = try differences(input.image(image), Golden.url("transforms/\(name)_hsnet100_image.npy"), within: 1e-5)
    #expect(found.count <= 100 * 100 * 3 / 200 && found.largest <= 0.018)
    #expect(try input.mask(label).labels == NumPyArray(Golden.url("transforms/\(name)_hsnet100_label.npy")).bytes)
  }

  @Test(.enabled(if: Golden.isAvailable)) func letterboxesOfManySizes() throws {
    struct File: Decodable {
      struct Row: Decodable {
        let h: Int, w: Int, size: Int, resize: [Int]
      }
      let bam_content_size: [Row]
    }
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: Golden.url("transforms/transforms.json")))
    #expect(file.bam_content_size.count > 20)
    for row in file.bam_content_size {
      let size = try NetworkInput(fit: .letterbox, side: row.size).content(width: row.w, height: row.h)
      #expect([size.height, size.width] == row.resize, "\(row)")
    }
  }

  /// From raw scores to areas, both ways.
  @Test(.enabled(if: Golden.isAvailable)) func scoresBecomeAreas() throws {
    struct File: Decodable {
      struct Case: Decodable {
        struct BAM: Decodable { let side: Int, pred: String, inter: [Int], union: [Int] }
        struct HSNet: Decodable {
          struct Counts: Decodable { let inter_bg: Int, inter_fg: Int, union_bg: Int, union_fg: Int }
          let size: [Int], areas: Counts
        }
        let logits: String, target: String, bam: BAM, hsnet: HSNet
      }
      let logits: [Case]
    }
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: Golden.url("metrics/metrics.json")))
    #expect(file.logits.count == 4)
    for own in file.logits {
      let scores = try NumPyArray(Golden.url("metrics/\(own.logits)")), target = try NumPyArray(Golden.url("metrics/\(own.target)"))
      let (height, width) = (scores.shape[2], scores.shape[3]), values = scores.floats
      let interleaved = (0..<height * width).flatMap { [values[$0], values[height * width + $0]] }
      let segmentation = try Segmentation(logits: Tensor(interleaved, shape: [1, height, width, 2]), network: "golden")
      let truth = LabelMask(
        width: target.shape[target.shape.count - 1], height: target.shape[target.shape.count - 2], labels: target.bytes)
      let square = try Comparison(.bam).masks(segmentation, truth: truth, NetworkInput(fit: .letterbox, side: 473))
      #expect(square.prediction.width == own.bam.side)
      let areas = Areas(prediction: square.prediction, truth: square.truth)
      let intersections: [Int] = [areas.backgroundIntersection, areas.foregroundIntersection]
      let unions: [Int] = [areas.backgroundUnion, areas.foregroundUnion]
      #expect(intersections == own.bam.inter && unions == own.bam.union, "\(own.logits)")
      let input = NetworkInput(fit: .smoothStretch, side: own.hsnet.size[0])
      let small = LabelMask(width: input.side, height: input.side, labels: segmentation.mask(height: input.side, width: input.side))
      let counts = Areas(prediction: small, truth: try input.mask(truth))
      let areas40 = own.hsnet.areas
      let expected = Areas(
        backgroundIntersection: areas40.inter_bg, foregroundIntersection: areas40.inter_fg, backgroundUnion: areas40.union_bg,
        foregroundUnion: areas40.union_fg)
      #expect(counts == expected, "\(own.logits)")
    }
  }

  @Test func atTheOriginalSizeAStretchIsTakenBack() throws {
    // Left half object: at any size the left half.
    let scores = (0..<16).flatMap { [$0 % 4 < 2 ? 0 : 1, $0 % 4 < 2 ? 1 : 0] as [Float] }
    let segmentation = try Segmentation(logits: Tensor(scores, shape: [1, 4, 4, 2]), network: "test")
    let truth = LabelMask(width: 6, height: 2, labels: [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 255])
    let input = NetworkInput(fit: .smoothStretch, side: 4)
    let original = try Comparison(.hsnet, atOriginalSize: true).masks(segmentation, truth: truth, input)
    #expect(original.truth == truth && original.prediction.labels == [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0])
    let square = try Comparison(.hsnet).masks(segmentation, truth: truth, input)
    #expect(square.prediction.width == 4 && square.truth.width == 4)
    #expect(try Comparison(.hsnet).masks(nil, truth: truth, input).prediction.labels.allSatisfy { $0 == 0 })
  }

  @Test func supportsGoInThePublishedOrder() {
    #expect(SegmentationNetwork.bam.ordered([1, 2, 3]) == [3, 2, 1] && SegmentationNetwork.hdmnet.ordered([1, 2]) == [2, 1])
    #expect(SegmentationNetwork.hsnet.ordered([1, 2, 3]) == [1, 2, 3] && SegmentationNetwork.dcama.ordered([1, 2]) == [1, 2])
  }

  @Test func imagesFarTooLongAreRefused() {
    let input = NetworkInput(fit: .letterbox, side: 121)
    #expect(throws: EvaluationError.tooNarrow(width: 2000, height: 3, side: 121)) {
      try input.image(Image(width: 2000, height: 3, color: [1, 2, 3]))
    }
  }
}

@Suite struct SignTestTests {
  /// R: `binom.test(k, n)$p.value`.
  @Test(arguments: [(0, 0, 1.0), (1, 0, 1.0), (5, 5, 1.0), (8, 2, 0.109375), (10, 0, 0.001953125), (60, 40, 0.05688793364098078)])
  func knownProbabilities(better: Int, worse: Int, p: Double) {
    #expect(abs(SignTest(better: better, worse: worse).p - p) < 1e-12)
    #expect(SignTest(better: worse, worse: better).p == SignTest(better: better, worse: worse).p)
  }

  @Test func manyEpisodesDoNotUnderflow() {
    #expect(SignTest(better: 50_000, worse: 50_000).p == 1)
    let p = SignTest(better: 51_000, worse: 49_000).p
    #expect(p > 0 && p < 1e-9)
  }
}
