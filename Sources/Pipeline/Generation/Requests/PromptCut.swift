import Core

/// What a text encoder does not see of an image's prompts, which are longer than its tokens.
public struct PromptCut: Codable, Hashable, Sendable {
  /// The end of the prompt, in the words of its tokens; absent from the JSON where nothing is cut off.
  public let prompt: String?
  public let negativePrompt: String?

  /// Nil where both fit, the negative one also where no guidance asks for it. `cut` is `CLIPTokenizer.cut` of the model that generates.
  public init?(prompt: String, negativePrompt: String, guidance: Double, cut: (String) -> String?) {
    self.prompt = cut(prompt)
    self.negativePrompt = guidance > 1 ? cut(negativePrompt) : nil
    if self.prompt == nil, self.negativePrompt == nil { return nil }
  }

  /// In one line a prompt.
  public var lines: [String] {
    [("prompt", prompt), ("negative prompt", negativePrompt)].compactMap { name, rest in
      rest.map { "the \(name) is longer than the text encoder reads, cut off: \(PlainText.clean($0))" }
    }
  }
}

/// Characters in prompts that tokenizers of CLIP read differently.
///
/// The program reads them as transformers 5 does, whose tokenizer cleans no text. OpenAI's own, and transformers 4 where ftfy is installed,
/// put straight quotes for curly ones and letters for ligatures; OpenAI's also reads HTML entities as what they stand for.
public enum PromptCharacters {
  /// The characters and entities of that kind in a prompt, each once, in order; those that ftfy 6.3 changes.
  public static func disputed(in prompt: String) -> [String] {
    var found: [String] = []
    func note(_ text: String) { if !found.contains(text) { found.append(text) } }
    for scalar in prompt.unicodeScalars where isDisputed(scalar.value) { note(String(scalar)) }
    for match in prompt.matches(of: /&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});/) { note(String(match.output)) }
    return found
  }

  /// What to say of a prompt; nil where all tokenizers read the same.
  public static func warning(_ name: String, _ prompt: String) -> String? {
    let disputed = disputed(in: prompt)
    guard !disputed.isEmpty else { return nil }
    let shown = disputed.prefix(8).map { text in
      text.unicodeScalars.count == 1 ? "\(text) (\(text.unicodeScalars.map { "U+" + hexadecimal($0.value) }.joined()))" : text
    }
    return "the \(name) holds \(shown.joined(separator: ", "))\(disputed.count > 8 ? " and others" : ""): "
      + "read as transformers does, not as OpenAI's tokenizer, which would put plain characters for them"
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - text.count)) + text
  }

  private static func isDisputed(_ value: UInt32) -> Bool {
    switch value {
    // Windows' quotes that were taken for Latin-1, curly quotes, the modifier apostrophe.
    case 0x82...0x8C, 0x8E, 0x91...0x9C, 0x9E, 0x9F, 0x2018...0x201F, 0x02BC: true
    // Ligatures and digraphs.
    case 0x0132, 0x0133, 0x0149, 0x01C4...0x01CC, 0x01F1...0x01F3, 0xFB00...0xFB06: true
    // Full and half width forms.
    case 0xFF01...0xFFBE, 0xFFC2...0xFFC7, 0xFFCA...0xFFCF, 0xFFD2...0xFFD7, 0xFFDA...0xFFDC, 0xFFE0...0xFFE6, 0xFFE8...0xFFEE: true
    // Invisible ones that ftfy takes out.
    case 0x7F, 0x80, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: true
    default: false
    }
  }
}
