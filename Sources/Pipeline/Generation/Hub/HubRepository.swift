import Core
import Foundation

/// A model repository on a Hugging Face compatible endpoint, and where its files are kept.
public struct HubRepository: Sendable {
  /// `ORG/NAME`.
  public let name: String
  let endpoint: URL
  /// Sent to the endpoint's own host alone.
  let token: String?
  /// The cache's `hub` folder, shared with Python's `huggingface_hub`.
  let cache: URL

  /// Takes `$HF_ENDPOINT`, `$HF_TOKEN` and what `HubCache` does. Throws `CoreError.badSetting` for a name that is not `ORG/NAME` and an endpoint that is no web address.
  public init(_ name: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let allowed = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    guard parts.count == 2,
      parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("--") && !$0.contains("..") && $0.unicodeScalars.allSatisfy(allowed.contains) })
    else { throw CoreError.badSetting(name: "repository", value: name, allowed: "ORG/NAME of letters, digits, - _ and .") }
    self.name = name
    let address = environment["HF_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 } ?? "https://huggingface.co"
    guard let endpoint = URL(string: address), ["http", "https"].contains(endpoint.scheme ?? ""), endpoint.host != nil else {
      throw CoreError.badSetting(name: "HF_ENDPOINT", value: address, allowed: "an address that begins with https://")
    }
    self.endpoint = endpoint
    token = environment["HF_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    cache = HubCache.folder(environment) ?? FileManager.default.temporaryDirectory
  }

  /// `models--ORG--NAME` in the cache.
  var folder: URL { cache.appendingPathComponent("models--" + name.replacingOccurrences(of: "/", with: "--"), isDirectory: true) }

  /// The listing of a revision, with sizes and digests.
  func listingAddress(_ revision: String) -> URL {
    endpoint.appendingPathComponent("api/models/\(name)/revision/\(revision)").appending(queryItems: [URLQueryItem(name: "blobs", value: "true")])
  }

  func fileAddress(_ file: String, commit: String) -> URL { endpoint.appendingPathComponent("\(name)/resolve/\(commit)/\(file)") }
}
