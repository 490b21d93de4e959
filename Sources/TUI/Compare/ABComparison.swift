import Render

/// Two images against one another.
public struct ABComparison: Sendable {
  public enum Mode: CaseIterable, Hashable, Sendable {
    /// One after the other in the same place.
    case flicker
    /// The left part of one, the right part of the other.
    case split
    /// How far apart they are, grey for equal.
    case difference

    public var title: String {
      switch self {
      case .flicker: "flicker"
      case .split: "split"
      case .difference: "difference"
      }
    }
  }

  public struct Side: Sendable {
    public let title: String
    public let image: ScreenImage

    public init(title: String, image: ScreenImage) {
      self.title = title
      self.image = image
    }
  }

  public let a: Side
  public let b: Side
  /// How far the two are apart, in words; nil where their sizes differ.
  public let verdict: String?
  /// In figures, where there is more to tell.
  public let facts: [ABFacts]
  public var mode = Mode.flicker
  /// Whether the flicker goes by itself; a key flips it otherwise.
  public var isRunning = true
  /// Flicker: whether B is shown.
  public var showsB = false
  /// Split: columns of A, of 16.
  public var split = 8
  /// What split and difference show.
  public var composed: ScreenImage?

  public init(a: Side, b: Side) {
    self.a = a
    self.b = b
    verdict = Self.verdict(a.image, b.image)
    facts = ABFacts.of(a.image, b.image)
  }

  /// Seconds that each side of a flicker is shown.
  static let period = 0.5

  /// The image that is shown at a time.
  public func shown(at now: Double) -> ScreenImage {
    switch mode {
    case .flicker: (isRunning ? Int(now / Self.period) % 2 == 1 : showsB) ? b.image : a.image
    case .split, .difference: composed ?? a.image
    }
  }

  /// The name of what is shown; `isShort` where what A and B are is said elsewhere.
  public func title(at now: Double, isShort: Bool) -> String {
    let a = isShort ? "A" : "A: \(self.a.title)", b = isShort ? "B" : "B: \(self.b.title)"
    return switch mode {
    case .flicker: (isRunning ? Int(now / Self.period) % 2 == 1 : showsB) ? b : a
    case .split: "\(a) | \(b)"
    case .difference: "\(a) - \(b), grey where equal"
    }
  }

  /// Stops the flicker and shows the other side than the one that is seen at the moment.
  mutating func flip(at now: Double) {
    showsB = isRunning ? shown(at: now).id != b.image.id : !showsB
    isRunning = false
  }

  /// Makes what the present mode shows; `id` is a fresh image's.
  public mutating func compose(id: Int, look: Look) {
    guard mode != .flicker else { return }
    let size = Size(width: a.image.image.width, height: a.image.image.height), columns = size.width * split / 16
    // Marks of one kind are drawn as they are on either side; others have to be in the images already.
    if mode == .split, let marks = Self.split(a.image.marks, b.image.marks, size, columns) {
      composed = ScreenImage(id: id, image: Self.split(a.image.image.rgb, b.image.image.rgb.stretched(to: size), columns), marks: marks)
      return
    }
    let left = a.image.composed(look), right = b.image.composed(look).stretched(to: size)
    composed = ScreenImage(id: id, image: mode == .split ? Self.split(left, right, columns) : Self.difference(left, right))
  }

  /// The first columns of one, the rest of the other, and a white line between them.
  private static func split(_ left: Image, _ right: Image, _ columns: Int) -> Image {
    var out = left
    for y in 0..<left.height {
      for x in max(0, columns)..<max(left.width, columns) where x < left.width { out[x, y] = right[x, y] }
      if columns > 0, columns < left.width { out[columns, y] = RGB(255, 255, 255) }
    }
    return out
  }

  /// The same of marks over images of some size; nil where they are of different kinds.
  private static func split(_ left: ScreenImage.Marks, _ right: ScreenImage.Marks, _ size: Size, _ columns: Int) -> ScreenImage.Marks? {
    func split(_ left: LabelMask, _ right: LabelMask) -> LabelMask {
      var out = left.stretched(to: size)
      let right = right.stretched(to: size)
      for y in 0..<size.height {
        for x in columns..<max(size.width, columns) { out[x, y] = x == columns && columns > 0 ? 0 : right[x, y] }
      }
      return out
    }
    return switch (left, right) {
    case (.object(let a), .object(let b)): .object(split(a, b))
    case (.comparison(let a, let truth), .comparison(let b, let other)): .comparison(prediction: split(a, b), truth: split(truth, other))
    default: nil
    }
  }

  /// Grey where both are equal; brighter and darker by twice the difference of each channel.
  private static func difference(_ left: Image, _ right: Image) -> Image {
    var out = left
    for index in out.pixels.indices {
      out.pixels[index] = UInt8(min(255, max(0, 128 + 2 * (Int(left.pixels[index]) - Int(right.pixels[index])))))
    }
    return out
  }

  /// Of the same image the masks are compared, as two predictions for a query are, else the colours.
  private static func verdict(_ left: ScreenImage, _ right: ScreenImage) -> String? {
    let (a, b) = (left.image, right.image)
    guard a.width == b.width, a.height == b.height, a.channels == b.channels, !a.pixels.isEmpty else { return nil }
    let sum = zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    guard sum == 0 else { return "colours differ by \(amount(Double(sum) / Double(a.pixels.count))) of 255" }
    guard let mask = left.marks.drawn, let other = right.marks.drawn, mask.labels.count == other.labels.count else {
      return "the same image"
    }
    let differing = zip(mask.labels, other.labels).count { ($0 == 1) != ($1 == 1) }
    if differing == 0 { return "the same image with the same mask" }
    return "masks differ in \(amount(100 * Double(differing) / Double(mask.labels.count))) % of the pixels"
  }

  /// A figure that is not nothing does not look like it.
  private static func amount(_ value: Double) -> String { value < 0.05 ? "less than 0.1" : NumberText.percent(value) }
}

extension ScreenImage.Marks {
  /// The mask that is looked at: of a prediction its own.
  var drawn: LabelMask? {
    switch self {
    case .none: nil
    case .object(let mask), .outline(let mask), .comparison(let mask, _): mask
    }
  }
}

extension Image {
  /// At another size, as it is where it has that one.
  fileprivate func stretched(to size: Size) -> Image {
    width == size.width && height == size.height ? self : resized(width: size.width, height: size.height, .area)
  }
}
