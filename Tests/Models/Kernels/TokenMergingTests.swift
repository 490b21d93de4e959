import Models
import Testing

@Suite(.everyKernelSet) struct TokenMergingTests {
  /// Odd extents, whose last row and column have no square of four, and ratios up to all that can be merged.
  @Test(arguments: 0..<24) func agreesWithItsTwin(seed: Int) throws {
    var noise = Noise(UInt64(seed) + 5000)
    let (images, height, width, channels) = (noise.int(1...3), noise.int(2...13), noise.int(2...13), noise.int(4...40))
    let ratio = [0.1, 0.25, 0.5, 0.75][seed % 4], tokens = height * width
    let metric = noise.tensor([images, tokens, channels]), x = noise.tensor([images, tokens, channels])
    let twin = PlainKernels.mergedTokens(x, like: metric, height: height, width: width, ratio: ratio)
    guard let merging = TokenMerging(metric, height: height, width: width, ratio: ratio) else {
      #expect(twin.values == x.values)
      return
    }
    let merged = merging.merged(x)
    #expect(merged.shape == [images, merging.count, channels] && merging.count < tokens)
    #expect(relativeError(merging.unmerged(merged), twin) < 1e-6, "\(height)x\(width), \(ratio)")
    // Of a batch each image is merged as it is alone.
    let alone = try #require(TokenMerging(metric.slice(0..<1), height: height, width: width, ratio: ratio))
    #expect(alone.merged(x.slice(0..<1)).values == merged.slice(0..<1).values)
  }

  @Test func whatCannotBeMergedIsNot() {
    let x = Tensor(zeros: [1, 6, 4])
    #expect(TokenMerging(x, height: 1, width: 6, ratio: 0.5) == nil)
    #expect(TokenMerging(x, height: 2, width: 3, ratio: 0.1) == nil)
    // Tokens without a direction are like none, and merge in their order.
    #expect(TokenMerging(x, height: 2, width: 3, ratio: 0.5)?.count == 3)
  }
}
