/// Who evaluates a model's networks in the place of this process: another one, perhaps on another device or machine.
///
/// Sampler, noise, guidance and everything else of a run stay here. May be asked from several threads at once.
public protocol DiffusionEngine: Sendable {
  /// Token ids, rows of equal length, to text states `[n, t, d]`. Throws what the engine answers in their place, and what `interruption` throws.
  func textStates(_ ids: [[Int]], of model: ModelPlan, interruption: @escaping Interruption) throws -> Tensor

  /// Begins to evaluate a run. Throws likewise.
  func begin(_ run: EngineRun, of model: ModelPlan, interruption: @escaping Interruption) throws -> any NoiseEvaluator

  /// Latents as the autoencoder takes them, `[n, h, w, c]`, to images in about -1...1, `[n, H, W, 3]`. Throws likewise.
  func decode(_ latents: Tensor, of model: ModelPlan, interruption: @escaping Interruption) throws -> Tensor
}

/// What stays the same over the evaluations of a run.
public struct EngineRun: Sendable {
  /// A control image and the network that reads it.
  public struct Control: Sendable {
    /// Place among the model's ControlNets.
    public let network: Int
    /// What its residuals are multiplied by.
    public let scale: Float
    /// `[1, H, W, 3]` in 0...1.
    public let image: Tensor
  }

  /// Text states `[2, t, d]` of the negative prompt and the prompt, or `[1, t, d]` of the prompt alone.
  public let texts: Tensor
  public let controls: [Control]
  /// Whether ControlNets read the prompt alone, their finer residuals faded.
  public let guessMode: Bool
  /// What is left out.
  public let shortcuts: Shortcuts
  /// Latents' extent: `[images, h, w, c]`.
  public let shape: [Int]
}

/// What the networks of a run say of its latents, evaluation by evaluation. For one thread.
public protocol NoiseEvaluator: AnyObject {
  /// The UNet's answer, `[2 n, h, w, c]`, the negative prompt's half first, where the evaluation is guided, else `[n, h, w, c]`.
  func evaluate(_ latents: Tensor, _ evaluation: Evaluation) throws -> Tensor
}

/// One evaluation of a run's networks.
public struct Evaluation: Hashable, Sendable {
  public let timestep: Float
  /// Whether the negative prompt is asked too.
  public let isGuided: Bool
  /// Places of the run's controls that count.
  public let controls: [Int]
  /// Whether the UNet runs as a whole, not its outermost layers alone.
  public let isWhole: Bool
  /// Whether the ControlNets run; else their residuals of an earlier evaluation serve.
  public let asksControl: Bool
}
