/// When a cell of a preview stays as it was in the frame before: otherwise symbols would flicker while an image is denoised, and every cell
/// would be sent at every step. A pure function of the frame before and of the new samples.
enum CellHold {
  /// Mean squared levels, summed over the channels, by which the best must be better than the cell of the frame before to take its place.
  ///
  /// Where there is much to see in a cell, as there is while an image is still noise, or the best is far from it, a share of that is not seen.
  ///
  /// - Parameters:
  ///   - gain: what the best symbol saves in this cell against one mean colour, with any colours at all.
  ///   - error: what it then loses because the terminal has not these colours.
  static func margin(gain: Float, error: Float) -> Float { max(48, 0.4 * (gain + error)) }

  /// The colour of the frame before, where it is as good as the new one: half of the margin's levels a channel.
  static func color(_ new: RGB, after old: CellColor, margin: Float) -> RGB {
    guard case .rgb(let before) = old else { return new }
    let levels = (margin / 12).squareRoot()
    func near(_ a: UInt8, _ b: UInt8) -> Bool { Float(abs(Int(a) - Int(b))) <= levels }
    return near(new.red, before.red) && near(new.green, before.green) && near(new.blue, before.blue) ? before : new
  }
}
