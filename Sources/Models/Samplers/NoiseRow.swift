/// An image's place in a batch whose noise one generator draws: row `row` of every `torch.randn((rows, c, h, w))`.
///
/// An image painted by itself with it is the one that diffusers, given one generator for all images, paints in that batch.
public struct NoiseRow: Codable, Hashable, Sendable {
  /// 0..<rows.
  public let row: Int
  /// Images of the batch, 1...64.
  public let rows: Int

  public init(row: Int, rows: Int) {
    self.row = row
    self.rows = rows
  }

  var isValid: Bool { (1...64).contains(rows) && (0..<rows).contains(row) }
}
