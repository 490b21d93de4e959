import Core
import Foundation
import Generation

/// Settings that go together.
public enum Preset: String, CaseIterable, Hashable, Sendable {
  case recommended, published, quick, thorough

  public var detail: String {
    switch self {
    case .recommended: "what the data set's model recommends"
    case .published: "ddim, 20 steps, guidance 9 (DifFSS)"
    case .quick: "dpmpp-2m-karras, 8 steps: a first look"
    case .thorough: "ddim, 50 steps"
    }
  }

  /// Changes sampler, steps and guidance, without noise and in the model's own spacing; the rest stays.
  func apply(to options: inout GenerationOptions, defaults: GenerationOptions) {
    (options.eta, options.timestepSpacing) = (0, nil)
    switch self {
    case .recommended: (options.sampler, options.steps, options.guidance) = (defaults.sampler, defaults.steps, defaults.guidance)
    case .published: (options.sampler, options.steps, options.guidance) = ("ddim", 20, 9)
    case .quick: (options.sampler, options.steps, options.guidance) = ("dpmpp-2m-karras", 8, defaults.guidance)
    case .thorough: (options.sampler, options.steps, options.guidance) = ("ddim", 50, defaults.guidance)
    }
  }
}

/// Settings that the user has given a name: all that a request is made from but the seed.
public struct OwnPreset: Codable, Hashable, Sendable {
  public let name: String
  public let options: GenerationOptions

  public init(_ name: String, _ options: GenerationOptions) {
    self.name = name
    self.options = options
  }

  /// In few words.
  public var detail: String {
    "\(options.condition.rawValue), \(options.sampler) \(options.steps), guidance \(options.guidance.short)" + (options.prompt.map { ", \"\($0)\"" } ?? "")
  }
}

/// The user's presets in a file beside the store, which several explorers may have in use.
public struct PresetFile: Sendable {
  private let file: URL

  private static let mostBytes = 1 << 20
  private static let mostPresets = 200

  public init(_ dataFolder: URL) { file = dataFolder.appendingPathComponent("presets.json") }

  /// By name; none where there is no file. Throws `CoreError.unreadableFile` for one that cannot be understood: it is not written over.
  public func read() throws -> [OwnPreset] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    do {
      let data = try Data(contentsOf: file)
      guard data.count <= Self.mostBytes else { throw CoreError.unreadableFile(path: file.path, reason: "it is larger than a megabyte") }
      return try JSONDecoder().decode([OwnPreset].self, from: data).sorted { $0.name < $1.name }
    } catch let error as CoreError {
      throw error
    } catch {
      throw CoreError.unreadableFile(path: file.path, reason: "it holds no presets")
    }
  }

  /// Adds one, in place of one of the same name; returns all. Throws what reading throws, and `.cannotWrite`.
  public func add(_ preset: OwnPreset) throws -> [OwnPreset] {
    try write((read().filter { $0.name != preset.name } + [preset]).suffix(Self.mostPresets).sorted { $0.name < $1.name })
  }

  /// Leaves one out; returns the others. Throws as `add`.
  public func remove(_ name: String) throws -> [OwnPreset] { try write(read().filter { $0.name != name }) }

  private func write(_ presets: [OwnPreset]) throws -> [OwnPreset] {
    try AtomicFile.write(CanonicalJSON.data(presets), to: file)
    return presets
  }
}
