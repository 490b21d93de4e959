import Core
import MicroKernels

/// What every symbol costs on a cell where few colours can be had.
///
/// The error of one colour over an area is the area times its squared distance to the mean there, and what no colour can mend; so the best
/// entry of a part is the one nearest to its mean. All symbols are looked at, a register of them at a time.
struct SymbolCosts {
  private let count: Int
  /// Shares of ink a, 1 / a and 1 / (1 - a); what would be infinite is 0.
  private let areas: [Float]
  private let over: [Float]
  private let rest: [Float]
  /// `[4][16][symbols]`: red, green, blue and gain of a symbol on each cell of a search.
  private var turned: [Float]
  private var costs: [Float]
  private let isPlain: Bool
  private let loops = KernelSet.current.loops

  /// - Parameter isPlain: a symbol at a time, with equal results: for tests.
  init(_ table: SymbolTable, isPlain: Bool) {
    count = table.symbols.count
    let size = CellSearch.padded(count)
    areas = (0..<size).map { $0 < table.symbols.count ? table.symbols[$0].area : 0 }
    over = areas.map { $0 == 0 ? 0 : 1 / $0 }
    rest = areas.map { 1 / (1 - $0) }
    turned = [Float](repeating: 0, count: 4 * CellSearch.lanes * size)
    costs = [Float](repeating: 0, count: size)
    self.isPlain = isPlain
  }

  /// Takes what a search found on its cells.
  mutating func take(_ search: CellSearch) { search.turn(into: &turned) }

  /// The means of a symbol's ink and paper.
  @inline(__always) func parts(
    _ symbol: Int, _ ink: SIMD4<Float>, _ whole: SIMD4<Float>, _ debt: SIMD4<Float>
  ) -> (ink: SIMD4<Float>, paper: SIMD4<Float>) {
    (ink * over[symbol] + debt, (whole - ink) * rest[symbol] + debt)
  }

  /// The first symbol on a cell of the search whose cost is the least, or at most a squared grey level more: plainer symbols come first.
  mutating func least(
    _ lane: Int, _ whole: SIMD4<Float>, _ debt: SIMD4<Float>, _ palette: InkPalette, _ inks: inout mk_palette
  ) -> (symbol: Int, cost: Float) {
    let most = (isPlain ? look(lane, whole, debt, palette) : look(lane, whole, debt, &inks)) + 1
    return costs.withUnsafeBufferPointer { costs in
      var chosen = 0
      while chosen < count - 1, costs[chosen] > most { chosen += 1 }
      return (chosen, costs[chosen])
    }
  }

  /// Fills the costs and returns the least.
  private mutating func look(_ lane: Int, _ whole: SIMD4<Float>, _ debt: SIMD4<Float>, _ inks: inout mk_palette) -> Float {
    let size = costs.count, loops = loops
    return areas.withUnsafeBufferPointer { areas in
      over.withUnsafeBufferPointer { over in
        rest.withUnsafeBufferPointer { rest in
          turned.withUnsafeBufferPointer { turned in
            costs.withUnsafeMutableBufferPointer { costs in
              guard let area = areas.baseAddress, let first = over.baseAddress, let second = rest.baseAddress,
                let from = turned.baseAddress, let out = costs.baseAddress
              else { return .infinity }
              var parts = mk_parts(areas: area, over: first, rest: second)
              return withUnsafeBytes(of: whole) { whole in
                withUnsafeBytes(of: debt) { debt in
                  guard let mean = whole.bindMemory(to: Float.self).baseAddress, let owed = debt.bindMemory(to: Float.self).baseAddress
                  else { return .infinity }
                  return loops.pointee.cell_costs(&inks, &parts, size, from, lane, mean, owed, out)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The plain twin.
  private mutating func look(_ lane: Int, _ whole: SIMD4<Float>, _ debt: SIMD4<Float>, _ palette: InkPalette) -> Float {
    func value(_ row: Int, _ symbol: Int) -> Float { turned[(row * CellSearch.lanes + lane) * costs.count + symbol] }
    for symbol in 0..<count {
      let (ink, paper) = parts(symbol, SIMD4(value(0, symbol), value(1, symbol), value(2, symbol), 0), whole, debt)
      func miss(_ color: SIMD4<Float>) -> Float { InkPalette.distance(color, palette.colors[Int(palette.nearest(color))]) }
      costs[symbol] = areas[symbol] * miss(ink) + (1 - areas[symbol]) * miss(paper) - value(3, symbol)
    }
    return costs.prefix(count).reduce(costs[0], min)
  }
}
