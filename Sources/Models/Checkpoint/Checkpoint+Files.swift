import Foundation

extension Checkpoint {
  /// Maps one file of weights: safetensors, or what `torch.save` wrote (`.pth`, `.pt`, `.ckpt`, `.bin`), told apart by its bytes.
  ///
  /// Throws `ModelError` for a file that is missing, cut short, oversized or lies about itself.
  public convenience init(file url: URL) throws {
    let bytes = try MappedBytes(file: url)
    let file = UnsafeRawBufferPointer(start: bytes.base, count: bytes.count)
    do {
      if TorchFile.isTorch(file) {
        try self.init(torch: TorchFile(file: file), bytes: bytes, path: url.path)
      } else {
        try self.init(safetensors: SafetensorsHeader(file: file), bytes: bytes, path: url.path)
      }
    } catch let fault as SafetensorsHeader.Fault {
      throw ModelError.badWeights(path: url.path, reason: fault.reason)
    } catch let fault as ZipArchive.Fault {
      throw ModelError.badWeights(path: url.path, reason: fault.reason)
    } catch let fault as PickleReader.Fault {
      throw ModelError.badWeights(path: url.path, reason: fault.reason)
    } catch let foreign as PickleReader.ForeignName {
      throw ModelError.unsafePickle(path: url.path, name: foreign.name)
    } catch let fault as TorchFile.Fault {
      throw ModelError.badWeights(path: url.path, reason: fault.reason)
    }
  }

  /// File names of a component's weights in a diffusers folder, most usual first.
  static let folderNames = [
    "diffusion_pytorch_model.safetensors", "model.safetensors",
    "diffusion_pytorch_model.fp16.safetensors", "model.fp16.safetensors",
    "diffusion_pytorch_model.safetensors.index.json", "model.safetensors.index.json",
    "diffusion_pytorch_model.bin", "pytorch_model.bin",
  ]

  /// Opens the weights inside a diffusers component folder such as `unet/`: one file, or shards with their index.
  ///
  /// Throws as `init(file:)`, and `badWeights` for an index that its shards contradict.
  public convenience init(folder: URL) throws {
    let candidates = Self.folderNames.map { folder.appendingPathComponent($0) }
    guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
      throw ModelError.missingFile(path: folder.path, what: "\(Self.folderNames[0]) or \(Self.folderNames[1])")
    }
    if found.pathExtension == "json" {
      try self.init(shards: found)
    } else {
      try self.init(file: found)
    }
  }

  /// `*.safetensors.index.json`: which shard holds which weight.
  private struct ShardIndex: Decodable {
    let weightMap: [String: String]

    enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
  }

  private convenience init(shards index: URL) throws {
    func fault(_ reason: String) -> ModelError { .badWeights(path: index.path, reason: reason) }
    let map = try ConfigFile.decode(ShardIndex.self, at: index).weightMap
    var (names, entries): ([String], [String: Entry]) = ([], [:])
    for shard in Set(map.values).sorted() {
      // A name from a file must not lead out of the folder.
      guard !shard.isEmpty, !shard.contains("/"), shard != ".." else { throw fault("it names the shard \(shard), which is not a file beside it") }
      let checkpoint = try Checkpoint(file: index.deletingLastPathComponent().appendingPathComponent(shard))
      for name in checkpoint.names where map[name] == shard {
        names.append(name)
        entries[name] = checkpoint.entries[name]
      }
    }
    let absent = map.keys.filter { entries[$0] == nil }.sorted()
    guard absent.isEmpty else {
      throw fault("\(absent.count) of its weights are not in the shards it names: \(absent.prefix(5).joined(separator: ", "))")
    }
    self.init(path: index.path, names: names, metadata: [:], entries: entries)
  }

  private convenience init(safetensors header: SafetensorsHeader, bytes: MappedBytes, path: String) {
    var entries: [String: Entry] = [:]
    for entry in header.entries {
      entries[entry.name] = Entry(dtype: entry.dtype, shape: entry.shape, bytes: bytes, offset: entry.begin)
    }
    self.init(path: path, names: header.entries.map(\.name), metadata: header.metadata, entries: entries)
  }

  private convenience init(torch file: TorchFile, bytes: MappedBytes, path: String) throws {
    var entries: [String: Entry] = [:]
    var copied = 0
    for (name, tensor) in file.tensors {
      let (dtype, begin) = (tensor.storage.dtype, file.begin(of: tensor))
      guard !tensor.isContiguous, !tensor.shape.contains(0) else {
        // Where an empty tensor would begin was not checked, and does not matter.
        let first = tensor.count == 0 ? 0 : tensor.offset
        entries[name] = Entry(dtype: dtype, shape: tensor.shape, bytes: bytes, offset: begin + first * dtype.size)
        continue
      }
      // Views of one storage can be many: what they are copied to must not outgrow the file.
      let size = tensor.count * dtype.size
      copied += size
      guard copied <= bytes.count else { throw TorchFile.Fault(reason: "its transposed weights are larger than the file") }
      let own = MappedBytes(count: size) { tensor.gather(from: bytes.base + begin, to: $0) }
      entries[name] = Entry(dtype: dtype, shape: tensor.shape, bytes: own, offset: 0)
    }
    self.init(path: path, names: file.tensors.map(\.name), metadata: [:], entries: entries)
  }
}
