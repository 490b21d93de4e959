import Foundation

/// Writing safetensors files. Reading is `Checkpoint`.
public enum Safetensors {
  /// Writes tensors as F32 in the given order, to a temporary name beside `url` that is renamed when complete.
  ///
  /// Throws `ModelError.badInput` for a repeated name and `writeFailed`; nothing is left behind then.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to url: URL
  ) throws {
    let header = try header(tensors, metadata: metadata)
    let temporary = url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString).part")
    let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(url) }
    do {
      defer { close(descriptor) }
      try header.withUnsafeBytes { try writeAll($0, descriptor, url) }
      for (_, tensor) in tensors {
        try tensor.withUnsafe { base in
          try writeAll(UnsafeRawBufferPointer(start: base, count: tensor.count * 4), descriptor, url)
        }
      }
      guard rename(temporary.path, url.path) == 0 else { throw failure(url) }
    } catch {
      unlink(temporary.path)
      throw error
    }
  }

  /// Length and JSON, padded with spaces so that the data starts at a multiple of 64 bytes.
  private static func header(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String]
  ) throws -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var seen: Set<String> = ["__metadata__"]
    var position = 0
    for (name, tensor) in tensors {
      guard seen.insert(name).inserted else {
        throw ModelError.badInput(what: name, reason: "a tensor of this name is there already")
      }
      let end = position + tensor.count * 4
      members.append("\(quoted(name)):{\"dtype\":\"F32\",\"shape\":\(tensor.shape),\"data_offsets\":[\(position),\(end)]}")
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

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ url: URL) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = Foundation.write(descriptor, part.baseAddress, part.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure(url) }
      rest = rest.dropFirst(written)
    }
  }

  private static func failure(_ url: URL) -> ModelError {
    .writeFailed(path: url.path, reason: String(cString: strerror(errno)))
  }
}
