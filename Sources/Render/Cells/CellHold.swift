/// Which cells of a preview stay as they were in the frame before: otherwise symbols would flicker while an image is denoised, and every cell
/// would be sent at every step. A pure function of the frame before and of the new samples.
struct CellHold {
  /// The cells of the frame before.
  let previous: CellGrid
  /// The groups of cells that may change; nil for all.
  private let open: [Bool]?
  /// Of each cell so far, by how much the best is better than what is there, where that is more than its margin; else 0.
  private var urges: [Float] = []
  /// Neighbours in a line that change together: the way to each costs bytes too.
  private static let group = 4

  private init(_ previous: CellGrid, open: [Bool]?) {
    (self.previous, self.open) = (previous, open)
    urges.reserveCapacity(previous.cells.count)
  }

  /// A frame in which few cells change. Where more than `share` of them have reason to, `make` is called again for those that gain most.
  static func grid(after previous: CellGrid?, changing share: Double, _ make: (inout CellHold?) -> CellGrid) -> CellGrid {
    var hold = previous.map { CellHold($0, open: nil) }
    let grid = make(&hold)
    guard let hold, let open = hold.neediest(share) else { return grid }
    var chosen: CellHold? = CellHold(hold.previous, open: open)
    return make(&chosen)
  }

  /// The groups in which a share of all cells may change; nil where no more of them have reason to.
  private func neediest(_ share: Double) -> [Bool]? {
    let limit = Int(Double(urges.count) * share)
    guard urges.count(where: { $0 > 0 }) > limit else { return nil }
    var groups = [(urge: Float, cells: Int)](repeating: (0, 0), count: groupsInLine * previous.rows)
    for (at, urge) in urges.enumerated() where urge > 0 {
      groups[group(of: at)].urge += urge
      groups[group(of: at)].cells += 1
    }
    var open = [Bool](repeating: false, count: groups.count), count = 0
    for index in groups.indices.sorted(by: { groups[$0].urge > groups[$1].urge }) {
      count += groups[index].cells
      guard count <= limit else { break }
      open[index] = true
    }
    return open
  }

  private var groupsInLine: Int { (previous.columns + Self.group - 1) / Self.group }

  private func group(of cell: Int) -> Int { cell / previous.columns * groupsInLine + cell % previous.columns / Self.group }

  /// Notes the next cell, whose best is better by `excess` mean squared levels, summed over the channels, than what is there; nil where that
  /// cannot be compared. Whether the cell stays.
  mutating func keeps(excess: Float?, margin: Float) -> Bool {
    defer { urges.append(excess.map { $0 > margin ? $0 : 0 } ?? Self.unlike) }
    guard let excess else { return false }
    return excess <= margin || open.map { !$0[group(of: urges.count)] } ?? false
  }

  /// Stands for more than any colours can differ by.
  private static let unlike: Float = 3 * 255 * 255

  /// Squared levels by which the best must be better than the cell of the frame before to take its place, at the least.
  ///
  /// Where there is much to see in a cell, as there is while an image is still noise, or the best is far from it, a share of that is not seen.
  ///
  /// - Parameters:
  ///   - gain: what the best symbol saves in this cell against one mean colour, with any colours at all.
  ///   - error: what it then loses because the terminal has not these colours.
  ///   - share: the share of that which is not seen, the greater the fewer colours there are.
  static func margin(gain: Float, error: Float, share: Float = 0) -> Float { max(48, 0.4 * gain + share * error) }

  /// The colour of the frame before, where it is as good as the new one: half of the margin's levels a channel.
  static func color(_ new: RGB, after old: CellColor, margin: Float) -> RGB {
    guard case .rgb(let before) = old else { return new }
    let levels = (margin / 12).squareRoot()
    func near(_ a: UInt8, _ b: UInt8) -> Bool { Float(abs(Int(a) - Int(b))) <= levels }
    return near(new.red, before.red) && near(new.green, before.green) && near(new.blue, before.blue) ? before : new
  }
}
