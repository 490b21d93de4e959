/// When a cell of a preview stays as it was in the frame before: otherwise symbols would flicker while an image is denoised, and every cell
/// would be sent at every step. A pure function of the frame before and of the new samples.
enum CellHold {
  /// Mean squared levels by which the best must be better than the cell of the frame before to take its place.
  static let margin: Float = 48
  /// Levels of a channel within which the frame before's colours are as good.
  static let levels = 2

  /// The colour of the frame before, where it is as good as the new one.
  static func color(_ new: RGB, after old: CellColor) -> RGB {
    guard case .rgb(let before) = old else { return new }
    func near(_ a: UInt8, _ b: UInt8) -> Bool { abs(Int(a) - Int(b)) <= levels }
    return near(new.red, before.red) && near(new.green, before.green) && near(new.blue, before.blue) ? before : new
  }
}
