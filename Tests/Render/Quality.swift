import Foundation
import Render

/// How near one image is to another of the same size.
enum Quality {
  /// Peak signal-to-noise ratio over all bytes, in dB.
  static func psnr(_ a: Image, _ b: Image) -> Double {
    guard a.pixels.count == b.pixels.count else { return 0 }
    var sum = 0.0
    for (x, y) in zip(a.pixels, b.pixels) {
      let difference = Double(x) - Double(y)
      sum += difference * difference
    }
    return sum == 0 ? .infinity : 10 * log10(255 * 255 * Double(a.pixels.count) / sum)
  }

  /// Mean structural similarity of the grey images over 8x8 windows, four pixels apart (Wang et al. 2004).
  static func ssim(_ a: Image, _ b: Image) -> Double {
    let (x, y) = (a.grey(.opencv), b.grey(.opencv))
    guard x.width == y.width, x.height == y.height, x.width >= 8, x.height >= 8 else { return 0 }
    var total = 0.0
    var windows = 0.0
    for top in stride(from: 0, through: x.height - 8, by: 4) {
      for left in stride(from: 0, through: x.width - 8, by: 4) {
        var (sx, sy, sxx, syy, sxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for row in top..<(top + 8) {
          for column in left..<(left + 8) {
            let (p, q) = (Double(x[column, row, 0]), Double(y[column, row, 0]))
            sx += p
            sy += q
            sxx += p * p
            syy += q * q
            sxy += p * q
          }
        }
        let (mx, my) = (sx / 64, sy / 64)
        let (vx, vy, cov) = (sxx / 64 - mx * mx, syy / 64 - my * my, sxy / 64 - mx * my)
        let (c1, c2) = (6.5025, 58.5225)
        total += (2 * mx * my + c1) * (2 * cov + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
        windows += 1
      }
    }
    return total / windows
  }
}
