/// Where the weights of repositories are that were taken down or renamed; what is not listed may be anywhere.
enum MovedRepositories {
  /// Stable Diffusion 1.5, as its first publisher's repository was.
  static let stableDiffusion = "stable-diffusion-v1-5/stable-diffusion-v1-5"

  private static let homes = [
    "runwayml/stable-diffusion-v1-5": stableDiffusion,
    "runwayml/stable-diffusion": stableDiffusion,
    "runwayml/stable-diffusion-inpainting": "stable-diffusion-v1-5/stable-diffusion-inpainting",
    "CompVis/stable-diffusion-v1-5": stableDiffusion,
  ]

  /// The present home of a repository, by its name in any case; nil when it is not known to have moved.
  static func home(of name: String) -> String? {
    homes.first { $0.key.lowercased() == name.lowercased() }?.value
  }
}
