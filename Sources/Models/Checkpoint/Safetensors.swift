import Core
import Foundation

/// Writing safetensors files. Reading is `Checkpoint`.
public enum Safetensors {
  /// Something to be written: what the header says of it, and its bytes when their turn comes.
  struct Item {
    let name: String
    let dtype: ElementType
    let shape: [Int]
    /// Hands the bytes over; may throw instead.
    let bytes: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

    var size: Int { shape.reduce(dtype.size, *) }
  }

  /// Writes tensors as F32 in the given order, to a temporary name beside `url` that is renamed when complete.
  ///
  /// Throws `ModelError.badInput` for a repeated name and `writeFailed`; nothing is left behind then.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to url: URL
  ) throws {
    let items = tensors.map { name, tensor in
      Item(name: name, dtype: .f32, shape: tensor.shape) { body in
        try tensor.withUnsafe { try body(UnsafeRawBufferPointer(start: $0, count: tensor.count * 4)) }
      }
    }
    try write(items, metadata: metadata, to: url)
  }

  /// Writes weights, floating-point ones as F16 and others as they are stored.
  ///
  /// Throws beside `ModelError.badInput` for a weight that is not finite or beyond what F16 holds (65504).
  static func write(
    halved weights: [(name: String, parameter: Parameter)], metadata: [String: String] = [:], to url: URL
  ) throws {
    let items = weights.map { name, parameter in
      let isHalf = parameter.dtype == .f16 || parameter.integers() != nil
      return Item(name: name, dtype: isHalf ? parameter.dtype : .f16, shape: parameter.shape) { body in
        guard !isHalf else { return try parameter.withUnsafeBytes(body) }
        let values = parameter.widened().values.map { Float16($0) }
        guard values.allSatisfy(\.isFinite) else {
          throw ModelError.badInput(what: name, reason: "it holds values that F16 does not (beyond 65504)")
        }
        try values.withUnsafeBytes(body)
      }
    }
    try write(items, metadata: metadata, to: url)
  }

  private static func write(_ items: [Item], metadata: [String: String], to url: URL) throws {
    let header = try header(items, metadata: metadata)
    do {
      let writer = try AtomicWriter(url, isDurable: false)
      try header.withUnsafeBytes(writer.append)
      for item in items { try item.bytes(writer.append) }
      try writer.finish()
    } catch let fault as AtomicWriter.Fault {
      throw ModelError.writeFailed(path: url.path, reason: fault.reason)
    }
  }

  /// Length and JSON, padded with spaces so that the data starts at a multiple of 64 bytes.
  static func header(_ items: [Item], metadata: [String: String]) throws -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var seen: Set<String> = ["__metadata__"]
    var position = 0
    for item in items {
      guard seen.insert(item.name).inserted else {
        throw ModelError.badInput(what: item.name, reason: "a tensor of this name is there already")
      }
      let end = position + item.size
      members.append(
        "\(quoted(item.name)):{\"dtype\":\"\(item.dtype.rawValue)\",\"shape\":\(item.shape),\"data_offsets\":[\(position),\(end)]}")
      position = end
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    json += [UInt8](repeating: 0x20, count: (64 - (json.count + 8) % 64) % 64)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20: result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
