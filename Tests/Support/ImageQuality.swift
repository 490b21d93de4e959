import Foundation
import Render

/// How near one image is to another of the same size.
public enum ImageQuality {
  /// Peak signal-to-noise ratio over all bytes, in dB; infinite for equal images, 0 for images of different sizes.
  public static func psnr(_ a: Image, _ b: Image) -> Double {
    guard a.pixels.count == b.pixels.count else { return 0 }
    var squares = 0
    for (x, y) in zip(a.pixels, b.pixels) { squares += (Int(x) - Int(y)) * (Int(x) - Int(y)) }
    return psnr(squares: Double(squares), count: a.pixels.count)
  }

  /// The same in dB from the sum of `count` squared differences of levels in 0...255.
  public static func psnr(squares: Double, count: Int) -> Double {
    squares == 0 ? .infinity : 10 * log10(255 * 255 * Double(count) / squares)
  }

  /// Mean structural similarity of the grey images over 8x8 windows, four pixels apart (Wang et al. 2004); 0 for images of different sizes.
  public static func ssim(_ a: Image, _ b: Image) -> Double {
    let (x, y) = (a.grey(.opencv), b.grey(.opencv))
    guard x.width == y.width, x.height == y.height else { return 0 }
    return ssim(x.pixels.map(Float.init), y.pixels.map(Float.init), width: x.width, height: x.height)
  }

  /// The same of `height` lines of `width` luma values in 0...255; 0 where no window fits.
  public static func ssim(_ a: [Float], _ b: [Float], width: Int, height: Int) -> Double {
    precondition(a.count == width * height && b.count == a.count)
    var (total, windows) = (0.0, 0.0)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        for top in stride(from: 0, through: height - 8, by: 4) {
          for left in stride(from: 0, through: width - 8, by: 4) {
            var (sx, sy, sxx, syy, sxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for row in top..<(top + 8) {
              for at in (row * width + left)..<(row * width + left + 8) {
                let (p, q) = (Double(a[at]), Double(b[at]))
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
      }
    }
    return windows == 0 ? 0 : total / windows
  }
}
