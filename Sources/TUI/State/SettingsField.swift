import Models
import Pipeline

/// The rows of the settings panel.
package enum SettingsField: CaseIterable, Hashable, Sendable {
  case condition, detector, threshold, thinning, cannyLow, cannyHigh, dilation, blur
  case supports, steps, guidance, controlScale, sampler, seed, network, episodes
  case prompt, negativePrompt, eta, spacing, controlStart, controlEnd, guessMode, resolution, diffusion, controlNet

  package var title: String {
    switch self {
    case .condition: "Condition"
    case .detector: "Detector"
    case .threshold: "Threshold"
    case .thinning: "Thinning"
    case .cannyLow: "Canny low"
    case .cannyHigh: "Canny high"
    case .dilation: "Dilation"
    case .blur: "Blur"
    case .supports: "Supports"
    case .sampler: "Sampler"
    case .steps: "Steps"
    case .guidance: "Guidance"
    case .controlScale: "Control"
    case .seed: "Seed"
    case .network: "Network"
    case .episodes: "Episodes"
    case .prompt: "Prompt"
    case .negativePrompt: "Negative"
    case .eta: "Eta"
    case .spacing: "Spacing"
    case .controlStart: "Ctrl from"
    case .controlEnd: "Ctrl to"
    case .guessMode: "Guess mode"
    case .resolution: "Resolution"
    case .diffusion: "Model"
    case .controlNet: "ControlNet"
    }
  }

  /// What is meant, for the panel's lower edge and the help.
  package var explanation: String {
    switch self {
    case .condition: "what steers the painting"
    case .detector: "what finds the edges"
    case .threshold: "edges above are drawn"
    case .thinning: "lines of one pixel"
    case .cannyLow: "slope of an edge's rest"
    case .cannyHigh: "slope an edge needs"
    case .dilation: "pixels the mask grows"
    case .blur: "sigma before the edges"
    case .supports: "generated per episode"
    case .sampler: "how noise is taken away"
    case .steps: "denoising steps"
    case .guidance: "pull of the prompt, 1 = off"
    case .controlScale: "pull of the condition"
    case .seed: "same seed, same pictures"
    case .network: "what segments the queries"
    case .episodes: "per evaluation (E)"
    case .prompt: "what is painted"
    case .negativePrompt: "what is kept out"
    case .eta: "noise in each step (ddim)"
    case .spacing: "where the time steps lie"
    case .controlStart: "part of the steps"
    case .controlEnd: "part of the steps"
    case .guessMode: "the condition leads alone"
    case .resolution: "pixels, shorter side"
    case .diffusion: "what paints"
    case .controlNet: "what reads the condition"
    }
  }

  /// The knob of the condition behind it; nil for what matters always.
  package var knob: ConditionKnob? {
    switch self {
    case .detector: .detector
    case .threshold: .threshold
    case .thinning: .thinning
    case .cannyLow, .cannyHigh: .canny
    case .dilation: .dilation
    case .blur: .blur
    default: nil
    }
  }

  /// What one key press changes.
  package var increment: Double {
    switch self {
    case .threshold: 5
    case .cannyLow, .cannyHigh: 10
    case .blur, .guidance: 0.5
    case .controlScale, .eta, .controlStart, .controlEnd: 0.1
    case .resolution: 64
    default: 1
    }
  }

  /// Whether a typed value must be a whole number.
  package var isWhole: Bool {
    switch self {
    case .blur, .guidance, .controlScale, .eta, .controlStart, .controlEnd: false
    default: true
    }
  }

  /// Whether it takes any text.
  package var isText: Bool { self == .prompt || self == .negativePrompt }
}
