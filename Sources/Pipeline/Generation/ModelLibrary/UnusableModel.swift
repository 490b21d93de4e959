import Foundation
import Models

/// A file or folder in a model's place that cannot be used, and why.
public struct UnusableModel: Hashable, Sendable, Identifiable {
  /// Its path below the place where it was found, or `owner/name` in the Hugging Face cache.
  public let id: String
  /// What it is, or what its name says that it should be.
  public let title: String
  /// What it would be used as; nil where nobody would.
  public let kind: ModelKind?
  public let url: URL
  public let origin: ModelEntry.Origin
  /// In one sentence.
  public let problem: String
  /// What to do about it; nil when there is nothing to do.
  public let hint: String?
  /// Whether it is not whole, rather than a sound model of another kind.
  public let isDamaged: Bool
}

extension UnusableModel {
  init(id: String, title: String, kind: ModelKind?, url: URL, origin: ModelEntry.Origin, _ error: ModelError) {
    let isOther = if case .wrongModel = error { true } else { false }
    // What is in a cache of downloads can be fetched by its name.
    let hint = origin == .huggingFace && !isOther ? "fetch it again, or what is missing: diffss models pull \(id.split(separator: "/").prefix(2).joined(separator: "/"))" : error.hint
    self.init(id: id, title: title, kind: kind, url: url, origin: origin, problem: error.summary, hint: hint, isDamaged: !isOther)
  }
}

extension ModelError {
  /// The message in one line, without the list of keys.
  public var summary: String {
    if case .weightsDoNotFit(let path, let missing, let unused, let wrongShape) = self {
      let counts = [(missing.count, "missing"), (wrongShape.count, "of another shape"), (unused.count, "too many")].filter { $0.0 > 0 }
      return "\(path) does not fit its configuration: weights \(counts.map { "\($0.0) \($0.1)" }.joined(separator: ", "))"
    }
    return message
  }
}
