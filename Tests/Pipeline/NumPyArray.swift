import Foundation

/// An array from an `.npy` file, little-endian, in C order.
struct NumPyArray {
  let shape: [Int]
  private let type: String
  private let body: [UInt8]

  init(_ url: URL) throws {
    let data = [UInt8](try Data(contentsOf: url))
    let length = Int(data[8]) | Int(data[9]) << 8
    let header = String(decoding: data[10..<(10 + length)], as: UTF8.self)
    shape = header.split(separator: "(")[1].split(separator: ")")[0].split(separator: ",").compactMap {
      Int($0.trimmingCharacters(in: .whitespaces))
    }
    type = header.components(separatedBy: "'descr': '")[1].components(separatedBy: "'")[0]
    body = Array(data[(10 + length)...])
  }

  var bytes: [UInt8] { body }

  var integers: [Int] {
    switch type {
    case "|u1", "|b1": body.map(Int.init)
    case "<i8": load(Int64.self).map { Int($0) }
    case "<i4": load(Int32.self).map { Int($0) }
    default: []
    }
  }

  /// Of a float32 array.
  var floats: [Float] { type == "<f4" ? load(Float.self) : [] }

  private func load<T>(_: T.Type) -> [T] {
    body.withUnsafeBytes { raw in
      (0..<(body.count / MemoryLayout<T>.size)).map { raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self) }
    }
  }
}
