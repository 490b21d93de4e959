import Core
import Data
import Foundation

/// The files of a repository at one commit, as the endpoint lists them.
public struct HubListing: Sendable {
  public struct File: Hashable, Sendable {
    /// Path in the repository.
    public let path: String
    let size: Int
    let digest: Digest

    /// Large files are known by SHA-256, small ones by git's own hash: SHA-1 of `blob SIZE\0` and the bytes.
    public enum Digest: Hashable, Sendable {
      case sha256(String)
      case git(String)

      /// The name of the file in the cache's `blobs` folder.
      var text: String {
        switch self {
        case .sha256(let text), .git(let text): text
        }
      }
    }
  }

  let commit: String
  let files: [File]

  /// Decodes the answer to `listingAddress`. Throws `CoreError.malformedFile` for anything that could not be kept safely.
  public init(_ data: Data, from address: URL) throws {
    func fault(_ reason: String) -> CoreError { .malformedFile(path: address.absoluteString, reason: reason) }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: data) else { throw fault("it is not the listing of a repository") }
    guard Self.isHexadecimal(answer.sha, lengths: [40, 64]) else { throw fault("it names no commit") }
    commit = answer.sha
    files = try answer.siblings.map { sibling in
      let parts = sibling.rfilename.split(separator: "/", omittingEmptySubsequences: false)
      guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("\0") }) else {
        throw DataError.nameEscapesRoot(name: sibling.rfilename, file: address.absoluteString)
      }
      if let lfs = sibling.lfs, Self.isHexadecimal(lfs.sha256, lengths: [64]), lfs.size >= 0 {
        return File(path: sibling.rfilename, size: lfs.size, digest: .sha256(lfs.sha256))
      }
      guard let size = sibling.size, size >= 0, let blob = sibling.blobId, Self.isHexadecimal(blob, lengths: [40]) else {
        throw fault("it tells neither size nor digest of \(sibling.rfilename)")
      }
      return File(path: sibling.rfilename, size: size, digest: .git(blob))
    }
  }

  private struct Answer: Decodable {
    struct Sibling: Decodable {
      let rfilename: String
      let size: Int?
      let blobId: String?
      let lfs: Large?
    }
    struct Large: Decodable {
      let sha256: String
      let size: Int
    }
    let sha: String
    let siblings: [Sibling]
  }

  private static func isHexadecimal(_ text: String, lengths: Set<Int>) -> Bool {
    lengths.contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// What diffss needs of the repository: a diffusers model's parts, a ControlNet's two files, or the files named.
  ///
  /// Of a network's weights one form is taken: safetensors before pickles, full before half precision.
  /// Throws `CoreError.badSetting` listing what there is when the layout is none of these or a named file is not there.
  public func selection(named names: [String]) throws -> [File] {
    if !names.isEmpty {
      return try names.map { name in
        guard let file = files.first(where: { $0.path == name }) else { throw choose("--file", name) }
        return file
      }
    }
    if files.contains(where: { $0.path == "model_index.json" }) {
      let parts = ["text_encoder/", "tokenizer/", "unet/", "vae/", "scheduler/"]
      return files.filter { $0.path == "model_index.json" } + parts.flatMap(needed(in:))
    }
    guard files.contains(where: { $0.path == "config.json" }) else { throw choose("the repository", "neither a diffusers model nor a ControlNet") }
    return needed(in: "")
  }

  /// Settings, vocabularies and one form of the weights directly in a folder (`unet/`, or `` for the top).
  private func needed(in folder: String) -> [File] {
    let inside = files.filter { $0.path.hasPrefix(folder) && !$0.path.dropFirst(folder.count).contains("/") }
    func name(_ file: File) -> Substring { file.path.dropFirst(folder.count) }
    let best = inside.compactMap { Form(name($0)) }.min()
    return inside.filter { file in
      if let form = Form(name(file)) { return form == best }
      return name(file).hasSuffix(".json") || name(file).hasSuffix(".txt") && !folder.isEmpty
    }
  }

  /// The forms in which a network's weights are published, best first.
  private enum Form: Int, Comparable {
    case safetensors, halfSafetensors, pickle, halfPickle

    /// nil for a file that holds no weights of these, or another kind of them (`non_ema`).
    init?(_ name: Substring) {
      guard let stem = ["diffusion_pytorch_model", "pytorch_model", "model"].first(where: name.hasPrefix) else { return nil }
      let rest = name.dropFirst(stem.count)
      guard rest.hasPrefix(".") || rest.hasPrefix("-0"), !rest.contains("ema") else { return nil }
      switch (rest.contains(".fp16"), rest.hasSuffix(".safetensors"), rest.hasSuffix(".bin")) {
      case (false, true, _): self = .safetensors
      case (true, true, _): self = .halfSafetensors
      case (false, _, true): self = .pickle
      case (true, _, true): self = .halfPickle
      default: return nil
      }
    }

    static func < (a: Form, b: Form) -> Bool { a.rawValue < b.rawValue }
  }

  private func choose(_ name: String, _ value: String) -> CoreError {
    let large = files.map(\.path).filter { !$0.hasPrefix(".") }.sorted().prefix(40)
    return .badSetting(name: name, value: value, allowed: "--file with one of: \(large.joined(separator: ", "))")
  }
}
