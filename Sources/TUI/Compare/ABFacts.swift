import Render

/// How two images of one size differ, in figures that belong together.
public struct ABFacts: Hashable, Sendable {
  public struct Row: Hashable, Sendable {
    public let name: String
    public let value: String
  }

  public let title: String
  public let rows: [Row]

  /// Of the same image what the masks share, and of predictions what each alone has right; else how far the colours are apart.
  static func of(_ left: ScreenImage, _ right: ScreenImage) -> [ABFacts] {
    let (a, b) = (left.image, right.image)
    guard a.width == b.width, a.height == b.height, a.channels == b.channels, !a.pixels.isEmpty else { return [] }
    guard a.pixels == b.pixels else { return [colours(a, b)] }
    guard let mask = left.marks.drawn, let other = right.marks.drawn, mask.labels.count == other.labels.count else { return [] }
    let masks = shares("mask, %", zip(mask.labels, other.labels).map { ($0 == 1, $1 == 1) })
    guard case .comparison(_, let truth) = left.marks, truth.labels.count == mask.labels.count else { return [masks] }
    let counted = truth.labels.indices.filter { truth.labels[$0] != 255 }
    let isRight = counted.map { at in
      let real = truth.labels[at] == 1
      return ((mask.labels[at] == 1) == real, (other.labels[at] == 1) == real)
    }
    return [masks, shares("right, %", isRight)]
  }

  /// What part of the pixels both have, and each alone.
  private static func shares(_ title: String, _ pixels: [(a: Bool, b: Bool)]) -> ABFacts {
    func row(_ name: String, _ isCounted: ((a: Bool, b: Bool)) -> Bool) -> Row {
      Row(name: name, value: NumberText.percent(100 * Double(pixels.count(where: isCounted)) / Double(max(1, pixels.count))))
    }
    return ABFacts(title: title, rows: [row("both") { $0.a && $0.b }, row("A alone") { $0.a && !$0.b }, row("B alone") { $0.b && !$0.a }])
  }

  private static func colours(_ a: Image, _ b: Image) -> ABFacts {
    let steps = zip(a.pixels, b.pixels).map { abs(Int($0.0) - Int($0.1)) }
    let channels = max(1, a.channels), pixels = max(1, a.width * a.height)
    let equal = (0..<a.width * a.height).count { at in (0..<channels).allSatisfy { steps[at * channels + $0] == 0 } }
    return ABFacts(
      title: "colours",
      rows: [
        Row(name: "mean", value: NumberText.percent(Double(steps.reduce(0, +)) / Double(steps.count))),
        Row(name: "most", value: "\(steps.max() ?? 0)"),
        Row(name: "equal", value: NumberText.percent(100 * Double(equal) / Double(pixels)) + " %"),
      ])
  }
}
