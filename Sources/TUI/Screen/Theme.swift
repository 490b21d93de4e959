import Render

/// What the terminal can do.
package struct Capabilities: Hashable, Sendable {
  package var depth: ColorDepth
  /// Whether characters outside ASCII arrive.
  package var unicode: Bool

  package init(depth: ColorDepth, unicode: Bool) {
    self.depth = depth
    self.unicode = unicode
  }
}

/// Styles by meaning. Text keeps to the user's 16 colours, so it fits light and dark themes alike; every difference in
/// colour is also one in weight, sign or glyph.
package struct Theme: Sendable {
  package let depth: ColorDepth
  package let name: ThemeName

  package init(_ depth: ColorDepth, _ name: ThemeName = .standard) {
    self.depth = name == .plain ? .mono : depth
    self.name = name
  }

  private func ink(_ ink: CellColor, _ attributes: Style.Attributes = []) -> Style {
    depth == .mono ? Style(.standard, attributes) : Style(ink, attributes)
  }

  package var text: Style { .plain }
  package var strong: Style { Style(.standard, .bold) }
  /// Less important than text, yet readable on any background.
  package var faint: Style { depth >= .indexed256 ? Style(.indexed(245)) : Style(.standard, depth == .mono ? [] : .dim) }
  package var border: Style { depth >= .indexed256 ? Style(.indexed(240)) : Style(.standard, depth == .mono ? [] : .dim) }
  package var focusedBorder: Style { ink(.indexed(6), .bold) }
  package var title: Style { Style(.standard, .bold) }
  package var focusedTitle: Style { ink(.indexed(6), .bold) }
  package var accent: Style { ink(.indexed(6)) }
  package var key: Style { ink(.indexed(3), .bold) }
  package var good: Style { ink(.indexed(name == .colourBlind ? 4 : 2), name == .colourBlind ? .bold : []) }
  package var bad: Style { ink(.indexed(name == .colourBlind ? 3 : 1), .bold) }
  package var warning: Style { ink(.indexed(3)) }
  package var bar: Style { ink(.indexed(4)) }
  /// The nearest to `Render.ErrorColors`.
  package var errors: (hit: Style, falseAlarm: Style, miss: Style) {
    depth >= .indexed256
      ? (Style(.indexed(36)), Style(.indexed(166)), Style(.indexed(74))) : (ink(.indexed(2)), ink(.indexed(3)), ink(.indexed(6)))
  }
  /// The nearest to the colour that masks are drawn in.
  package var mark: Style { depth >= .indexed256 ? Style(.indexed(206)) : ink(.indexed(5), .bold) }
  /// A figure in percent after a change, by what one decimal shows of it.
  package func change(from before: Double, to after: Double) -> Style {
    abs(after - before) < 0.05 ? text : after > before ? good : bad
  }
  package var brand: Style { ink(.indexed(6), [.bold, .reverse]) }
  /// The row under the cursor of the focused panel.
  package var cursor: Style { Style(.standard, .reverse) }
  /// Stands out from any image.
  package var crosshair: Style { Style(.standard, [.bold, .reverse]) }
  /// A marked row.
  package var marked: Style { ink(.indexed(5), .bold) }
  /// The row under the cursor of a panel without focus.
  package var remembered: Style { Style(.standard, .bold) }
}
