/// A table of rows picked by number: ids to `[ids.count, size]`. The table stays as stored; only picked rows are widened.
public struct Embedding: Sendable {
  private let table: Parameter
  private let count: Int
  private let size: Int
  private let layer: LayerWatch.Layer

  public init(_ loader: WeightLoader, count: Int, size: Int) {
    table = loader.parameter("weight", [count, size])
    self.count = count
    self.size = size
    layer = loader.layer
  }

  /// Throws `ModelError.badInput` for an id outside the table.
  public func callAsFunction(_ ids: [Int]) throws -> Tensor {
    if let wrong = ids.first(where: { !(0..<count).contains($0) }) {
      throw ModelError.badInput(what: "token id \(wrong)", reason: "the embedding table has \(count) rows")
    }
    // Its rows are its weights.
    return layer.shown(Kernels.rows(ids, of: table, size: size), isSound: false)
  }
}
