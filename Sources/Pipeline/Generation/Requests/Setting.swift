import Core
import Models

/// One setting of generated images: what it is called, which values it takes, where its value is. Of the rows of `Setting.all` are made: the
/// settings panel, the help of the command line and what it checks, the copied command line, the facts of reports and images, the axes of sweeps
/// and grids, and docs/settings.md.
public struct Setting: Sendable, Identifiable {
  /// The name of the command line's option.
  public enum ID: String, CaseIterable, Hashable, Sendable {
    case condition, detector, threshold, thinning
    case cannyLow = "canny-low"
    case cannyHigh = "canny-high"
    case dilation, blur
    case detectResolution = "detect-resolution"
    case resolution, sampler, steps
    case timestepSpacing = "timestep-spacing"
    case guidance, eta
    case controlScale = "control-scale"
    case controlStart = "control-start"
    case controlEnd = "control-end"
    case guessMode = "guess-mode"
    case precision
    case guidanceStart = "guidance-start"
    case guidanceEnd = "guidance-end"
    case controlEvery = "control-every"
    case cacheEvery = "cache-every"
    case mergeTokens = "merge-tokens"
    case decoder
    case prompt
    case negativePrompt = "negative-prompt"
    case seed
  }

  public enum Kind: Hashable, Sendable {
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case seed
    case flag
    case choice([String])
    case text
  }

  public let id: ID
  /// In the settings panel, 12 columns at most.
  public let title: String
  /// In reports, on axes and in errors.
  public let name: String
  /// Of numbers that have one.
  public let unit: String?
  /// What it does, in few words.
  public let summary: String
  /// What it does, for `--help` and the docs.
  public let help: String
  public let kind: Kind
  /// What one key press in the settings panel changes.
  public let increment: Double
  /// What is taken where nothing is set, in words; nil where that is the value of `GenerationOptions()`.
  public let absence: String?
  /// The setting that bounds it, and the range that this leaves inside that of `kind`.
  let boundBy: ID?
  let narrowed: (@Sendable (GenerationOptions) -> ClosedRange<Double>)?
  let isUsed: @Sendable (GenerationOptions) -> Bool
  public let access: Access

  init(
    _ id: ID, title: String, name: String, unit: String? = nil, summary: String, help: String, _ kind: Kind, increment: Double = 1,
    absence: String? = nil,
    boundBy: ID? = nil, narrowed: (@Sendable (GenerationOptions) -> ClosedRange<Double>)? = nil,
    isUsed: @escaping @Sendable (GenerationOptions) -> Bool = { _ in true },
    _ access: Access
  ) {
    self.id = id
    self.title = title
    self.name = name
    self.unit = unit
    self.summary = summary
    self.help = help
    self.kind = kind
    self.increment = increment
    self.absence = absence
    self.boundBy = boundBy
    self.narrowed = narrowed
    self.isUsed = isUsed
    self.access = access
  }

  public static subscript(id: ID) -> Setting { table[id] ?? all[0] }

  private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
}

// MARK: Values

extension Setting {
  /// Whether it changes an image that is generated with these options.
  public func applies(to options: GenerationOptions) -> Bool { isUsed(options) }

  /// The exact value as text; nil where it is absent.
  public func text(_ options: GenerationOptions) -> String? { access.text(options) }

  /// Whether the value is that of `usual`.
  public func isUsual(_ options: GenerationOptions, _ usual: GenerationOptions = GenerationOptions()) -> Bool {
    text(options) == text(usual)
  }

  /// Whether a text is one of its values, whatever the other settings are.
  public func admits(_ text: String) -> Bool {
    var options = GenerationOptions()
    guard access.set(text, &options) else { return false }
    return switch kind {
    case .whole(let range): Int(text).map(range.contains) ?? false
    case .number(let range): Double(text).map(range.contains) ?? false
    case .choice(let values): values.contains(text)
    case .seed, .flag, .text: true
    }
  }

  /// The value of a text as it is kept: `2` for `2.0`; nil for what is none of its values.
  public func normal(_ text: String) -> String? {
    var options = GenerationOptions()
    return admits(text) && access.set(text, &options) ? self.text(options) : nil
  }

  /// Takes a value; what the other settings leave of its range, `GenerationOptions.validate` checks. Throws `CoreError.badSetting` for a text
  /// that is none of its values.
  public func set(_ text: String, in options: inout GenerationOptions) throws {
    guard admits(text), access.set(text, &options) else { throw fault("\"\(text)\"", nil) }
  }

  /// Takes the value that is where nothing is set.
  public func reset(in options: inout GenerationOptions) { access.copy(GenerationOptions(), &options) }

  /// Whether a value can be absent.
  public var isOptional: Bool { text(GenerationOptions()) == nil }

  /// Smallest and largest value beside the others of these options, of all without them; nil for what is no plain number.
  public func range(_ options: GenerationOptions?) -> ClosedRange<Double>? {
    if let options, let narrowed { return narrowed(options) }
    switch kind {
    case .whole(let range): return Double(range.lowerBound)...Double(range.upperBound)
    case .number(let range): return range
    case .seed, .flag, .choice, .text: return nil
    }
  }

  /// The values in words: `64...4096`, `mask, scribble`. Without options the whole range.
  public func allowed(_ options: GenerationOptions? = nil) -> String {
    if let options, let range = range(options) { return "\(range.lowerBound.short)...\(range.upperBound.short)" }
    return switch kind {
    case .whole(let range): "\(range.lowerBound)...\(range.upperBound)"
    case .number(let range): "\(range.lowerBound.short)...\(range.upperBound.short)"
    case .seed: "0...\(UInt64.max)"
    case .flag: "on, off"
    case .choice(let values): values.joined(separator: ", ")
    case .text: "any text"
    }
  }

  /// Throws `CoreError.badSetting` where the value of these options is none of its values.
  func validate(_ options: GenerationOptions) throws {
    guard let text = text(options) else { return }
    if case .choice(let values) = kind, !values.contains(text) { throw fault("\"\(text)\"", options) }
    if let range = range(nil), !contains(range, options) { throw fault(text, nil) }
    // Bounds of one another hold where the settings count.
    if applies(to: options), let range = range(options), !contains(range, options) { throw fault(text, options) }
    // η is a word of DDIM's paper (Song, Meng & Ermon 2021, eq. 16); other samplers would pass it over.
    if id == .eta, options.eta != 0, options.sampler != SamplerName.ddim.rawValue {
      throw CoreError.badSetting(
        name: name, value: text, allowed: "0 with sampler \(PlainText.clean(options.sampler)), only ddim knows others")
    }
  }

  private func contains(_ range: ClosedRange<Double>, _ options: GenerationOptions) -> Bool {
    text(options).map { Double($0).map(range.contains) ?? false } ?? true
  }

  private func fault(_ value: String, _ options: GenerationOptions?) -> CoreError {
    let other = options.flatMap { options in boundBy.map { "\(Setting[$0].name) is \(Setting[$0].text(options) ?? "")" } }
    return .badSetting(name: name, value: PlainText.clean(value), allowed: allowed(options) + (other.map { " where \($0)" } ?? ""))
  }
}

// MARK: Access

extension Setting {
  /// Where a value is in the options, as text.
  public struct Access: Sendable {
    let text: @Sendable (GenerationOptions) -> String?
    /// False for a text that is no value of the type.
    let set: @Sendable (String, inout GenerationOptions) -> Bool
    /// From other options.
    public let copy: @Sendable (GenerationOptions, inout GenerationOptions) -> Void

    private init<Value>(
      _ path: WritableKeyPath<GenerationOptions, Value> & Sendable, text: @escaping @Sendable (Value) -> String?,
      value: @escaping @Sendable (String) -> Value?
    ) {
      self.text = { text($0[keyPath: path]) }
      set = { text, options in
        guard let new = value(text) else { return false }
        options[keyPath: path] = new
        return true
      }
      copy = { $1[keyPath: path] = $0[keyPath: path] }
    }

    static func whole(_ path: WritableKeyPath<GenerationOptions, Int> & Sendable) -> Access {
      Access(path, text: { "\($0)" }, value: { Int($0) })
    }

    static func whole(_ path: WritableKeyPath<GenerationOptions, Int?> & Sendable) -> Access {
      Access(path, text: { value in value.map { "\($0)" } }, value: { text in Int(text).map { .some($0) } })
    }

    static func number(_ path: WritableKeyPath<GenerationOptions, Double> & Sendable) -> Access {
      // Minus zero is another text than zero, but the same setting.
      Access(path, text: { $0.short }, value: { text in Double(text).flatMap { $0.isFinite ? $0 == 0 ? 0 : $0 : nil } })
    }

    static func seed(_ path: WritableKeyPath<GenerationOptions, UInt64> & Sendable) -> Access {
      Access(path, text: { "\($0)" }, value: { UInt64($0) })
    }

    static func flag(_ path: WritableKeyPath<GenerationOptions, Bool> & Sendable) -> Access {
      Access(path, text: { $0 ? "on" : "off" }, value: { ["on": true, "off": false][$0] })
    }

    static func name(_ path: WritableKeyPath<GenerationOptions, String> & Sendable) -> Access { Access(path, text: { $0 }, value: { $0 }) }

    static func text(_ path: WritableKeyPath<GenerationOptions, String?> & Sendable) -> Access {
      Access(path, text: { $0 }, value: { .some($0) })
    }

    /// `auto` and what the processor lacks are settled when they are set: an image says what it was made of.
    static func precision(_ path: WritableKeyPath<GenerationOptions, Precision> & Sendable) -> Access {
      Access(path, text: { $0.rawValue }, value: { $0 == automatic ? .fastest : Precision(rawValue: $0).map { min($0, .fastest) } })
    }

    /// The word for the fastest precision of the processor.
    static let automatic = "auto"

    static func choice<Value: RawRepresentable<String> & Sendable>(_ path: WritableKeyPath<GenerationOptions, Value> & Sendable) -> Access {
      Access(path, text: { $0.rawValue }, value: { Value(rawValue: $0) })
    }

    static func choice<Value: RawRepresentable<String> & Sendable>(_ path: WritableKeyPath<GenerationOptions, Value?> & Sendable) -> Access
    {
      Access(path, text: { $0?.rawValue }, value: { text in Value(rawValue: text).map { .some($0) } })
    }
  }
}
