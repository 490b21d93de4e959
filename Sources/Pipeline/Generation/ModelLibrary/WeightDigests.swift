import Core
import Foundation
import Models
import Synchronization

/// SHA-256 of models' files, remembered by path, size and time of change so that gigabytes are read once.
final class WeightDigests: Sendable {
  private struct Known: Codable {
    let size: Int
    /// Seconds since 1970 with the file system's fraction.
    let changed: Double
    let digest: String
  }

  private let file: URL
  private let known: Mutex<[String: Known]?> = Mutex(nil)

  /// The user's own.
  static func standard(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> WeightDigests {
    WeightDigests(file: DataFolder.cache(environment).appendingPathComponent("weights.json"))
  }

  /// `file` keeps what is known between runs; a cache that cannot be read or written is only slower.
  init(file: URL) { self.file = file }

  /// Of a file: its SHA-256. Of a folder, and of a segmentation network whose backbone is apart: SHA-256 of one line `PATH SHA256` for each
  /// of the model's files.
  func digest(of entry: ModelEntry) throws -> String {
    switch try Self.files(of: entry) {
    case .one(let file): return try digest(ofFile: file)
    case .several(let names, let folder): return try digest(ofFiles: names, in: folder)
    }
  }

  /// What an engine is told of a file of weights. Throws as `digest`.
  func file(_ path: String) throws -> NetworkPlan.File {
    var status = stat()
    guard stat(path, &status) == 0 else { throw CoreError.unreadableFile(path: path, reason: String(cString: strerror(errno))) }
    return NetworkPlan.File(path: path, bytes: Int(status.st_size), sha256: try digest(ofFile: URL(fileURLWithPath: path)))
  }

  /// Bytes of the files that make a model.
  static func bytes(of entry: ModelEntry) throws -> Int {
    let all: [URL] =
      switch try files(of: entry) {
      case .one(let file): [file]
      case .several(let names, let folder): names.map(folder.appendingPathComponent)
      }
    return all.reduce(0) { sum, file in
      var status = stat()
      return stat(file.path, &status) == 0 ? sum + Int(status.st_size) : sum
    }
  }

  /// Of the configurations and the tokenizer in a diffusers folder, which serve single files.
  func digest(ofConfiguration folder: URL) throws -> String {
    let parts = ["text_encoder", "tokenizer", "unet", "vae", "scheduler"]
    let names = parts.flatMap { Self.modelFiles(in: folder, below: $0) }.filter { $0.hasSuffix(".json") || $0.hasSuffix(".txt") }
    return try digest(ofFiles: names.filter { !$0.hasSuffix(".index.json") }, in: folder)
  }

  private enum Files {
    case one(URL)
    case several([String], in: URL)
  }

  private static func files(of entry: ModelEntry) throws -> Files {
    switch entry.kind {
    case .segmentation:
      let folder = entry.url.deletingLastPathComponent()
      guard let backbone = Checkpoint.backboneFile(in: folder), try !Checkpoint(file: entry.url).hasBackbone else { return .one(entry.url) }
      return .several([entry.url, backbone].map(\.lastPathComponent), in: folder)
    case _ where !entry.url.isFolder: return .one(entry.url)
    case .detector: return .one(entry.url)
    case .autoencoder:
      // Of a whole model that lends its own that alone counts.
      let place = AutoencoderFile.place(entry.url)
      return .several(modelFiles(in: place, below: ""), in: place)
    case .controlNet, .smallDecoder, .lora: return .several(modelFiles(in: entry.url, below: ""), in: entry.url)
    case .diffusion:
      let parts = ["text_encoder", "tokenizer", "unet", "vae", "scheduler"]
      return .several(parts.flatMap { modelFiles(in: entry.url, below: $0) }, in: entry.url)
    }
  }

  /// Weights, configurations and vocabularies directly in a folder, half-precision and other variants only where they are what is read.
  private static func modelFiles(in folder: URL, below part: String) -> [String] {
    let place = part.isEmpty ? folder : folder.appendingPathComponent(part)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    let used = Set(Checkpoint.weightFiles(in: place))
    return names.filter { name in
      used.contains(name) || (name.hasSuffix(".safetensors") || name.hasSuffix(".bin") || name.hasSuffix(".json") || name.hasSuffix(".txt"))
        && !name.contains("fp16") && !name.contains("non_ema")
    }.sorted().map { part.isEmpty ? $0 : "\(part)/\($0)" }
  }

  private func digest(ofFiles files: [String], in folder: URL) throws -> String {
    var text = ""
    for file in files { text += "\(file) \(try digest(ofFile: folder.appendingPathComponent(file)))\n" }
    return Digest.hex(Data(text.utf8))
  }

  private func digest(ofFile url: URL) throws -> String {
    let path = url.resolvingSymlinksInPath().path
    var status = stat()
    guard stat(path, &status) == 0 else { throw CoreError.unreadableFile(path: path, reason: String(cString: strerror(errno))) }
    let size = Int(status.st_size), changed = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
    if let value = recall(path), value.size == size, value.changed == changed { return value.digest }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw CoreError.unreadableFile(path: path, reason: String(cString: strerror(errno)))
    }
    defer { try? handle.close() }
    let hasher = SHA()
    do {
      while let piece = try handle.read(upToCount: 1 << 22), !piece.isEmpty { hasher.update(data: piece) }
    } catch {
      throw CoreError.unreadableFile(path: path, reason: error.reason)
    }
    let digest = Digest.hex(of: hasher.finalize())
    remember(path, Known(size: size, changed: changed, digest: digest))
    return digest
  }

  private func recall(_ path: String) -> Known? {
    known.withLock { known in
      if known == nil {
        known = (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode([String: Known].self, from: $0) } ?? [:]
      }
      return known?[path]
    }
  }

  private func remember(_ path: String, _ value: Known) {
    let data = known.withLock { known in
      known?[path] = value
      return try? CanonicalJSON.data(known ?? [:])
    }
    if let data { try? AtomicFile.write(data, to: file) }
  }
}
