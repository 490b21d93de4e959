import Foundation

/// The named weights of one network, memory-mapped and checked. Reading a tensor touches only its own pages.
public final class Checkpoint: Sendable {
  private struct Entry: Sendable {
    var dtype: ElementType
    var shape: [Int]
    var bytes: MappedBytes
    var offset: Int
  }

  /// What error messages call this checkpoint: the path it was read from.
  public let path: String
  /// Names in the file's order.
  public let names: [String]
  /// The file's own key-value pairs.
  public let metadata: [String: String]
  private let entries: [String: Entry]

  private init(path: String, names: [String], metadata: [String: String], entries: [String: Entry]) {
    self.path = path
    self.names = names
    self.metadata = metadata
    self.entries = entries
  }

  /// Maps one safetensors file. Throws `ModelError` for a file that is missing, cut short, oversized or lies about itself.
  public convenience init(safetensors url: URL) throws {
    let bytes = try MappedBytes(file: url)
    let header: SafetensorsHeader
    do {
      header = try SafetensorsHeader(file: UnsafeRawBufferPointer(start: bytes.base, count: bytes.count))
    } catch let fault as SafetensorsHeader.Fault {
      throw ModelError.badWeights(path: url.path, reason: fault.reason)
    }
    var entries: [String: Entry] = [:]
    for entry in header.entries {
      entries[entry.name] = Entry(dtype: entry.dtype, shape: entry.shape, bytes: bytes, offset: entry.begin)
    }
    self.init(path: url.path, names: header.entries.map(\.name), metadata: header.metadata, entries: entries)
  }

  /// File names of a component's weights in a diffusers folder, most usual first.
  static let folderNames = [
    "diffusion_pytorch_model.safetensors", "model.safetensors",
    "diffusion_pytorch_model.fp16.safetensors", "model.fp16.safetensors",
  ]

  /// Opens the weights inside a diffusers component folder such as `unet/`. Throws as `init(safetensors:)`.
  public convenience init(folder: URL) throws {
    let candidates = Self.folderNames.map { folder.appendingPathComponent($0) }
    guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
      throw ModelError.missingFile(path: folder.path, what: "\(Self.folderNames[0]) or \(Self.folderNames[1])")
    }
    try self.init(safetensors: found)
  }

  /// Shape of a tensor, nil when there is none of that name.
  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// A tensor as stored, nil when there is none of that name.
  public func parameter(_ name: String) -> Parameter? {
    entries[name].map { Parameter(shape: $0.shape, dtype: $0.dtype, bytes: $0.bytes, offset: $0.offset) }
  }

  /// A tensor widened to Float32. Throws `ModelError.missingTensor`.
  public func tensor(_ name: String) throws -> Tensor {
    guard let parameter = parameter(name) else { throw ModelError.missingTensor(name: name, path: path) }
    return parameter.widened()
  }

  /// The same weights under other names. Throws `badWeights` when two of them end up with the same one.
  public func renamed(by rules: [KeyRule]) throws -> Checkpoint {
    var renamed: [String: Entry] = [:]
    var order: [String] = []
    for name in names {
      let target = rules.reduce(name) { $1.applied(to: $0) }
      guard let entry = entries[name], renamed.updateValue(entry, forKey: target) == nil else {
        throw ModelError.badWeights(path: path, reason: "\(name) and another tensor both stand for \(target)")
      }
      order.append(target)
    }
    return Checkpoint(path: path, names: order, metadata: metadata, entries: renamed)
  }

  /// The same checkpoint with some weights exchanged for others.
  func replacing(_ replacements: [String: Parameter]) -> Checkpoint {
    let replaced = entries.merging(
      replacements.mapValues { Entry(dtype: $0.dtype, shape: $0.shape, bytes: $0.bytes, offset: $0.offset) }) { $1 }
    return Checkpoint(path: path, names: names, metadata: metadata, entries: replaced)
  }
}
