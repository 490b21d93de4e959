import CNcurses
import Render

/// Columns that three characters take, one of each kind that terminals and locales may not know: 0...8 each.
public struct GlyphWidths: Hashable, Sendable {
  public let sextant, wedge, octant: Int

  public init(sextant: Int, wedge: Int, octant: Int) { (self.sextant, self.wedge, self.octant) = (sextant, wedge, octant) }

  /// What is written to measure them.
  static let samples: (sextant: Unicode.Scalar, wedge: Unicode.Scalar, octant: Unicode.Scalar) = ("\u{1FB17}", "\u{1FB3C}", "\u{1CD00}")

  /// All of one column.
  public static let single = GlyphWidths(sextant: 1, wedge: 1, octant: 1)

  /// What the C library says in the locale that is set: curses shows a question mark for what it takes for another width. 0 for what it does not know.
  static var ofLocale: GlyphWidths {
    func width(_ scalar: Unicode.Scalar) -> Int { max(0, Int(curses_width(scalar.value))) }
    return GlyphWidths(sextant: width(samples.sextant), wedge: width(samples.wedge), octant: width(samples.octant))
  }

  /// Whether every character of a set takes one column, as far as these three tell.
  func fit(_ symbols: SymbolSet) -> Bool {
    switch symbols {
    case .half, .quadrant: true
    case .sextant: sextant == 1
    case .wedge: sextant == 1 && wedge == 1
    case .octant: sextant == 1 && octant == 1
    case .best: sextant == 1 && wedge == 1 && octant == 1
    }
  }
}
