/// One renaming from a published checkpoint layout to the key our layers use.
public enum KeyRule: Sendable, Equatable {
  /// Drops a leading part where it is there.
  case drop(prefix: String)
  /// Adds a leading part where it is not there.
  case add(prefix: String)
  /// Exchanges a leading part for another where it is there.
  case move(prefix: String, to: String)
  /// Replaces a run of whole dot-separated parts by another, wherever it is.
  case replace(parts: String, with: String)

  func applied(to key: String) -> String {
    switch self {
    case .drop(let prefix): key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : key
    case .add(let prefix): key.hasPrefix(prefix) ? key : prefix + key
    case .move(let prefix, let other): key.hasPrefix(prefix) ? other + key.dropFirst(prefix.count) : key
    case .replace(let parts, let replacement):
      key.parts.replacing(parts.parts, with: replacement.parts).joined(separator: ".")
    }
  }
}

extension [KeyRule] {
  /// `nn.DataParallel` puts `module.` before every key.
  public static var parallelTraining: [KeyRule] { [.drop(prefix: "module.")] }

  /// Text encoder keys come with and without `text_model.`.
  public static var textEncoder: [KeyRule] { [.add(prefix: "text_model.")] }

  /// The autoencoder published with SD 1.5 names its attention weights the old way.
  public static var autoencoder: [KeyRule] {
    [
      .replace(parts: "query", with: "to_q"), .replace(parts: "key", with: "to_k"),
      .replace(parts: "value", with: "to_v"), .replace(parts: "proj_attn", with: "to_out.0"),
    ]
  }
}

extension String {
  /// The dot-separated parts of a key.
  var parts: [Substring] { split(separator: ".", omittingEmptySubsequences: false) }

  /// Whether a run of whole dot-separated parts is anywhere in this key: `fc` is in `backbone.fc.bias`, not in `fc1`.
  func containsParts(_ run: String) -> Bool { parts.contains(run.parts) }
}
