import Foundation
import Models

extension ModelLibrary {
  /// What the text encoder of a request's model does not see of its prompts; nil where they fit. Reads the tokenizer, no weights.
  func cut(_ request: GenerationRequest) throws -> PromptCut? {
    let tokenizer = try tokenizer(request.models.diffusion)
    return PromptCut(
      prompt: request.prompt, negativePrompt: request.negativePrompt, guidance: request.guidance, cut: tokenizer.cut)
  }

  /// What is to be said of prompts before anything is generated from them, each thing once: characters that tokenizers read differently, and
  /// what is cut off. A model that is missing says nothing here.
  public func remarks(on prompts: [String], negativePrompt: String, guidance: Double, diffusion id: String) -> [String] {
    var seen: Set<String> = [], lines: [String] = []
    func say(_ line: String?) { if let line, seen.insert(line).inserted { lines.append(line) } }
    let tokenizer = try? tokenizer(id)
    for prompt in prompts {
      say(PromptCharacters.warning("prompt", prompt))
      guard let tokenizer else { continue }
      PromptCut(prompt: prompt, negativePrompt: negativePrompt, guidance: guidance, cut: tokenizer.cut)?.lines.forEach(say)
    }
    say(PromptCharacters.warning("negative prompt", negativePrompt))
    return lines
  }

  /// The tokenizer of a diffusion model, kept for the next request. Throws `ModelError` and `GenerationError.modelMissing`.
  private func tokenizer(_ id: String) throws -> CLIPTokenizer {
    try tokenizers.withLock { known in
      if let tokenizer = known[id] { return tokenizer }
      let url = try entry(id).url
      guard let folder = url.isFolder ? url : Self.configuration() else { throw missing("tokenizer of \(id)") }
      let tokenizer = try CLIPTokenizer(folder: folder.appendingPathComponent("tokenizer"))
      known[id] = tokenizer
      return tokenizer
    }
  }
}
