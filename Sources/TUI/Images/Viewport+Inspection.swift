import Render

extension Viewport {
  /// The values under the crosshair: place, RGB, and what the marks say there.
  public func inspection(of shown: ScreenImage) -> String {
    let image = shown.image, (x, y) = pixel(width: image.width, height: image.height)
    let values = (0..<image.channels).map { "\(image[x, y, $0])" }.joined(separator: " ")
    var text = "x \(x) y \(y) of \(image.width)x\(image.height)  \(image.channels == 3 ? "RGB" : "grey") \(values)"
    func label(_ mask: LabelMask) -> UInt8 { mask[x * mask.width / image.width, y * mask.height / image.height] }
    switch shown.marks {
    case .none: break
    case .object(let mask), .outline(let mask): text += "  mask \(label(mask))"
    case .comparison(let prediction, let truth):
      let (p, t) = (label(prediction), label(truth))
      let word = t == 255 ? "ignored" : p == 1 ? (t == 1 ? "hit" : "false alarm") : t == 1 ? "missed" : "background"
      text += "  \(word)"
    }
    return text
  }
}
