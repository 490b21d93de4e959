/// What a file written by `torch.save` holds: the zip archives of PyTorch 1.6 and later, and the plain pickles before it.
struct TorchFile {
  /// What is wrong with the file, in words.
  struct Fault: Error {
    var reason: String
  }

  /// The named tensors in the file's order.
  private(set) var tensors: [(name: String, tensor: TorchTensor)] = []
  /// Where each storage's numbers lie in the file.
  private var storages: [String: Range<Int>] = [:]

  /// The magic number of the older format, as a pickle of its own.
  private static let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

  /// Whether a file begins as a zip archive or as a pickle.
  static func isTorch(_ file: UnsafeRawBufferPointer) -> Bool {
    file.starts(with: [0x50, 0x4B, 3, 4]) || file.starts(with: magic)
  }

  /// Reads the table of contents of a whole file's bytes. Throws `Fault`, `ZipArchive.Fault`, `PickleReader.Fault` or `PickleReader.ForeignName`.
  init(file: UnsafeRawBufferPointer) throws {
    if file.starts(with: Self.magic) {
      try readPickles(file)
    } else {
      try readArchive(file)
    }
    guard !tensors.isEmpty else { throw Fault(reason: "it holds no named tensors") }
    for (name, tensor) in tensors { try check(name, tensor) }
  }

  /// Where a tensor's storage begins.
  func begin(of tensor: TorchTensor) -> Int { storages[tensor.storage.key]?.lowerBound ?? 0 }

  /// `NAME/data.pkl` tells how tensors lie in the members `NAME/data/KEY`.
  private mutating func readArchive(_ file: UnsafeRawBufferPointer) throws {
    let archive = try ZipArchive(file: file)
    guard let pickle = archive.members.first(where: { $0.key == "data.pkl" || $0.key.hasSuffix("/data.pkl") }) else {
      throw Fault(reason: "a zip archive, but without data.pkl: torch.save did not write it")
    }
    let root = String(pickle.key.dropLast("data.pkl".count))
    if let order = archive.members[root + "byteorder"], !file[order].elementsEqual("little".utf8) {
      throw Fault(reason: "its numbers are big-endian")
    }
    var reader = PickleReader(UnsafeRawBufferPointer(rebasing: file[pickle.value]))
    take(try reader.read(), reader)
    for (_, tensor) in tensors {
      guard let member = archive.members["\(root)data/\(tensor.storage.key)"] else {
        throw Fault(reason: "its storage \(tensor.storage.key) is not there")
      }
      storages[tensor.storage.key] = member
    }
  }

  /// Pickles of the magic number, the protocol, the machine and the object, one of the storages' keys, then each storage's count and numbers.
  private mutating func readPickles(_ file: UnsafeRawBufferPointer) throws {
    var position = Self.magic.count
    for _ in 0..<2 {  // protocol, machine
      var skipped = PickleReader(file, at: position)
      _ = try skipped.read()
      position = skipped.position
    }
    var reader = PickleReader(file, at: position)
    take(try reader.read(), reader)
    var keys = PickleReader(file, at: reader.position)
    let list = try keys.read()
    position = keys.position
    for case .text(let key) in keys.items(list) {
      guard file.count - position >= 8, let count = Int(exactly: UInt64(littleEndian: file.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
      else { throw Fault(reason: "it was cut short before the storage \(key)") }
      position += 8
      guard let storage = reader.storages[key] else { throw Fault(reason: "its storage \(key) is of no known type") }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: storage.dtype.size)
      guard !overflow, bytes <= file.count - position else { throw Fault(reason: "it was cut short in the storage \(key)") }
      storages[key] = position..<position + bytes
      position += bytes
    }
  }

  /// The weights among what a training script saved: the dictionary itself, or one of its entries.
  private mutating func take(_ root: PickleValue, _ reader: PickleReader) {
    func weights(_ value: PickleValue) -> [(name: String, tensor: TorchTensor)] {
      (reader.dictionary(value) ?? []).compactMap { key, value in
        if case .tensor(let tensor) = value { (key, tensor) } else { nil }
      }
    }
    let entries = Dictionary(reader.dictionary(root) ?? []) { $1 }
    let wrapped = ["state_dict", "model_state_dict", "model", "params"].compactMap { entries[$0] }.map(weights)
    tensors = wrapped.first { !$0.isEmpty } ?? weights(root)
  }

  /// Whether every element of a tensor lies in its storage, and its storage in the file.
  private func check(_ name: String, _ tensor: TorchTensor) throws {
    guard let bytes = storages[tensor.storage.key] else { throw Fault(reason: "the storage of \(name) is not there") }
    let stored = bytes.count / tensor.storage.dtype.size
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

  /// Whether the elements lie one after the other in row-major order.
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
    let size = storage.dtype.size
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
