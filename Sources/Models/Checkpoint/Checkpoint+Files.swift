import Foundation

extension Checkpoint {
  /// Maps one file of weights: safetensors, or what `torch.save` wrote (`.pth`, `.pt`, `.ckpt`, `.bin`), told apart by its bytes.
  ///
  /// Throws `ModelError` for a file that is missing, cut short, oversized, contradicts itself, or is something else.
  public convenience init(file url: URL) throws { try self.init(file: url, headersOnly: false) }

  /// Only the names and shapes of a file's weights, for networks that are built on trial: of gigabytes, kilobytes are read.
  public convenience init(headersOf url: URL) throws { try self.init(file: url, headersOnly: true) }

  private convenience init(file url: URL, headersOnly: Bool) throws {
    let bytes = try MappedBytes(file: url)
    let file = UnsafeRawBufferPointer(start: bytes.base, count: bytes.count)
    do {
      if TorchFile.isTorch(file) {
        if headersOnly { bytes.willReadHereAndThere() }
        try self.init(torch: TorchFile(file: file, headersOnly: headersOnly), bytes: bytes, path: url.path, headersOnly: headersOnly)
      } else if let found = ForeignContent(file) {
        throw ModelError.notWeights(path: url.path, found: found)
      } else {
        try self.init(safetensors: SafetensorsHeader(file: file), bytes: bytes, path: url.path, headersOnly: headersOnly)
      }
    } catch {
      throw ModelError(error, path: url.path) ?? error
    }
  }

  /// Opens the weights inside a diffusers component folder such as `unet/`: one file, or shards with their index; of several the
  /// full ones before those in half precision, safetensors before pickles, averaged ones before `non_ema`.
  ///
  /// Throws as `init(file:)`, `noWeights` saying what is there, and `badWeights` for an index that its shards contradict.
  public convenience init(folder: URL) throws { try self.init(folder: folder, headersOnly: false) }

  /// Only the names and shapes of the weights inside a folder.
  public convenience init(headersOfFolder folder: URL) throws { try self.init(folder: folder, headersOnly: true) }

  private convenience init(folder: URL, headersOnly: Bool) throws {
    guard folder.isFolder else { throw ModelError.missingFile(path: folder.path, what: "folder of weights") }
    let files = WeightFiles(in: folder)
    guard let name = files.names.first else { throw ModelError.noWeights(path: folder.path, there: files.others) }
    let found = folder.appendingPathComponent(name)
    if found.pathExtension == "json" {
      try self.init(shards: found, headersOnly: headersOnly)
    } else {
      try self.init(file: found, headersOnly: headersOnly)
    }
  }

  private convenience init(shards index: URL, headersOnly: Bool) throws {
    let map = try Self.shards(of: index)
    var (names, entries, leftovers): ([String], [String: Entry], Leftovers) = ([], [:], .none)
    for shard in Set(map.values).sorted() {
      let checkpoint = try Checkpoint(file: index.deletingLastPathComponent().appendingPathComponent(shard), headersOnly: headersOnly)
      for name in checkpoint.names where map[name] == shard {
        names.append(name)
        entries[name] = checkpoint.entries[name]
      }
      leftovers = leftovers.joined(checkpoint.leftovers)
    }
    let absent = map.keys.filter { entries[$0] == nil && leftovers.weights[$0] == nil }.sorted()
    guard absent.isEmpty else {
      throw ModelError.badWeights(
        path: index.path, reason: "\(absent.count) of its weights are not in the shards it names: \(absent.prefix(5).joined(separator: ", "))")
    }
    self.init(path: index.path, names: names, metadata: [:], entries: entries, isOutline: headersOnly, leftovers: leftovers)
  }

  convenience init(safetensors header: SafetensorsHeader, bytes: MappedBytes, path: String, headersOnly: Bool) {
    var entries: [String: Entry] = [:]
    for entry in header.entries {
      entries[entry.name] = Entry(
        dtype: entry.dtype, shape: entry.shape, bytes: bytes, offset: entry.begin, source: WeightSource(path: path, name: entry.name))
    }
    self.init(path: path, names: header.entries.map(\.name), metadata: header.metadata, entries: entries, isOutline: headersOnly)
  }

  private convenience init(torch file: TorchFile, bytes: MappedBytes, path: String, headersOnly: Bool) throws {
    var entries: [String: Entry] = [:]
    var copied = 0
    for (name, tensor) in file.tensors {
      let (dtype, begin) = (tensor.dtype, file.begin(of: tensor))
      guard !tensor.isContiguous, !tensor.shape.contains(0), !headersOnly else {
        // Where an empty tensor would begin was not checked, and does not matter.
        let first = tensor.count == 0 ? 0 : tensor.offset
        entries[name] = Entry(
          dtype: dtype, shape: tensor.shape, bytes: bytes, offset: begin + first * dtype.size, source: WeightSource(path: path, name: name))
        continue
      }
      // Views of one storage can be many: what they are copied to must not outgrow the file.
      let size = tensor.count * dtype.size
      copied += size
      guard copied <= bytes.count else { throw TorchFile.Fault(reason: "its transposed weights are larger than the file") }
      let own = MappedBytes(count: size) { tensor.gather(from: bytes.base + begin, to: $0) }
      entries[name] = Entry(dtype: dtype, shape: tensor.shape, bytes: own, offset: 0, source: WeightSource(path: path, name: name))
    }
    self.init(path: path, names: file.tensors.map(\.name), metadata: [:], entries: entries, isOutline: headersOnly, leftovers: file.leftovers)
  }
}
