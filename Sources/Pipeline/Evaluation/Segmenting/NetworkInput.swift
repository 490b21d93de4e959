import Models
import Render

/// How a network sees images and masks: brought to one square as its published loader does (goldens: `transforms`).
public struct NetworkInput: Hashable, Sendable {
  public enum Fit: Sendable {
    /// The longer side becomes the square's, both are rounded down to multiples of 8, the rest is padding: BAM.
    case letterbox
    /// Both sides become the square's, by OpenCV's bilinear rule: HDMNet.
    case stretch
    /// Both sides become the square's, by Pillow's antialiased bilinear rule: HSNet, DCAMA.
    case smoothStretch
  }

  public let fit: Fit
  /// Pixels.
  public let side: Int

  public init(fit: Fit, side: Int) {
    self.fit = fit
    self.side = side
  }

  /// `[1, side, side, 3]`: 0...1, minus ImageNet's mean, over its deviation. Padding is black before that.
  ///
  /// Throws `EvaluationError.tooNarrow`.
  public func image(_ image: Image) throws -> Tensor {
    switch fit {
    case .smoothStretch:
      let pixels = image.rgb.pillowBilinear(width: side, height: side).pixels
      let table = (0..<3).map { channel in (0..<256).map { normalized(Float($0) / 255, channel) } }
      return tensor { table[$0 % 3][Int(pixels[$0])] }
    case .stretch:
      let pixels = FloatImage(image.rgb).resized(width: side, height: side, .linear).pixels
      return tensor { normalized(pixels[$0] / 255, $0 % 3) }
    case .letterbox:
      let size = try content(width: image.width, height: image.height)
      let resized = FloatImage(image.rgb).resized(width: size.width, height: size.height, .linear)
      return tensor { index in
        let (x, y) = (index / 3 % side, index / 3 / side)
        return normalized(x < size.width && y < size.height ? resized[x, y, index % 3] / 255 : 0, index % 3)
      }
    }
  }

  /// The mask at the square's size, nearest; padding is 255. Throws `EvaluationError.tooNarrow`.
  public func mask(_ mask: LabelMask) throws -> LabelMask {
    switch fit {
    case .smoothStretch: return mask.torchNearest(width: side, height: side)
    case .stretch: return mask.resized(width: side, height: side)
    case .letterbox:
      let size = try content(width: mask.width, height: mask.height)
      return mask.resized(width: size.width, height: size.height).padded(to: side)
    }
  }

  /// `[1, side, side, 1]`: 1 where the mask is 1, else 0. What is to be ignored is background in a support.
  func supportMask(_ mask: LabelMask) throws -> Tensor {
    Tensor(try self.mask(mask).labels.map { $0 == 1 ? 1 : 0 }, shape: [1, side, side, 1])
  }

  /// Pixels that an image covers in a letterbox.
  ///
  /// The published order of steps: the shorter side is truncated first, then both are rounded down to multiples of 8.
  /// Throws `EvaluationError.tooNarrow`.
  public func content(width: Int, height: Int) throws -> (width: Int, height: Int) {
    let ratio = Double(side) / Double(max(width, height))
    let size = (
      width: width > height ? side : Int(Double(width) * ratio), height: width > height ? Int(Double(height) * ratio) : side
    )
    guard min(size.width, size.height) >= 8 else { throw EvaluationError.tooNarrow(width: width, height: height, side: side) }
    return (size.width / 8 * 8, size.height / 8 * 8)
  }

  private func normalized(_ value: Float, _ channel: Int) -> Float {
    (value - ImageNet.mean[channel]) / ImageNet.deviation[channel]
  }

  private func tensor(_ value: (Int) -> Float) -> Tensor {
    Tensor((0..<side * side * 3).map(value), shape: [1, side, side, 3])
  }
}

extension LabelMask {
  /// The mask at the top left of a square, the rest of it 255. `side` is no smaller than the mask.
  func padded(to side: Int) -> LabelMask {
    var square = LabelMask(width: side, height: side, labels: [UInt8](repeating: 255, count: side * side))
    for y in 0..<height {
      square.labels.replaceSubrange(y * side..<y * side + width, with: labels[y * width..<(y + 1) * width])
    }
    return square
  }

  /// The mask with 255 made background.
  public var ignoringNothing: LabelMask {
    LabelMask(width: width, height: height, labels: labels.map { $0 == 255 ? 0 : $0 })
  }
}
