extension Kernels {
  /// Whether a convolution is taken through Winograd's transforms: 3x3, stride 1, and enough tiles and channels to pay for them.
  ///
  /// A dilation of d makes d x d images of every d-th pixel, whose last tiles are the emptier the smaller they are: at most half of the
  /// direct way's products must be left.
  ///
  /// Decided by the shape of one image, so that an image has the same bytes in every batch.
  public static func usesWinograd(_ weight: PackedMatrix, _ window: Window, outHeight: Int, outWidth: Int) -> Bool {
    guard window.height == 3 && window.width == 3 && window.stride == 1 && weight.depth % 8 == 0 && weight.depth >= 32 && weight.columns >= 32
    else { return false }
    let tiles = Winograd.tiles(outHeight, spacing: window.dilation) * Winograd.tiles(outWidth, spacing: window.dilation)
    return tiles >= 4 && (window.dilation == 1 || 2 * Winograd.points * tiles <= 9 * outHeight * outWidth)
  }

  /// Floats that the transformed inputs of a block of tiles may take: they stay in the last-level cache while every panel of
  /// the weight passes over them.
  private static let inputBudget = 3 << 20
  /// Added to the distance of the 36 rows of a transform: rows a multiple of 4 KiB apart would share one set of the first-level cache.
  private static let skew = 16
  /// Inputs whose transformed weights (36 rows of 16 columns each) stay in the second-level cache.
  private static let winogradDepth = 128

  /// The convolution that `usesWinograd` allows, to `[images, extent, weight.columns]`. `reader` locates the inputs of each tile.
  ///
  /// Every output is a sum in an order set by the weight's shape alone.
  static func winograd(
    _ reader: WindowReader, images: Int, _ extent: Extent, _ weight: PackedMatrix, to output: UnsafeMutablePointer<Float>,
    _ epilogue: Epilogue
  ) {
    let depth = weight.depth, points = Winograd.points
    let count = images * reader.outHeight * reader.outWidth
    // A multiple of a register tile's rows, so that only the last block is ragged.
    let blockTiles = min(max(inputBudget / (points * depth), 48), 192, (count + 5) / 6 * 6) / 6 * 6
    let step = blockTiles * depth + skew
    let inputCount = points * step
    let inputs = MemoryPool.shared.borrow(inputCount)
    defer { MemoryPool.shared.giveBack(inputs, inputCount) }
    for first in stride(from: 0, to: count, by: blockTiles) {
      let used = min(blockTiles, count - first)
      transformTiles(first..<first + used, reader, depth: depth, step: step, to: inputs)
      let grid = TileGrid(
        first: first, used: used, tall: reader.outHeight, wide: reader.outWidth, spacing: reader.spacing, extent: extent)
      Compute.parallel(weight.panels) { panel in
        multiplyTiles(grid, UnsafePointer(inputs), step: step, weight, panel: panel, to: output, epilogue)
      }
    }
  }

  /// Transformed inputs of a range of tiles, `[36][tile][depth]`, the 36 `step` elements apart; rows that fill up the last register tile repeat its last.
  private static func transformTiles(
    _ range: Range<Int>, _ reader: WindowReader, depth: Int, step: Int, to inputs: UnsafeMutablePointer<Float>
  ) {
    let points = Winograd.points
    let rows = (range.count + 5) / 6
    Compute.parallel(rows) { row in
      let scratchCount = points * 6 * 2 + points * 8
      let scratch = MemoryPool.shared.borrow(scratchCount)
      defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
      let first = range.lowerBound + row * 6
      scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: points * 6) { table in
        reader.locate(first..<min(first + 6, range.upperBound), table)
        for lane in 0..<6 {
          Winograd.transformInput(
            table + lane, pointerStride: 6, channels: depth, scratch: scratch + points * 12,
            to: inputs + (row * 6 + lane) * depth, step: step)
        }
      }
    }
  }

  /// Where the tiles of a block are in the output.
  private struct TileGrid {
    let first, used, tall, wide: Int
    /// Pixels from one output of a tile to the next.
    let spacing: Int
    let extent: Extent

    /// Where the first output of a tile is along an edge.
    func origin(_ tile: Int) -> Int { tile / spacing * spacing * Winograd.side + tile % spacing }
    /// How many of a tile's outputs along an edge are inside.
    func used(from origin: Int, of extent: Int) -> Int { min(Winograd.side, max(0, (extent - origin + spacing - 1) / spacing)) }
  }

  /// Products of a block of tiles with one panel of the weight, transformed back and finished.
  private static func multiplyTiles(
    _ grid: TileGrid, _ inputs: UnsafePointer<Float>, step: Int, _ weight: PackedMatrix, panel index: Int,
    to output: UnsafeMutablePointer<Float>, _ epilogue: Epilogue
  ) {
    let points = Winograd.points, depth = weight.depth
    let (column, width) = weight.panel(index)
    let rows = (grid.used + 5) / 6 * 6
    let part = min(winogradDepth, depth)
    let productStep = rows * width + skew
    let tapCount = 9 * part * width, weightCount = points * (part * width + skew), productCount = points * productStep
    let scratchCount = tapCount + weightCount + productCount + points * 8 + 16 * width
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let weights = scratch + tapCount
    let products = weights + weightCount
    let vectors = products + productCount
    let sums = vectors + points * 8

    for offset in stride(from: 0, to: depth, by: part) {
      let length = min(part, depth - offset)
      let weightStep = length * width + skew
      for tap in 0..<9 {
        let target = scratch + tap * length * width
        let taps = weight.widened(panel: index, rows: tap * depth + offset..<tap * depth + offset + length, scratch: target)
        if taps != UnsafePointer(target) { target.update(from: taps, count: length * width) }
      }
      Winograd.transformWeight(scratch, count: length * width / 8, scratch: vectors, to: weights, step: weightStep)
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: 6) { pointers in
        guard let table = pointers.baseAddress else { return }
        for point in 0..<points {
          let columns = UnsafePointer(weights + point * weightStep)
          for row in stride(from: 0, to: rows, by: 6) {
            for lane in 0..<6 { table[lane] = inputs + point * step + (row + lane) * depth }
            let target = products + point * productStep + row * width
            if width == 16 {
              TileKernel.sixteen(
                taps: 1, depth: length, offset: offset, rows: table, columns: columns, sums: target, stride: 16, isFirst: offset == 0)
            } else {
              TileKernel.eight(
                taps: 1, depth: length, offset: offset, rows: table, columns: columns, sums: target, stride: 8, isFirst: offset == 0)
            }
          }
        }
      }
    }

    for tile in 0..<grid.used {
      for half in stride(from: 0, to: width, by: 8) {
        Winograd.transformOutput(
          products + tile * width + half, step: productStep, scratch: vectors, to: sums + half, outputStride: 16)
      }
      let place = grid.first + tile
      let (x, y) = (grid.origin(place % grid.wide), grid.origin(place / grid.wide % grid.tall))
      let image = place / (grid.wide * grid.tall)
      let across = grid.used(from: x, of: grid.extent.width)
      for line in 0..<grid.used(from: y, of: grid.extent.height) {
        let start = (image * grid.extent.height + y + line * grid.spacing) * grid.extent.width + x
        func finish(_ first: Int, _ count: Int) {
          let row = start + first * grid.spacing
          Self.finish(
            epilogue, sums: sums + (line * Winograd.side + first) * 16, rows: row..<row + count, column: column, columns: weight.columns,
            output: output)
        }
        if grid.spacing == 1 { finish(0, across) } else { for pixel in 0..<across { finish(pixel, 1) } }
      }
    }
  }
}

extension WindowReader {
  /// A reader of the 6x6 inputs of every 4x4 tile of a 3x3 convolution's output, `window.dilation` pixels from one to the next.
  func tiles(of extent: Extent) -> WindowReader {
    var reader = self
    reader.spacing = window.dilation
    reader.outHeight = Winograd.tiles(extent.height, spacing: window.dilation)
    reader.outWidth = Winograd.tiles(extent.width, spacing: window.dilation)
    reader.window = Window(
      height: Winograd.reach, width: Winograd.reach, stride: Winograd.side * window.dilation, padding: window.padding,
      dilation: window.dilation)
    return reader
  }
}
