import Foundation

/// The markers and the length a tokenizer folder asks for.
struct SpecialTokens: Sendable {
  let start: String
  let end: String
  let padding: String
  /// Number of ids of an encoded text.
  let length: Int

  private static let usualLength = 77
  private static let maximumLength = 4096

  /// `tokenizer_config.json` comes before `special_tokens_map.json`; CLIP's own markers replace what neither tells.
  /// Throws `ModelError.badConfig`.
  init(folder: URL) throws {
    let config = try Self.file(folder.appendingPathComponent("tokenizer_config.json"))
    let map = try Self.file(folder.appendingPathComponent("special_tokens_map.json"))
    let end = config?.eos_token?.text ?? map?.eos_token?.text ?? "<|endoftext|>"
    self.end = end
    start = config?.bos_token?.text ?? map?.bos_token?.text ?? "<|startoftext|>"
    padding = config?.pad_token?.text ?? map?.pad_token?.text ?? end
    // Some publishers write 10^30 for "no limit"; the text encoder's position table has 77 rows all the same.
    let stated = config?.model_max_length ?? Double(Self.usualLength)
    length = (3...Double(Self.maximumLength)).contains(stated) ? Int(stated) : Self.usualLength
  }

  private static func file(_ url: URL) throws -> Settings? {
    FileManager.default.fileExists(atPath: url.path) ? try ConfigFile.decode(Settings.self, at: url) : nil
  }

  private struct Settings: Decodable {
    var bos_token: Token?
    var eos_token: Token?
    var pad_token: Token?
    var model_max_length: Double?
  }

  /// A token is written as a string or as an object with its `content`.
  private struct Token: Decodable {
    var text: String

    private enum Keys: String, CodingKey {
      case content
    }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        self.text = text
      } else {
        text = try decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .content)
      }
    }
  }
}
