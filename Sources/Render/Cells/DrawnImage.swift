/// An image of few colours, as masks, error views and diagrams are: labels and a colour of each.
struct DrawnImage {
  /// More colours than this are no drawing.
  private static let limit = 32

  let mask: LabelMask
  let colors: [RGB]

  /// Nil for an image of more colours, or of one channel that is no mask.
  init?(_ image: Image) {
    var labels = [UInt8](repeating: 0, count: image.width * image.height)
    let found = labels.withUnsafeMutableBufferPointer { labels in Self.colors(of: image) { labels[$0] = $1 } }
    guard let colors = found else { return nil }
    // The darkest first, where a mask has its background.
    func light(_ color: RGB) -> Int { 299 * Int(color.red) + 587 * Int(color.green) + 114 * Int(color.blue) }
    let order = colors.indices.sorted { light(colors[$0]) < light(colors[$1]) }
    var places = [UInt8](repeating: 0, count: colors.count)
    for (place, index) in order.enumerated() { places[index] = UInt8(place) }
    self.colors = order.map { colors[$0] }
    mask = LabelMask(width: image.width, height: image.height, labels: labels.map { places[Int($0)] })
  }

  /// The colours of an image of few, in the order in which they come; nil for one of more. `each` gets every pixel's index and its colour's.
  static func colors(of image: Image, each: (_ pixel: Int, _ color: UInt8) -> Void = { _, _ in }) -> [RGB]? {
    var colors: [RGB] = []
    var (last, place) = (RGB.black, UInt8(0))
    let areFew = image.pixels.withUnsafeBufferPointer { pixels in
      for pixel in 0..<(image.width * image.height) {
        let at = pixel * image.channels
        let color = image.channels == 3 ? RGB(pixels[at], pixels[at + 1], pixels[at + 2]) : RGB(pixels[at], pixels[at], pixels[at])
        if colors.isEmpty || color != last {
          last = color
          if let known = colors.firstIndex(of: color) {
            place = UInt8(known)
          } else {
            guard colors.count < limit else { return false }
            place = UInt8(colors.count)
            colors.append(color)
          }
        }
        each(pixel, place)
      }
      return true
    }
    return areFew ? colors : nil
  }
}

extension Image {
  /// Whether the image has at most 32 colours, as masks and diagrams have.
  public var hasFewColors: Bool { DrawnImage(self) != nil }
}
