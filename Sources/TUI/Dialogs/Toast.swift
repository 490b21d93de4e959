/// A notice on the screen until its time is over.
public struct Toast: Hashable, Sendable {
  public var notice: Notice
  /// What it is about, which it does not cover; nil where it is about none of the panels.
  public var panel: Panel?
  /// In seconds of `ScreenState.now`.
  public var until: Double
}

/// Where notices stand: beside what they are about.
struct ToastPlaces {
  private let layout: Layout
  private let body: Rect
  private var boxes: [Rect] = []

  init(_ layout: Layout) {
    self.layout = layout
    let top = layout.header.maxY, bottom = layout.resources.isEmpty ? layout.footer.y : layout.resources.y
    // Figures and legend stand in the lower edge of the images, and nowhere else.
    let end = layout.panels[.images].map { $0.maxY - 1 }
    body = Rect(x: 0, y: top, width: layout.screen.width, height: (end.map { min($0, bottom) } ?? bottom) - top)
  }

  /// The part of the screen for a notice about a panel: right of it, left, below or above; everything where that is too narrow or the
  /// panel fills the screen.
  func place(about panel: Panel?) -> Rect {
    guard let covered = panel.flatMap({ layout.panels[$0] })?.clipped(to: body), !covered.isEmpty else { return body }
    let around = [
      Rect(x: covered.maxX, y: body.y, width: body.maxX - covered.maxX, height: body.height),
      Rect(x: body.x, y: body.y, width: covered.x - body.x, height: body.height),
      Rect(x: body.x, y: covered.maxY, width: body.width, height: body.maxY - covered.maxY),
      Rect(x: body.x, y: body.y, width: body.width, height: covered.y - body.y),
    ]
    return around.first { $0.width >= 20 && $0.height >= 4 } ?? body
  }

  /// A box in the lower right of a place, over those that are there; nil where there is no room left.
  mutating func box(in place: Rect, width: Int, height: Int) -> Rect? {
    let width = min(width, place.width)
    var bottom = place.maxY
    while bottom - height >= place.y {
      let box = Rect(x: place.maxX - width, y: bottom - height, width: width, height: height)
      guard let below = boxes.first(where: { !$0.clipped(to: box).isEmpty }) else {
        boxes.append(box)
        return box
      }
      bottom = below.y
    }
    return nil
  }
}
