import Synchronization

/// Finds the layer in which a network's values stop being numbers.
///
/// Networks run unwatched. One whose answer is not finite runs once more under a watch, to which every layer shows what it gives: the first
/// that gives NaN or infinity is named.
public final class LayerWatch: Sendable {
  @TaskLocal private static var current: LayerWatch?
  private let found = Mutex<ModelError?>(nil)

  /// Whether a watch is set: then nothing kept from before may stand in for a layer's own answer.
  public static var isOn: Bool { current != nil }

  /// What `body` returns, which runs networks. Where it throws `ModelError.notFinite` it is run again, and `notFiniteLayer` is thrown for the
  /// layer that this is found to come from; otherwise throws as `body`.
  public static func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch ModelError.notFinite(let what) where !isOn {
      let watch = LayerWatch()
      do { return try $current.withValue(watch, operation: body) } catch ModelError.notFinite {}
      throw watch.found.withLock { $0 } ?? ModelError.notFinite(what: what)
    }
  }

  /// A layer by its names in errors, and what it multiplies.
  struct Layer: Sendable {
    /// What the network is called.
    let network: String
    /// Where its weights are in the checkpoint: `down_blocks.0.attentions.1.proj_in`.
    let key: String
    let precision: Precision

    /// What the layer makes of an input, shown to the watch where one is set. `isSound` says whether none of its weights is NaN or infinite.
    func shown(_ output: Tensor, of input: @autoclosure () -> Tensor? = nil, isSound: @autoclosure () -> Bool) -> Tensor {
      guard let watch = current else { return output }
      watch.found.withLock { found in
        guard found == nil, !Kernels.isFinite(output) else { return }
        let isFed = input().map(Kernels.isFinite) ?? true
        let cause: ModelError.Overflow = !isSound() ? .weights(precision) : isFed ? .values(precision) : .input(precision)
        found = .notFiniteLayer(network: network, layer: key, cause: cause)
      }
      return output
    }

    /// The same of rows for a product.
    func shown(_ output: Operand, of input: @autoclosure () -> Tensor? = nil, isSound: @autoclosure () -> Bool) -> Operand {
      if LayerWatch.isOn { _ = shown(output.tensor, of: input(), isSound: isSound()) }
      return output
    }
  }
}
