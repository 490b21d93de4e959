/// Shapes as the text of an SVG image.
enum SVG {
  /// A document of its own, which may also be within HTML; `width` and `height` in pixels.
  static func document(_ shapes: [PlotScene.Shape], width: Int, height: Int) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" font-family="sans-serif">
    <rect width="100%" height="100%" fill="white"/>
    \(shapes.map(element).joined(separator: "\n"))
    </svg>

    """
  }

  private static func element(_ shape: PlotScene.Shape) -> String {
    switch shape {
    case .line(let points, let width, let color, let isDashed):
      let path = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
      let dash = isDashed ? " stroke-dasharray=\"6 4\"" : ""
      return "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(hex(color))\" stroke-width=\"\(number(width))\"\(dash)/>"
    case .disc(let center, let radius, let color):
      return "<circle cx=\"\(number(center.x))\" cy=\"\(number(center.y))\" r=\"\(number(radius))\" fill=\"\(hex(color))\"/>"
    case .text(let text, let at, let size, let anchor, let color, let isVertical):
      let place = isVertical
        ? "transform=\"translate(\(number(at.x)) \(number(at.y))) rotate(-90)\"" : "x=\"\(number(at.x))\" y=\"\(number(at.y))\""
      let side = anchor == .start ? "start" : anchor == .middle ? "middle" : "end"
      // A font's capitals are about 0.72 of its size.
      return "<text \(place) font-size=\"\(number(size / 0.72))\" text-anchor=\"\(side)\" fill=\"\(hex(color))\">\(escaped(text))</text>"
    }
  }

  /// At most two decimals, a point between them in every locale.
  static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let text = "\(abs(hundredths) / 100)" + (hundredths % 100 == 0 ? "" : "." + String(String(abs(hundredths) % 100 + 100).dropFirst()))
    return hundredths < 0 ? "-" + text : text
  }

  private static func hex(_ color: RGB) -> String {
    "#" + [color.red, color.green, color.blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Names come from other people's files: nothing in them is markup, control characters are no XML at all, and none turns the text around.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory) ? "·" : String(scalar)
      }
    }.joined()
  }
}
