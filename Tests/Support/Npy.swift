import Foundation

/// A float32 array in NumPy's file format, as some goldens are kept. For tests only: it trusts its file.
public struct Npy {
  public let shape: [Int]
  public let values: [Float]

  public struct Unsupported: Error {}

  /// Reads a little-endian float32 array in C order.
  public init(_ url: URL) throws {
    let data = try Data(contentsOf: url)
    guard data.count > 10, data.starts(with: [0x93] + Array("NUMPY".utf8)) else { throw Unsupported() }
    let length = Int(data[8]) | Int(data[9]) << 8
    let header = String(decoding: data[10..<10 + length], as: UTF8.self)
    guard header.contains("'<f4'"), header.contains("'fortran_order': False"),
      let open = header.firstIndex(of: "("), let close = header.firstIndex(of: ")")
    else { throw Unsupported() }
    shape = header[open..<close].dropFirst().split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    values = data[(10 + length)...].withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }
}
