import Foundation

extension Safetensors {
  /// A whole safetensors document in memory, tensors as F32 in the given order. Throws `ModelError.badInput` for a repeated name.
  public static func document(_ tensors: [(name: String, tensor: Tensor)], metadata: [String: String]) throws -> [UInt8] {
    let items = tensors.map { name, tensor in
      Item(name: name, dtype: .f32, shape: tensor.shape) { body in
        try tensor.withUnsafe { try body(UnsafeRawBufferPointer(start: $0, count: tensor.count * 4)) }
      }
    }
    var bytes = try header(items, metadata: metadata)
    bytes.reserveCapacity(items.reduce(bytes.count) { $0 + $1.size })
    for item in items { try item.bytes { bytes += $0 } }
    return bytes
  }
}

extension Checkpoint {
  /// Reads a whole safetensors document. `name` is what errors call it. Throws `ModelError` for one that contradicts itself.
  public convenience init(document: [UInt8], name: String) throws {
    let bytes = MappedBytes(count: document.count) { memory in
      document.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: $0.count) }
    }
    do {
      let header = try SafetensorsHeader(file: UnsafeRawBufferPointer(start: bytes.base, count: bytes.count))
      try self.init(safetensors: header, bytes: bytes, path: name, headersOnly: false)
    } catch {
      throw ModelError(error, path: name) ?? error
    }
  }
}
