import Generation

/// The rows of the settings panel.
public enum SettingsField: Hashable, Sendable {
  /// A row of the table of settings.
  case setting(Setting.ID)
  /// What is no setting of an image: how many there are, what segments, what generates.
  case supports, speed, network, episodes, diffusion, controlNet
  /// The row that folds those that few runs change.
  case more

  /// All but `more`.
  public static let all: [SettingsField] = {
    let settings = Setting.all.map { SettingsField.setting($0.id) }
    /// The settings from one up to before another.
    func part(from first: Setting.ID? = nil, to end: Setting.ID? = nil) -> ArraySlice<SettingsField> {
      let low = first.flatMap { settings.firstIndex(of: .setting($0)) } ?? 0
      return settings[low..<(end.flatMap { settings.firstIndex(of: .setting($0)) } ?? settings.count)]
    }
    return part(to: .steps) + [.supports, .speed] + part(from: .steps, to: .prompt) + [.network, .episodes] + part(from: .prompt) + [.diffusion, .controlNet]
  }()

  /// Whether it is always in sight: what most runs change, and what shapes the condition's control image.
  var isMain: Bool {
    switch self {
    case .supports, .speed, .network, .episodes: true
    case .setting(let id): Setting[id].isOfControlImage || [.condition, .steps, .guidance, .controlScale, .sampler, .seed].contains(id)
    case .diffusion, .controlNet, .more: false
    }
  }

  /// Its row of the table; nil for what is no setting of an image.
  public var setting: Setting? { if case .setting(let id) = self { Setting[id] } else { nil } }

  public var title: String {
    switch self {
    case .setting(let id): Setting[id].title
    case .supports: "Supports"
    case .speed: "Speed"
    case .network: "Network"
    case .episodes: "Episodes"
    case .diffusion: "Model"
    case .controlNet: "ControlNet"
    case .more: "More"
    }
  }

  /// What is meant, for the panel's lower edge and the help.
  public var explanation: String {
    switch self {
    case .setting(let id): Setting[id].summary
    case .supports: "generated per episode"
    case .speed: "what is left out for time"
    case .network: "what segments the queries"
    case .episodes: "per evaluation (E)"
    case .diffusion: "what generates"
    case .controlNet: "what reads the condition"
    case .more: "what few runs change"
    }
  }

  /// Whether it takes any text.
  public var isText: Bool { setting?.kind == .text }
}
