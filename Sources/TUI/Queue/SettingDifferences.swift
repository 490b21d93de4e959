import Generation

/// Which settings tell the jobs of a queue from one another.
public struct SettingDifferences: Sendable {
  private var counts: [DiffusionSettings: Int] = [:]
  /// In the order of the table of settings.
  public private(set) var settings: [Setting.ID] = []

  /// Kinds of jobs up to which what has gone is looked for; beyond, a setting that differed once stays named.
  private static let mostCompared = 16

  public init() {}

  mutating func add(_ kind: DiffusionSettings) {
    guard counts.updateValue((counts[kind] ?? 0) + 1, forKey: kind) == nil,
      let other = counts.keys.first(where: { $0 != kind })
    else { return }
    take(Self.compare(kind, other))
  }

  mutating func remove(_ kind: DiffusionSettings) {
    guard let count = counts[kind] else { return }
    counts[kind] = count > 1 ? count - 1 : nil
    guard count == 1, counts.count <= Self.mostCompared else { return }
    settings = []
    guard let first = counts.keys.first else { return }
    for other in counts.keys where other != first { take(Self.compare(first, other)) }
  }

  private mutating func take(_ found: Set<Setting.ID>) {
    guard !found.isSubset(of: settings) else { return }
    let all = found.union(settings)
    settings = Setting.all.map(\.id).filter(all.contains)
  }

  private static func compare(_ left: DiffusionSettings, _ right: DiffusionSettings) -> Set<Setting.ID> {
    let (left, right) = (GenerationOptions(left), GenerationOptions(right))
    return Set(Setting.all.filter { $0.text(left) != $0.text(right) }.map(\.id))
  }

  /// What tells a kind of jobs from the others, in few words: `hed`, `steps 30`.
  public func words(_ kind: DiffusionSettings) -> [String] {
    let options = GenerationOptions(kind)
    return settings.compactMap { id in
      let setting = Setting[id]
      guard setting.applies(to: options), let text = setting.text(options) else { return nil }
      if case .choice = setting.kind { return text }
      return "\(setting.title.lowercased()) \(text)"
    }
  }
}
