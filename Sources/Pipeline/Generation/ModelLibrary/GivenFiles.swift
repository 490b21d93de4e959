import Foundation

/// Weights that were named by their paths, for a library that does not find them by searching.
public struct GivenFiles: Codable, Hashable, Sendable {
  /// A file or folder, and the name by which requests know it.
  public struct File: Codable, Hashable, Sendable {
    public let name: String
    public let url: URL

    public init(name: String, url: URL) {
      self.name = name
      self.url = url
    }
  }

  public var autoencoder: File?
  public var loras: [File]

  public init(autoencoder: File? = nil, loras: [File] = []) {
    self.autoencoder = autoencoder
    self.loras = loras
  }

  var isEmpty: Bool { autoencoder == nil && loras.isEmpty }

  /// The same from wherever the next process is started.
  var absolute: GivenFiles {
    func absolute(_ file: File) -> File { File(name: file.name, url: file.url.absoluteURL.standardizedFileURL) }
    return GivenFiles(autoencoder: autoencoder.map(absolute), loras: loras.map(absolute))
  }

  var entries: [ModelEntry] {
    (autoencoder.map { [ModelEntry(id: $0.name, kind: .autoencoder, url: $0.url, origin: .option)] } ?? [])
      + loras.map { ModelEntry(id: $0.name, kind: .lora, url: $0.url, origin: .option) }
  }
}

/// What weights are called in requests: by no more of their place than tells them apart.
public enum WeightName {
  /// A name for each file or folder: the last part of its path, and as many of those before as make it another name than those of the others and
  /// the `taken` ones. A snapshot in the Hugging Face cache bears its repository's name.
  public static func of(_ urls: [URL], taken: Set<String> = []) -> [String] {
    let parts = urls.map(Self.parts)
    return parts.indices.map { index in
      let own = parts[index]
      for count in 1...max(own.count, 1) {
        let name = own.suffix(count).joined(separator: "/")
        let isShared = parts.contains { $0 != own && $0.suffix(count).joined(separator: "/") == name }
        if !isShared, !taken.contains(name) { return name }
      }
      return own.joined(separator: "/")
    }
  }

  private static func parts(_ url: URL) -> [String] {
    let all = url.absoluteURL.standardizedFileURL.pathComponents.filter { $0 != "/" }
    guard let hub = all.lastIndex(where: { $0.hasPrefix("models--") }), all.count > hub + 2, all[hub + 1] == "snapshots" else { return all }
    return [all[hub].dropFirst("models--".count).replacingOccurrences(of: "--", with: "/")] + all[(hub + 3)...]
  }
}
