/// The three colours of an error view, apart for the common kinds of colour blindness (after Okabe and Ito, 2008).
public struct ErrorColors: Hashable, Sendable {
  /// Object in both masks.
  public var hit = RGB(0, 158, 115)
  /// Object in the prediction only.
  public var falseAlarm = RGB(213, 94, 0)
  /// Object in the truth only.
  public var miss = RGB(86, 180, 233)

  public init() {}
}

extension Image {
  /// The image in colour with a tint where the mask has `label`; `opacity` 0...1. Sizes must be equal.
  public func tinted(_ mask: LabelMask, label: UInt8 = 1, color: RGB, opacity: Double = 0.5) -> Image {
    precondition(mask.width == width && mask.height == height)
    var out = rgb
    for y in 0..<height {
      for x in 0..<width where mask[x, y] == label { out[x, y] = out[x, y].mixed(with: color, share: opacity) }
    }
    return out
  }

  /// The image in colour with a line along the inside of the mask's border; `thickness` in pixels. Sizes must be equal.
  ///
  /// A mask that touches the image's edge is closed there.
  public func outlined(_ mask: LabelMask, label: UInt8 = 1, color: RGB, thickness: Int = 1) -> Image {
    precondition(mask.width == width && mask.height == height && thickness > 0)
    var out = rgb
    var inside = mask.labels.map { $0 == label }
    for _ in 0..<thickness {
      var border: [Int] = []
      for y in 0..<height {
        for x in 0..<width where inside[y * width + x] {
          let at = y * width + x
          let interior = x > 0 && x + 1 < width && y > 0 && y + 1 < height
            && inside[at - 1] && inside[at + 1] && inside[at - width] && inside[at + width]
          if !interior { border.append(at) }
        }
      }
      for at in border {
        inside[at] = false
        out[at % width, at / width] = color
      }
    }
    return out
  }

  /// Hits, false alarms and misses of a prediction as tints; `opacity` 0...1. Pixels whose truth is 255 stay as they are.
  ///
  /// Both masks hold 1 on the object and 0 elsewhere; sizes must be equal.
  public func errorView(
    prediction: LabelMask, truth: LabelMask, colors: ErrorColors = ErrorColors(), opacity: Double = 0.6
  ) -> Image {
    precondition(prediction.width == width && prediction.height == height && truth.width == width && truth.height == height)
    var out = rgb
    for y in 0..<height {
      for x in 0..<width {
        let color: RGB? =
          switch (prediction[x, y] == 1, truth[x, y]) {
          case (_, 255): nil
          case (true, 1): colors.hit
          case (true, _): colors.falseAlarm
          case (false, 1): colors.miss
          default: nil
          }
        if let color { out[x, y] = out[x, y].mixed(with: color, share: opacity) }
      }
    }
    return out
  }
}

extension LabelMask {
  /// The mask drawn in one colour a label; labels beyond the table take its last colour.
  public func colored(_ colors: [RGB]) -> Image {
    precondition(!colors.isEmpty)
    let pixels = [UInt8](unsafeUninitializedCapacity: labels.count * 3) { out, count in
      for (index, label) in labels.enumerated() {
        let color = colors[min(Int(label), colors.count - 1)]
        out.initializeElement(at: index * 3, to: color.red)
        out.initializeElement(at: index * 3 + 1, to: color.green)
        out.initializeElement(at: index * 3 + 2, to: color.blue)
      }
      count = labels.count * 3
    }
    return Image(width: width, height: height, channels: 3, pixels: pixels)
  }
}
