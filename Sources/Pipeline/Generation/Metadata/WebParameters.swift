import Core
import Foundation
import Models

/// The text `parameters` of an image, as the Stable Diffusion web interface writes it and its reader takes it apart
/// (`modules/infotext_utils.py`): prompt, negative prompt, and one line of `KEY: VALUE` with commas between them.
struct WebParameters {
  let prompt: String
  let negativePrompt: String
  /// The last line's pairs, in their order.
  let facts: [(key: String, value: String)]

  var text: String {
    "\(Self.prompt(prompt))\nNegative prompt: \(Self.joined(negativePrompt))\n\(Self.line(facts))"
  }

  /// `KEY: VALUE` with commas between them; as one value it is quoted once more.
  static func line(_ facts: [(key: String, value: String)]) -> String {
    facts.map { "\($0.key): \(quoted($0.value))" }.joined(separator: ", ")
  }

  /// A value as the reader's `unquote` gives it back: as JSON where a comma, a colon or a line's end would end it, or where it looks quoted or
  /// loses blanks.
  static func quoted(_ value: String) -> String {
    let ends = CharacterSet(charactersIn: ",:\n\r")
    guard value.rangeOfCharacter(from: ends) != nil || value.hasPrefix("\"") || value != value.trimmingCharacters(in: .whitespaces) else { return value }
    return (try? CanonicalJSON.text(value)) ?? "\"\""
  }

  /// The reader takes a line that begins so for the negative prompt, other programs one for the settings: the lines are joined there. At the prompt's very
  /// beginning a space without width is before it.
  private static func prompt(_ text: String) -> String {
    let text = joined(text)
    return text.drop { $0.isWhitespace }.hasPrefix(marks[0]) ? "\u{200B}" + text : text
  }

  private static let marks = ["Negative prompt:", "Steps:"]

  private static func joined(_ text: String) -> String {
    // Line feeds are looked for as scalars: with a carriage return before it, it is no character of its own.
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    for index in lines.indices.dropFirst().reversed() {
      let start = lines[index].drop { $0.isWhitespace }
      guard marks.contains(where: { start.hasPrefix($0) }) else { continue }
      let line = lines.remove(at: index)
      lines[index - 1] += " " + line
    }
    return lines.joined(separator: "\n")
  }
}

extension ControlFacts {
  /// As the web interface's extension for ControlNet writes it.
  var text: String {
    WebParameters.line([
      ("Module", module), ("Model", model), ("Weight", scale.short), ("Guidance Start", start.short), ("Guidance End", end.short),
    ])
  }
}

/// One ControlNet in an image's `parameters`.
struct ControlFacts {
  let module: String
  let model: String
  let scale: Double
  let start: Double
  let end: Double
}

extension WebParameters {
  /// The facts that images of data sets and of one's own have in common, in the web interface's order.
  static func facts(
    _ settings: DiffusionSettings, seed: UInt64, width: Int, height: Int, model: String, autoencoder: String?,
    loras: [LoRAChoice], controls: [ControlFacts], weights: [String: String]
  ) -> [(key: String, value: String)] {
    func hash(_ name: String) -> String? { weights[name].map { String($0.prefix(10)) } }
    var facts = [("Steps", "\(settings.steps)"), ("Sampler", settings.sampler)]
    if let spacing = settings.timestepSpacing { facts.append(("Timestep spacing", spacing.rawValue)) }
    if settings.precision != .float32 { facts.append(("Precision", settings.precision.rawValue)) }
    facts += [("CFG scale", settings.guidance.short), ("Seed", "\(seed)"), ("Size", "\(width)x\(height)")]
    if let hash = hash(model) { facts.append(("Model hash", hash)) }
    facts.append(("Model", model))
    facts += shortcuts(settings.shortcuts)
    if let autoencoder {
      if let hash = hash(autoencoder) { facts.append(("VAE hash", hash)) }
      facts.append(("VAE", autoencoder))
    }
    facts += controls.enumerated().map { ("ControlNet \($0.offset)", $0.element.text) }
    if !loras.isEmpty {
      facts.append(("Lora hashes", line(loras.map { ($0.id, hash($0.id) ?? "") })))
      facts.append(("Lora weights", line(loras.map { ($0.id, $0.scale.short) })))
    }
    return facts.map { (key: $0.0, value: $0.1) }
  }

  /// Those that are taken; token merging and the decoder under the web interface's own names.
  private static func shortcuts(_ shortcuts: Shortcuts) -> [(String, String)] {
    let none = Shortcuts()
    var facts: [(String, String)] = []
    if shortcuts.guidanceStart != none.guidanceStart { facts.append(("CFG start", shortcuts.guidanceStart.short)) }
    if shortcuts.guidanceEnd != none.guidanceEnd { facts.append(("CFG end", shortcuts.guidanceEnd.short)) }
    if shortcuts.controlEvery != none.controlEvery { facts.append(("ControlNet every", "\(shortcuts.controlEvery)")) }
    if shortcuts.cacheEvery != none.cacheEvery { facts.append(("DeepCache every", "\(shortcuts.cacheEvery)")) }
    if shortcuts.mergedTokens != none.mergedTokens { facts.append(("Token merging ratio", shortcuts.mergedTokens.short)) }
    if shortcuts.decoder == .small { facts.append(("VAE Decoder", "TAESD")) }
    return facts
  }
}
