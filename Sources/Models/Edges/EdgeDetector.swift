/// A network that finds soft edges in a photograph.
public protocol EdgeDetector: Sendable {
  /// Edge strength of each pixel: `[1, H, W, 3]` RGB 0 ... 255 to `[1, H, W, 1]` 0 ... 1.
  ///
  /// Throws `ModelError.badInput` for an image too small for the network's poolings, `notFinite` when the result is.
  func edges(rgb: Tensor) throws -> Tensor
}

extension Tensor {
  /// Throws `ModelError.badInput` unless this is one RGB image of at least `side` pixels each way.
  func checkImage(_ network: String, side: Int) throws {
    guard shape.count == 4, shape[0] == 1, shape[3] == 3 else {
      throw ModelError.badInput(what: network, reason: "one RGB image [1, h, w, 3] is needed, not \(shape)")
    }
    guard shape[1] >= side, shape[2] >= side else {
      throw ModelError.badInput(
        what: network, reason: "an image of \(shape[2])x\(shape[1]) is too small, it needs \(side) pixels each way")
    }
  }
}
