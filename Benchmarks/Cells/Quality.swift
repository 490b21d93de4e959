import Foundation
import Render
import TestSupport

/// How near shown pixels are to those that were meant.
struct Quality {
  var psnr = 0.0
  /// On luma.
  var ssim = 0.0
  /// PSNR after a Gaussian of half a cell: what is left of it at some distance.
  var afar = 0.0
  /// Mean distance in OKLab, times 100.
  var lab = 0.0
  /// The share of pixels whose nearest class colour is their own; 0 where there are no classes.
  var share = 0.0
  var bytes = 0.0

  static let names = ["PSNR", "SSIM", "afar", "OKLab", "share", "bytes"]
  var values: [Double] { [psnr, ssim, afar, lab, share, bytes] }

  init() {}

  init(values: [Double]) {
    (psnr, ssim, afar, lab, share, bytes) = (values[0], values[1], values[2], values[3], values[4], values[5])
  }
}

/// The pixels that were meant, with all of them that every comparison needs.
struct Reference {
  /// The PSNR of an exact copy, in dB, so that means stay finite.
  private static let most = 60.0

  let image: Image
  private let blurred: [Float]
  private let luma: [Float]
  private let lab: [SIMD4<Float>]
  private let classes: [RGB]
  private let labels: [UInt8]

  /// `classes` are the colours of a picture of few, else empty.
  init(_ image: Image, classes: [RGB]) {
    self.image = image.rgb
    (blurred, luma, lab) = (Self.blur(image.rgb), Self.luma(image.rgb), OKLab.of(image.rgb))
    self.classes = classes
    labels = classes.isEmpty ? [] : Self.nearest(image.rgb, classes)
  }

  func quality(of shown: Image, bytes: Int) -> Quality {
    var quality = Quality()
    quality.psnr = min(Self.most, ImageQuality.psnr(image, shown))
    let far = Self.blur(shown)
    var sum = 0.0
    for index in far.indices { sum += Double((far[index] - blurred[index]) * (far[index] - blurred[index])) }
    quality.afar = min(Self.most, ImageQuality.psnr(squares: sum, count: far.count))
    quality.ssim = ImageQuality.ssim(luma, Self.luma(shown), width: image.width, height: image.height)
    let other = OKLab.of(shown)
    var distance = 0.0
    for index in lab.indices {
      let gap = lab[index] - other[index]
      distance += Double((gap * gap).sum().squareRoot())
    }
    quality.lab = distance / Double(lab.count)
    if !classes.isEmpty {
      let found = Self.nearest(shown, classes)
      quality.share = Double(zip(found, labels).count { $0 == $1 }) / Double(labels.count)
    }
    quality.bytes = Double(bytes)
    return quality
  }

  private static func luma(_ image: Image) -> [Float] {
    (0..<(image.width * image.height)).map { pixel in
      let at = pixel * 3
      return 0.299 * Float(image.pixels[at]) + 0.587 * Float(image.pixels[at + 1]) + 0.114 * Float(image.pixels[at + 2])
    }
  }

  private static func nearest(_ image: Image, _ classes: [RGB]) -> [UInt8] {
    (0..<(image.width * image.height)).map { pixel in
      let at = pixel * 3
      let (red, green, blue) = (Int(image.pixels[at]), Int(image.pixels[at + 1]), Int(image.pixels[at + 2]))
      var (best, chosen) = (Int.max, 0)
      for (index, color) in classes.enumerated() {
        let (r, g, b) = (red - Int(color.red), green - Int(color.green), blue - Int(color.blue))
        let distance = r * r + g * g + b * b
        if distance < best { (best, chosen) = (distance, index) }
      }
      return UInt8(chosen)
    }
  }

  /// Gaussian of half a cell each way: 4 pixels across, 8 down; edges are repeated.
  private static func blur(_ image: Image) -> [Float] {
    let (width, height) = (image.width, image.height)
    func weights(_ sigma: Float) -> [Float] {
      let all = (-Int(3 * sigma)...Int(3 * sigma)).map { expf(-Float($0 * $0) / (2 * sigma * sigma)) }
      return all.map { $0 / all.reduce(0, +) }
    }
    let (across, down) = (weights(4), weights(8))
    let (reach, depth) = (across.count / 2, down.count / 2)
    var rows = [Float](repeating: 0, count: width * height * 3)
    var line = [Float](repeating: 0, count: (width + 2 * reach) * 3)
    image.pixels.withUnsafeBufferPointer { pixels in
      rows.withUnsafeMutableBufferPointer { rows in
        line.withUnsafeMutableBufferPointer { line in
          for y in 0..<height {
            for x in 0..<(width + 2 * reach) {
              let from = (y * width + min(width - 1, max(0, x - reach))) * 3
              for channel in 0..<3 { line[x * 3 + channel] = Float(pixels[from + channel]) }
            }
            for (tap, weight) in across.enumerated() {
              for index in 0..<(width * 3) { rows[y * width * 3 + index] += line[tap * 3 + index] * weight }
            }
          }
        }
      }
    }
    var out = [Float](repeating: 0, count: width * height * 3)
    rows.withUnsafeBufferPointer { rows in
      out.withUnsafeMutableBufferPointer { out in
        for y in 0..<height {
          for (tap, weight) in down.enumerated() {
            let from = min(height - 1, max(0, y + tap - depth)) * width * 3
            for index in 0..<(width * 3) { out[y * width * 3 + index] += rows[from + index] * weight }
          }
        }
      }
    }
    return out
  }
}

/// Ottosson's OKLab (2020), times 100.
enum OKLab {
  private static let linear: [Float] = (0..<256).map {
    let v = Float($0) / 255
    return v <= 0.04045 ? v / 12.92 : powf((v + 0.055) / 1.055, 2.4)
  }

  static func of(_ image: Image) -> [SIMD4<Float>] {
    (0..<(image.width * image.height)).map { pixel in
      let at = pixel * 3
      let (r, g, b) = (linear[Int(image.pixels[at])], linear[Int(image.pixels[at + 1])], linear[Int(image.pixels[at + 2])])
      let l = cbrtf(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
      let m = cbrtf(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
      let s = cbrtf(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
      return 100
        * SIMD4(
          0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s, 0)
    }
  }
}
