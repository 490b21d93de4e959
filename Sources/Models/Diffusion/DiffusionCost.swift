import Foundation

/// What runs of a model cost beside one another: how long one takes, as far as the time of another tells.
public struct DiffusionCost: Hashable, Sendable {
  let unet: UNetConfig
  let autoencoder: AutoencoderConfig

  /// From the configurations in a diffusers folder. Throws `ModelError` for what cannot be read.
  public init(folder: URL) throws {
    unet = try UNetConfig(folder: ModelFolder(folder).folder(.unet))
    autoencoder = try AutoencoderConfig(folder: ModelFolder(folder).folder(.autoencoder))
  }

  /// Of an image, in millions of multiplications of a linear layer in Float32 (`CostCount`).
  ///
  /// - Parameters:
  ///   - evaluations: network evaluations, as many as the sampler has time steps.
  ///   - isGuided: whether the prompt is weighed against the negative prompt.
  ///   - controls: ControlNets, which act from `start` to `end` of the evaluations.
  public func image(
    width: Int, height: Int, evaluations: Int, isGuided: Bool, shortcuts: Shortcuts = Shortcuts(), precision: Precision = .float32,
    controls: Int = 0, start: Double = 0, end: Double = 1
  ) -> Double {
    let latents = Extent(height: max(1, height / autoencoder.factor), width: max(1, width / autoencoder.factor))
    func cost(_ add: (inout CostCount) -> Void) -> Double {
      var count = CostCount(precision)
      add(&count)
      return count.total
    }
    let whole = cost { unet.add(latents, merging: shortcuts.mergedTokens, to: &$0) }
    let outer = cost { unet.add(latents, merging: shortcuts.mergedTokens, depth: 1, to: &$0) }
    let control = Double(controls) * cost { unet.addControlNet(latents, to: &$0) }
    var total = shortcuts.decoder == .full ? cost { autoencoder.add(latents, to: &$0) } : cost { TinyDecoder.add(latents, to: &$0) }
    var cadence = Cadence<[Bool]>(shortcuts)
    let window = StepWindow(start: start, end: end)
    for step in 0..<evaluations {
      let guides = isGuided && shortcuts.guides(step: step, of: evaluations), steers = window.holds(step, of: evaluations)
      let turn = cadence.next([guides, steers])
      total += (guides ? 2 : 1) * ((turn.isWhole ? whole : outer) + (steers && turn.asksControl ? control : 0))
    }
    return total
  }
}

extension DiffusionCost {
  /// Of a step with guidance and a ControlNet, in the unit of `image`.
  public func step(width: Int, height: Int) -> Double {
    image(width: width, height: height, evaluations: 2, isGuided: true, controls: 1)
      - image(width: width, height: height, evaluations: 1, isGuided: true, controls: 1)
  }
}

/// Multiplications of layers, weighed by how many of their kind a processor with wide vectors makes in a second (docs/performance.md).
struct CostCount {
  /// In millions of those of a linear layer in Float32.
  private(set) var total = 0.0
  private let linear, attention: Double
  /// Winograd's transforms leave a third of the time of the products they stand for, in either precision.
  private let winograd = 0.32

  init(_ precision: Precision) {
    (linear, attention) = precision == .float32 ? (1, 1.2) : (0.55, 0.7)
  }

  mutating func linear(_ rows: Int, _ inputs: Int, _ outputs: Int) { total += linear * Double(rows * inputs) * Double(outputs) / 1e6 }

  mutating func conv3x3(_ extent: Extent, _ inputs: Int, _ outputs: Int) {
    total += (min(inputs, outputs) < 32 ? linear : winograd) * Double(9 * extent.height * extent.width) * Double(inputs * outputs) / 1e6
  }

  mutating func attention(_ queries: Int, _ keys: Int, _ channels: Int) {
    total += attention * Double(2 * queries) * Double(keys * channels) / 1e6
  }
}
