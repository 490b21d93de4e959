import Models

/// A place of the dial that trades exactness for time: settings that go together (docs/speed.md). It is no part of a request, its settings are.
public enum SpeedPreset: String, CaseIterable, Hashable, Sendable {
  /// Every network at every step.
  case exact
  /// The fastest found whose supports are within one point of exact ones.
  case fast
  /// Within three points.
  case draft

  /// What it sets, but for the small decoder.
  private var values: [(id: Setting.ID, text: String)] {
    switch self {
    case .exact: []
    case .fast: [(.sampler, SamplerName.unipc.rawValue), (.steps, "6"), (.guidanceEnd, "0.5")]
    case .draft: [(.sampler, SamplerName.unipc.rawValue), (.steps, "4"), (.guidanceEnd, "0.5"), (.cacheEvery, "2")]
    }
  }

  private static let shortcuts: [Setting.ID] = [.guidanceStart, .guidanceEnd, .controlEvery, .cacheEvery, .mergeTokens, .decoder]

  /// Sets its settings, and takes back what another preset had set. Steps and sampler that no preset set stay where it has none of its own.
  ///
  /// - Parameters:
  ///   - kept: what stays as it is.
  ///   - hasSmallDecoder: whether the model that generates has one (`ModelMenu.Diffusion`).
  public func apply(to options: inout GenerationOptions, keeping kept: Set<Setting.ID> = [], hasSmallDecoder: Bool) {
    let before = SpeedPreset(options, hasSmallDecoder: hasSmallDecoder)
    for id in Self.shortcuts + (before?.values ?? []).map(\.id) where !kept.contains(id) { Setting[id].reset(in: &options) }
    for (id, text) in values where !kept.contains(id) {
      try? Setting[id].set(text, in: &options)
      // Noise in each step is one sampler's alone.
      if id == .sampler, !kept.contains(.eta) { options.eta = 0 }
    }
    if self != .exact, hasSmallDecoder, !kept.contains(.decoder) { options.shortcuts.decoder = .small }
  }

  /// The preset whose settings options have; nil for others. What does not count (guidance that is off) does not tell.
  public init?(_ options: GenerationOptions, hasSmallDecoder: Bool) {
    let settings = options.settings.relevant()
    let found = Self.allCases.reversed().first { preset in
      var own = options
      own.shortcuts = Shortcuts()
      if preset != .exact {
        for (id, text) in preset.values { try? Setting[id].set(text, in: &own) }
        if hasSmallDecoder { own.shortcuts.decoder = .small }
      }
      return own.settings.relevant() == settings
    }
    guard let found else { return nil }
    self = found
  }
}
