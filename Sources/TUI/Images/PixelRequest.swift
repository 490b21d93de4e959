import Render

/// What identifies an image that was made ready to be shown as pixels.
public struct PixelKey: Hashable, Sendable {
  public let shown: RenderKey
  public let pixels: PixelCapabilities
  /// The pixel under the crosshair, of the whole image; nil without one.
  public let cross: Place?

  /// A pixel's column and row.
  public struct Place: Hashable, Sendable {
    public let x: Int
    public let y: Int

    public init(x: Int, y: Int) { (self.x, self.y) = (x, y) }
  }

  public init(_ shown: RenderKey, _ pixels: PixelCapabilities, cross: Place? = nil) {
    (self.shown, self.pixels, self.cross) = (shown, pixels, cross)
  }
}

/// An image to be made ready for a protocol.
public struct PixelRequest: Hashable, Sendable {
  public let key: PixelKey
  public let image: ScreenImage

  public init(_ key: PixelKey, _ image: ScreenImage) { (self.key, self.image) = (key, image) }

  public static func == (left: PixelRequest, right: PixelRequest) -> Bool { left.key == right.key }
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// Makes images ready for protocols.
public enum PixelEncoder {
  /// What `PixelImage.bytes` are of an image. Throws `RenderError.encodingFailed`.
  public static func encode(_ request: PixelRequest) throws -> [UInt8] {
    let image = image(request), cells = request.key.shown.size
    switch request.key.pixels.graphics {
    case .kitty: return try KittyGraphics.payload(image)
    case .iterm: return try InlineImage.encode(image, columns: cells.width, rows: cells.height)
    case .sixel, .cells: return Sixel.encode(image)
    }
  }

  /// The image with its marks at the size that is sent; contours are about two of the terminal's pixels wide.
  public static func image(_ request: PixelRequest) -> Image {
    let key = request.key.shown, cells = key.size, shown = request.image, cell = request.key.pixels.cell
    let crop = key.crop ?? Crop(x: 0, y: 0, width: shown.image.width, height: shown.image.height)
    let across = max(1, cells.width * cell.width)
    let marked = shown.composed(
      key.look, key.marks, thickness: max(1, (2 * crop.width + across - 1) / across), opacity: Double(key.opacity) / 100)
    // Near enough, pixels stay squares: that is not left to the terminal, which would blend them.
    let size = PixelArea.size(
      width: crop.width, height: crop.height, columns: cells.width, rows: cells.height, cellWidth: cell.width, cellHeight: cell.height,
      stretches: request.key.pixels.graphics != .sixel && key.crop == nil)
    let part = key.crop == nil ? marked.rgb : marked.rgb.part(crop)
    var out = part
    if size.width != part.width || size.height != part.height {
      let shrinks = size.width < part.width || size.height < part.height
      out = part.resized(
        width: size.width, height: size.height, shrinks ? .area : key.crop != nil || part.hasFewColors ? .nearest : .linear)
    }
    if let cross = request.key.cross { out.markPixel(x: cross.x - crop.x, y: cross.y - crop.y, of: crop, arm: cell.height) }
    return out
  }
}

extension Image {
  /// A rectangle of an RGB image.
  fileprivate func part(_ crop: Crop) -> Image {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(crop.width * crop.height * 3)
    for y in crop.y..<(crop.y + crop.height) {
      let start = (y * width + crop.x) * 3
      pixels += self.pixels[start..<(start + crop.width * 3)]
    }
    return Image(width: crop.width, height: crop.height, channels: 3, pixels: pixels)
  }

  /// Four arms around one pixel of the part that this image shows, each `arm` long, in what stands out from what is under them.
  fileprivate mutating func markPixel(x: Int, y: Int, of crop: Crop, arm: Int) {
    guard (0..<crop.width).contains(x), (0..<crop.height).contains(y) else { return }
    let left = x * width / crop.width, right = max(left, (x + 1) * width / crop.width - 1)
    let top = y * height / crop.height, bottom = max(top, (y + 1) * height / crop.height - 1)
    let (column, row) = ((left + right) / 2, (top + bottom) / 2)
    for step in 1...max(1, arm) {
      for (x, y) in [(left - step, row), (right + step, row), (column, top - step), (column, bottom + step)]
      where (0..<width).contains(x) && (0..<height).contains(y) {
        let under = self[x, y], isDark = 299 * Int(under.red) + 587 * Int(under.green) + 114 * Int(under.blue) < 127_500
        self[x, y] = isDark ? .white : .black
      }
    }
  }
}
