import Models
import Testing

/// Values everybody who knows these generators knows, for a clone without the goldens.
@Suite struct KnownValueTests {
  @Test func firstValues() {
    var twister = MersenneTwister(seed: 5489)
    #expect(twister.next() == 3_499_211_612)
    var words = MersenneTwister(words: [0x123, 0x234, 0x345, 0x456])
    #expect((0..<3).map { _ in words.next() } == [1_067_595_299, 955_945_823, 477_289_528])
    var torch = TorchGenerator(seed: 0)
    #expect(torch.randn(3) == [1.5409960746765137, -0.293428897857666, -2.1787893772125244])
    var block = TorchGenerator(seed: 0)
    #expect(block.randn(16).prefix(3) == [-1.1258398294448853, -1.152360200881958, -0.2505785822868347])
    var numpy = NumpyRandomState(seed: 123)
    #expect((0..<5).map { _ in numpy.integer(in: 0..<1000) } == [510, 365, 382, 322, 988])
    var python = PythonRandom(seed: 0)
    #expect((0..<5).map { _ in python.integer(in: 1...100) } == [50, 98, 54, 6, 34])
  }

  @Test func aCopyGoesOnByItself() {
    var a = TorchGenerator(seed: 9)
    _ = a.randn(3)
    var b = a
    #expect(a.randn(5) == b.randn(5))
    #expect(a.randn(40) == b.randn(40))
  }

  @Test func noiseIsDrawnChannelsFirst() {
    var (a, b) = (TorchGenerator(seed: 3), TorchGenerator(seed: 3))
    let noise = a.noise([2, 3, 5, 4])
    let drawn = b.randn(120)
    let values = noise.values
    for n in 0..<2 {
      for y in 0..<3 {
        for x in 0..<5 {
          for c in 0..<4 { #expect(values[((n * 3 + y) * 5 + x) * 4 + c] == drawn[((n * 4 + c) * 3 + y) * 5 + x]) }
        }
      }
    }
  }
}
