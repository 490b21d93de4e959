import Models

extension SamplerName {
  /// The sampler for a class of diffusers' and its settings; nil for one that is not known here.
  public init?(diffusers name: String, _ settings: [String: JSONValue]) {
    switch name {
    case "DDIMScheduler": self = .ddim
    case "PNDMScheduler": self = .pndm
    case "EulerDiscreteScheduler": self = .euler
    case "EulerAncestralDiscreteScheduler": self = .eulerAncestral
    case "HeunDiscreteScheduler": self = .heun
    case "DPMSolverMultistepScheduler":
      if case .string("sde-dpmsolver++") = settings["algorithm_type"] {
        self = .dpmpp2mSDE
      } else if case .bool(true) = settings["use_karras_sigmas"] {
        self = .dpmpp2mKarras
      } else {
        self = .dpmpp2m
      }
    case "UniPCMultistepScheduler": self = .unipc
    case "LCMScheduler": self = .lcm
    default: return nil
    }
  }
}
