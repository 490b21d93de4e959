/// The part of a zoomed image in sight, and the pixel under the crosshair.
public struct Viewport: Hashable, Sendable {
  /// 0 for the whole image; each further one halves what is in sight.
  public private(set) var level = 0
  /// The pixel looked at, as fractions of width and height.
  private var x = 0.5
  private var y = 0.5

  public init() {}

  /// Nearer or farther, down to four pixels across.
  mutating func zoom(_ steps: Int, width: Int) {
    let most = max(0, Int.bitWidth - 1 - max(1, width / 4).leadingZeroBitCount)
    level = min(most, max(0, level + steps))
  }

  /// Moves the crosshair: by single pixels when near, by a sixteenth of what is in sight otherwise.
  mutating func pan(columns: Int, rows: Int, width: Int, height: Int) {
    let step = max(1, (width >> level) / 16)
    let (px, py) = pixel(width: width, height: height)
    x = (Double(min(width - 1, max(0, px + columns * step))) + 0.5) / Double(width)
    y = (Double(min(height - 1, max(0, py + rows * step))) + 0.5) / Double(height)
  }

  /// Puts the crosshair at a place of what is in sight, as fractions of its width and height.
  mutating func point(x: Double, y: Double, width: Int, height: Int) {
    guard let crop = crop(width: width, height: height) else { return }
    self.x = (Double(min(width - 1, crop.x + Int(x * Double(crop.width)))) + 0.5) / Double(width)
    self.y = (Double(min(height - 1, crop.y + Int(y * Double(crop.height)))) + 0.5) / Double(height)
  }

  /// The pixel under the crosshair.
  public func pixel(width: Int, height: Int) -> (x: Int, y: Int) {
    (min(width - 1, Int(x * Double(width))), min(height - 1, Int(y * Double(height))))
  }

  /// What is in sight, inside the image; nil for all of it.
  public func crop(width: Int, height: Int) -> Crop? {
    guard level > 0 else { return nil }
    let w = max(4, width >> level), h = max(4, height >> level), (px, py) = pixel(width: width, height: height)
    guard w < width, h < height else { return nil }
    return Crop(x: min(max(0, px - w / 2), width - w), y: min(max(0, py - h / 2), height - h), width: w, height: h)
  }
}

/// A rectangle of an image's pixels.
public struct Crop: Hashable, Sendable {
  public let x: Int
  public let y: Int
  public let width: Int
  public let height: Int

  public init(x: Int, y: Int, width: Int, height: Int) { (self.x, self.y, self.width, self.height) = (x, y, width, height) }
}
