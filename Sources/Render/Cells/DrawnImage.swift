/// An image of few colours, as masks, error views and diagrams are: labels and a colour of each.
struct DrawnImage {
  /// More colours than this are no drawing.
  private static let limit = 32

  let mask: LabelMask
  let colors: [RGB]

  /// Nil for an image of more colours, or of one channel that is no mask.
  init?(_ image: Image) {
    let count = image.width * image.height
    var colors: [RGB] = []
    var labels = [UInt8](repeating: 0, count: count)
    var (last, label) = (RGB.black, UInt8(0))
    for pixel in 0..<count {
      let at = pixel * image.channels
      let color =
        image.channels == 3
        ? RGB(image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]) : RGB(image.pixels[at], image.pixels[at], image.pixels[at])
      if colors.isEmpty || color != last {
        last = color
        if let known = colors.firstIndex(of: color) {
          label = UInt8(known)
        } else {
          guard colors.count < Self.limit else { return nil }
          label = UInt8(colors.count)
          colors.append(color)
        }
      }
      labels[pixel] = label
    }
    // The darkest first, where a mask has its background.
    func light(_ color: RGB) -> Int { 299 * Int(color.red) + 587 * Int(color.green) + 114 * Int(color.blue) }
    let order = colors.indices.sorted { light(colors[$0]) < light(colors[$1]) }
    var places = [UInt8](repeating: 0, count: colors.count)
    for (place, index) in order.enumerated() { places[index] = UInt8(place) }
    self.colors = order.map { colors[$0] }
    mask = LabelMask(width: image.width, height: image.height, labels: labels.map { places[Int($0)] })
  }
}

extension Image {
  /// Whether the image has at most 32 colours, as masks and diagrams have.
  public var hasFewColors: Bool { DrawnImage(self) != nil }
}
