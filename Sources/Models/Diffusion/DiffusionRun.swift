/// One image to be made: everything that decides it, beside the weights.
public struct DiffusionRun: Sendable {
  /// What the image shows.
  public var prompt: String
  /// What guidance leads away from.
  public var negativePrompt: String
  public var sampler: SamplerName
  /// Denoising steps, 1 up to the number of training steps.
  public var steps: Int
  /// How they are laid over the training steps; nil for the model's own way.
  public var spacing: SchedulerConfig.Spacing?
  /// Weight of the prompt against the negative prompt (Ho and Salimans 2022); at 1 or below there is no guidance.
  public var guidanceScale: Float
  /// Noise added at each DDIM step, 0 (none) to 1 (as much as DDPM).
  public var eta: Float
  public var seed: UInt64
  /// Which image of a batch with a common generator this is; nil for an image with a generator of its own.
  public var noiseRow: NoiseRow?
  /// Extent in pixels, multiples of what a latent stands for (8).
  public var width: Int
  public var height: Int
  /// Whether the control image leads without the prompt's help: ControlNets see the guided half only, their finer residuals faded.
  public var guessMode: Bool
  /// What is left out to take less time.
  public var shortcuts: Shortcuts
  public var controls: [ControlInput]

  public init(
    prompt: String, negativePrompt: String = "", sampler: SamplerName = .ddim, steps: Int = 20, spacing: SchedulerConfig.Spacing? = nil,
    guidanceScale: Float = 7.5, eta: Float = 0, seed: UInt64 = 0, noiseRow: NoiseRow? = nil, width: Int = 512, height: Int = 512, guessMode: Bool = false,
    shortcuts: Shortcuts = Shortcuts(), controls: [ControlInput] = []
  ) {
    self.prompt = prompt
    self.negativePrompt = negativePrompt
    self.sampler = sampler
    self.steps = steps
    self.spacing = spacing
    self.guidanceScale = guidanceScale
    self.eta = eta
    self.seed = seed
    self.noiseRow = noiseRow
    self.width = width
    self.height = height
    self.guessMode = guessMode
    self.shortcuts = shortcuts
    self.controls = controls
  }
}

extension DiffusionRun {
  /// Whether the prompt is weighed against the negative prompt.
  var isGuided: Bool { guidanceScale > 1 }

  /// Whether it is in a step.
  func isGuided(inStep step: Int, of steps: Int) -> Bool { isGuided && shortcuts.guides(step: step, of: steps) }
}

/// A control image, the ControlNet that reads it, and when and how much it counts.
public struct ControlInput: Sendable {
  /// `[1, height, width, 3]` in 0...1, of the image's extent.
  public var image: Tensor
  /// Which of the loaded ControlNets reads it.
  public var network: Int
  /// What the network's residuals are multiplied by.
  public var scale: Float
  /// The part of the steps it counts in: step i of n when `i / n >= start` and `(i + 1) / n <= end`.
  public var start: Double
  public var end: Double

  public init(image: Tensor, network: Int = 0, scale: Float = 1, start: Double = 0, end: Double = 1) {
    self.image = image
    self.network = network
    self.scale = scale
    self.start = start
    self.end = end
  }

  /// Whether it counts in a step.
  func counts(inStep step: Int, of steps: Int) -> Bool { scale != 0 && StepWindow(start: start, end: end).holds(step, of: steps) }
}

/// A part of the steps: step i of n is in it when `i / n >= start` and `(i + 1) / n <= end`.
struct StepWindow {
  let start: Double
  let end: Double

  func holds(_ step: Int, of steps: Int) -> Bool { Double(step) / Double(steps) >= start && Double(step + 1) / Double(steps) <= end }
}

/// Where a run is, reported between layers and after each step.
public struct DiffusionProgress: Sendable {
  /// Finished steps.
  public let step: Int
  public let steps: Int
  /// The latents of all images after the step just finished, `[n, h, w, c]`; nil between layers.
  public let latents: Tensor?
  private let sampling: SamplingRun?

  /// What the network saw of all images in that step, without the noise, `[n, h, w, c]`; nil between layers. Worked out when asked for.
  public var original: Tensor? { sampling?.original }

  init(step: Int, steps: Int, sampling: SamplingRun? = nil) {
    (self.step, self.steps, self.sampling) = (step, steps, sampling)
    latents = sampling?.sample
  }
}

/// A finished image.
public struct DiffusionResult: Sendable {
  /// `[1, height, width, 3]` in 0...1.
  public let image: Tensor
  /// `[1, h, w, c]`, before the autoencoder.
  public let latents: Tensor
  /// The latents after each step.
  public let latentsPerStep: [Tensor]
}
