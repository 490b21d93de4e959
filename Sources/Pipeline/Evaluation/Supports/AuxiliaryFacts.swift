import Data
import Generation
import Render

/// What the images of a folder of generated supports say of how they were made.
public struct AuxiliaryFacts: Codable, Hashable, Sendable {
  /// Images that say it, and those that do not: other programs' and changed ones.
  public let images: Int
  public let silent: Int
  /// Values by the settings' names on the command line: `several` where the images differ. Prompts and seeds are every image's own.
  public let settings: [String: String]

  public init(images: Int, silent: Int, settings: [String: String]) {
    (self.images, self.silent, self.settings) = (images, silent, settings)
  }

  /// A value where the images have different ones.
  static let several = "several"

  /// Of some files; one that cannot be read is silent.
  init(_ files: some Sequence<SupportFile>) {
    var silent = 0, found: [GenerationOptions] = []
    for file in files {
      guard let bytes = try? file.bytes(), let text = try? ImageText.of(bytes), let metadata = ImageMetadata(entries: text) else {
        silent += 1
        continue
      }
      found.append(metadata.request.options)
    }
    self.init(images: found.count, silent: silent, settings: Self.common(found.map(\.told)))
  }

  /// Of several evaluations; nil without any.
  static func common(_ all: [AuxiliaryFacts]) -> AuxiliaryFacts? {
    guard !all.isEmpty else { return nil }
    let settings: [String: String] = common(all.filter { $0.images > 0 }.map(\.settings))
    return AuxiliaryFacts(
      images: all.reduce(0) { $0 + $1.images }, silent: all.reduce(0) { $0 + $1.silent }, settings: settings)
  }

  /// What several agree on; a setting that one of them does not have is `several` as well.
  static func common(_ all: [[String: String]]) -> [String: String] {
    Set(all.flatMap(\.keys)).reduce(into: [:]) { common, name in
      let values = Set(all.map { $0[name] })
      common[name] = values.count == 1 ? values.first ?? nil : several
    }
  }

  /// Condition, sampler, steps, guidance scale, and whatever is not as usual, in words.
  var text: String {
    if images == 0 { return "which do not say how they were made" }
    let always = GenerationOptions.alwaysTold
    let others = Setting.all.map(\.id).filter { !always.contains($0) }
    let words = (always + others).compactMap { id -> String? in
      guard let value = settings[id.rawValue], always.contains(id) || value != Setting[id].text(GenerationOptions()) else { return nil }
      return value == Self.several ? "several values of \(Setting[id].name)" : Setting[id].words(value)
    }
    return (words + (silent > 0 ? ["\(silent) of \(images + silent) images do not say"] : [])).joined(separator: ", ")
  }

  /// For the list of a report's facts.
  var facts: [ReportFact] {
    Setting.all.compactMap { setting in settings[setting.id.rawValue].map { ReportFact(setting.name, $0) } }
      + (silent > 0 ? [ReportFact("images that do not say how they were made", "\(silent) of \(images + silent)")] : [])
  }
}

extension GenerationOptions {
  /// What is told of images in every case, in this order.
  static let alwaysTold: [Setting.ID] = [.condition, .sampler, .steps, .guidance]

  /// The settings that apply, but prompts and seed, by their names on the command line.
  var told: [String: String] {
    let own: Set<Setting.ID> = [.prompt, .negativePrompt, .seed]
    return Setting.all.reduce(into: [:]) { told, setting in
      if !own.contains(setting.id), setting.applies(to: self) { told[setting.id.rawValue] = setting.text(self) }
    }
  }
}

extension Setting {
  /// A value with as much of the setting's name as it needs.
  func words(_ value: String) -> String {
    switch id {
    case .condition, .sampler: value
    case .steps: value == "1" ? "1 step" : "\(value) steps"
    case .seed: "seed \(value)"
    default: "\(name) \(value)"
    }
  }
}
