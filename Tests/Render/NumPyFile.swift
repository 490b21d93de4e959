import Foundation
import Render
import TestSupport

/// A NumPy array of bytes or floats, read from an `.npy` file.
struct NumPyFile {
  let shape: [Int]
  private(set) var bytes: [UInt8] = []
  private(set) var floats: [Float] = []

  init(_ url: URL) throws {
    let data = [UInt8](try Data(contentsOf: url))
    let headerLength = Int(data[8]) | Int(data[9]) << 8
    let header = String(decoding: data[10..<(10 + headerLength)], as: UTF8.self)
    let tuple = header.split(separator: "(")[1].split(separator: ")")[0]
    shape = tuple.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    let body = Array(data[(10 + headerLength)...])
    if header.contains("'<f4'") {
      floats = body.withUnsafeBytes { raw in
        (0..<(body.count / 4)).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
      }
    } else {
      bytes = body
    }
  }

  /// Rows, columns and channels of an array of two or three axes.
  private var channels: Int { shape.count > 2 ? shape[2] : 1 }
  var image: Image { Image(width: shape[1], height: shape[0], channels: channels, pixels: bytes) }
  var floatImage: FloatImage { FloatImage(width: shape[1], height: shape[0], channels: channels, pixels: floats) }

  /// A channels-first array, [n, c, h, w] or [c, h, w], of floats or bytes, as an interleaved image.
  var interleaved: FloatImage {
    let (c, h, w) = (shape[shape.count - 3], shape[shape.count - 2], shape[shape.count - 1])
    let values = floats.isEmpty ? bytes.map(Float.init) : floats
    var out = [Float](repeating: 0, count: values.count)
    for channel in 0..<c { for pixel in 0..<(h * w) { out[pixel * c + channel] = values[channel * h * w + pixel] } }
    return FloatImage(width: w, height: h, channels: c, pixels: out)
  }
}
