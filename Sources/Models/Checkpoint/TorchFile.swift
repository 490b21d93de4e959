/// What a file written by `torch.save` holds: the zip archives of PyTorch 1.6 and later, and the plain pickles before it.
struct TorchFile {
  /// What is wrong with the file, in words.
  struct Fault: Error {
    var reason: String
  }

  /// The named tensors in the file's order.
  private(set) var tensors: [(name: String, tensor: TorchTensor)] = []
  /// Where each storage's numbers are in the file.
  private var storages: [String: Range<Int>] = [:]
  private(set) var leftovers = Leftovers.none
  /// Whether it is a dictionary with nothing in it.
  private var isEmpty = false
  private let headersOnly: Bool

  /// The magic number of the older format, as a pickle of its own.
  private static let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

  /// Whether a file begins as a zip archive or as a pickle.
  static func isTorch(_ file: UnsafeRawBufferPointer) -> Bool {
    file.starts(with: [0x50, 0x4B, 3, 4]) || file.starts(with: magic)
  }

  /// Reads the table of contents of a whole file's bytes. With `headersOnly` the places of the numbers are not looked up, which are all
  /// over the file. Throws `Fault`, `WeightFault`, `ZipArchive.Fault` or `PickleReader.Fault`.
  init(file: UnsafeRawBufferPointer, headersOnly: Bool = false) throws {
    self.headersOnly = headersOnly
    if file.starts(with: Self.magic) {
      try readPickles(file)
    } else {
      try readArchive(file)
    }
    guard !tensors.isEmpty else { throw WeightFault.noTensors(emptiness) }
    for (name, tensor) in tensors { try check(name, tensor) }
  }

  /// Where a tensor's storage begins.
  func begin(of tensor: TorchTensor) -> Int { storages[tensor.storage.key]?.lowerBound ?? 0 }

  /// Why there are no weights.
  private var emptiness: String {
    if isEmpty { return "it is an empty dictionary" }
    if let first = leftovers.names.first { return "there are only objects of \(first)\(leftovers.names.count > 1 ? " and others" : "")" }
    // A dictionary that is ordered tells nothing; the first by name is as good as any.
    let arrays = leftovers.weights.filter { ModelError.described($0.value) != nil }.sorted { $0.key < $1.key }
    guard let (name, origin) = arrays.first.map({ ($0.key, $0.value) }), let what = ModelError.described(origin) else { return "there are no named tensors" }
    return "\(name) is \(what) (\(origin))\(arrays.count > 1 ? ", and \(arrays.count - 1) more are such" : "")"
  }

  /// `NAME/data.pkl` tells how tensors are in the members `NAME/data/KEY`.
  private mutating func readArchive(_ file: UnsafeRawBufferPointer) throws {
    let archive = try ZipArchive(file: file)
    guard let pickle = archive.members.keys.first(where: { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }) else {
      throw Fault(reason: "a zip archive, but without data.pkl: torch.save did not write it")
    }
    let root = String(pickle.dropLast("data.pkl".count))
    if let order = try archive.bytes(of: root + "byteorder"), !file[order].elementsEqual("little".utf8) {
      throw Fault(reason: "its numbers are big-endian")
    }
    guard let place = try archive.bytes(of: pickle) else { return }
    var reader = PickleReader(UnsafeRawBufferPointer(rebasing: file[place]))
    let value = try reader.read()
    try take(value, reader)
    leftovers.trailingBytes = archive.trailingBytes
    for (_, tensor) in tensors where storages[tensor.storage.key] == nil {
      let name = "\(root)data/\(tensor.storage.key)"
      guard let member = headersOnly ? archive.members[name].map({ 0..<$0.size }) : try archive.bytes(of: name) else {
        throw Fault(reason: "its storage \(tensor.storage.key) is not there")
      }
      storages[tensor.storage.key] = member
    }
  }

  /// Pickles of the magic number, the protocol, the machine and the object, one of the storages' keys, then each storage's count and numbers.
  private mutating func readPickles(_ file: UnsafeRawBufferPointer) throws {
    func cut(_ place: String) -> WeightFault { .cutShort("\(file.count) bytes are there, it goes on \(place)") }
    do {
      var position = Self.magic.count
      for _ in 0..<2 {  // protocol, machine
        var skipped = PickleReader(file, at: position)
        _ = try skipped.read()
        position = skipped.position
      }
      var reader = PickleReader(file, at: position)
      let value = try reader.read()
      try take(value, reader)
      var keys = PickleReader(file, at: reader.position)
      let list = try keys.read()
      position = keys.position
      for case .text(let key) in keys.items(list) {
        let known = reader.storages[key], foreign = reader.foreignStorages[key]
        guard let numbers = known?.count ?? foreign?.count else { throw Fault(reason: "its storage \(key) is of no known type") }
        if known == nil, let foreign, foreign.size == nil {
          throw WeightFault.unsupported("its storage \(key) is of \(foreign.name), whose size nothing says: what is behind it cannot be found")
        }
        guard let announced = known.map(\.size) ?? foreign?.size, file.count - position >= 8, announced <= file.count - position - 8 else { throw cut("with the storage \(key)") }
        if !headersOnly {
          let count = UInt64(littleEndian: file.loadUnaligned(fromByteOffset: position, as: UInt64.self))
          guard count == UInt64(numbers) else { throw Fault(reason: "its storage \(key) has \(count) numbers, \(numbers) were announced") }
        }
        position += 8
        storages[key] = position..<position + announced
        position += announced
      }
      leftovers.trailingBytes = file.count - position
    } catch let fault as PickleReader.Fault where fault.isEnd {
      throw cut("with the table of contents")
    }
  }

  /// The weights among what a training script saved: the dictionary itself, or one of its entries.
  private mutating func take(_ root: PickleValue, _ reader: PickleReader) throws {
    leftovers.names = reader.foreignNames
    let entries = Dictionary(reader.dictionary(root) ?? []) { $1 }
    // An embedding's only tensor has the name `*`, a hypernetwork's have numbers.
    if entries["string_to_param"] != nil { throw WeightFault.family(.textualInversion) }
    if entries["layer_structure"] != nil, entries["activation_func"] != nil { throw WeightFault.family(.hypernetwork) }
    let wrapped = ["state_dict", "model_state_dict", "model", "params_ema", "params"].compactMap { entries[$0] }.compactMap(reader.dictionary)
    func isTensor(_ value: PickleValue) -> Bool { if case .tensor = value { true } else { false } }
    func isObject(_ value: PickleValue) -> Bool { if case .inert = value { true } else { false } }
    isEmpty = reader.dictionary(root)?.isEmpty == true && reader.items(root).isEmpty
    let own = wrapped.first { $0.contains { isTensor($0.value) } }
      ?? (entries.values.contains(where: isTensor) ? nil : wrapped.first { $0.contains { isObject($0.value) } })
    for (name, value) in own ?? reader.dictionary(root) ?? [] {
      switch value {
      case .tensor(let tensor): tensors.append((name, tensor))
      case .foreign(let number): leftovers.weights[name] = reader.foreignNames[number]
      case .container: leftovers.weights[name] = reader.dictionary(value) == nil ? "builtins.list" : "builtins.dict"
      default: leftovers.weights[name] = value.className ?? "builtins.object"
      }
    }
  }

  /// Whether every element of a tensor is in its storage, and its storage in the file.
  private func check(_ name: String, _ tensor: TorchTensor) throws {
    guard let bytes = storages[tensor.storage.key] else { throw Fault(reason: "the storage of \(name) is not there") }
    let stored = bytes.count / tensor.dtype.size
    // Extents of 0 are left out so that they cannot hide an overflow in the others.
    var count = 1, last = tensor.offset
    for (extent, stride) in zip(tensor.shape, tensor.strides) where extent > 0 {
      let (product, tooMany) = count.multipliedReportingOverflow(by: extent)
      let (reach, tooFar) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, beyond) = last.addingReportingOverflow(reach)
      guard !tooMany, !tooFar, !beyond else { throw Fault(reason: "\(name) has the impossible shape \(tensor.shape)") }
      (count, last) = (product, sum)
    }
    let isEmpty = tensor.shape.contains(0)
    guard isEmpty || (last < stored && count <= stored) else {
      throw Fault(reason: "\(name) of shape \(tensor.shape) needs \(max(count, last + 1)) numbers, its storage has \(stored)")
    }
  }
}

extension TorchTensor {
  /// Number of elements.
  var count: Int { shape.reduce(1, *) }

  /// Whether the elements are one after the other in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      if extent == 0 { return true }
      guard stride == expected else { return false }
      expected *= extent
    }
    return true
  }

  /// Copies the elements at `source`, where the storage begins, to `target` in row-major order.
  func gather(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    let size = dtype.size
    var index = [Int](repeating: 0, count: shape.count)
    for element in 0..<count {
      let place = zip(index, strides).reduce(offset) { $0 + $1.0 * $1.1 }
      target.advanced(by: element * size).copyMemory(from: source + place * size, byteCount: size)
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
