/// The three colours of an error view, apart for the common kinds of colour blindness (after Okabe and Ito, 2008).
public struct ErrorColors: Hashable, Sendable {
  /// Object in both masks.
  public var hit = RGB(0, 158, 115)
  /// Object in the prediction only.
  public var falseAlarm = RGB(213, 94, 0)
  /// Object in the truth only.
  public var miss = RGB(86, 180, 233)

  public init() {}

  /// The colour of one kind.
  public subscript(_ kind: ErrorKinds) -> RGB { kind == .hits ? hit : kind == .falseAlarms ? falseAlarm : miss }
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
  /// A mask that touches the image's edge is closed there. Of each piece of the mask at least the inner half stays in sight, as far as it
  /// is more than two pixels wide.
  public func outlined(_ mask: LabelMask, label: UInt8 = 1, color: RGB, thickness: Int = 1) -> Image {
    precondition(mask.width == width && mask.height == height && thickness > 0)
    var out = rgb
    let depths = mask.depths(of: label)
    guard thickness > 1 else {
      for at in depths.indices where depths[at] == 1 { out[at % width, at / width] = color }
      return out
    }
    let (pieces, count) = mask.pieces(of: label)
    var limits = [Int32](repeating: 0, count: count)
    for at in depths.indices where depths[at] > 0 { limits[Int(pieces[at])] = max(limits[Int(pieces[at])], depths[at]) }
    limits = limits.map { min(Int32(clamping: thickness), max(1, $0 / 2)) }
    for at in depths.indices where depths[at] > 0 && depths[at] <= limits[Int(pieces[at])] { out[at % width, at / width] = color }
    return out
  }

  /// Hits, false alarms and misses of a prediction in their colours, lighter and darker with the image; `opacity` 0...1 is how little so. The
  /// rest of the image loses `fading` 0...1 of its colour, or it would be taken for a mark. Pixels whose truth is 255 are of the rest.
  ///
  /// Both masks hold 1 on the object and 0 elsewhere; sizes must be equal. Only the `kinds` are drawn, and only near the truth's border
  /// where `reach` says how far from it, in pixels.
  public func errorView(
    prediction: LabelMask, truth: LabelMask, colors: ErrorColors = ErrorColors(), opacity: Double = 0.6, fading: Double = 0.6,
    kinds: ErrorKinds = .all, reach: Int? = nil
  ) -> Image {
    precondition(prediction.width == width && prediction.height == height && truth.width == width && truth.height == height)
    let band = reach.map { truth.isNearBorder(of: 1, reach: $0) }
    var out = rgb
    for y in 0..<height {
      for x in 0..<width {
        let under: RGB = out[x, y]
        if band?[y * width + x] != false, let kind = ErrorKinds(prediction: prediction[x, y], truth: truth[x, y]), kinds.contains(kind) {
          let color = colors[kind]
          out[x, y] = color.lightened(by: (1 - opacity) * Double(Int(under.light) - Int(color.light)))
        } else {
          out[x, y] = under.mixed(with: under.grey, share: fading)
        }
      }
    }
    return out
  }

  /// The image in colour, darker and greyer where `isKept` is false; `share` 0...1 of what is taken. One value a pixel.
  public func dimmed(outside isKept: [Bool], share: Double = 0.7) -> Image {
    precondition(isKept.count == width * height)
    var out = rgb
    for at in isKept.indices where !isKept[at] {
      let (x, y) = (at % width, at / width), color: RGB = out[x, y]
      out[x, y] = color.mixed(with: color.grey, share: share).mixed(with: .black, share: share)
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
