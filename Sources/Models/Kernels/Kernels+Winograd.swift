import MicroKernels

extension Kernels {
  /// Whether a convolution is taken through Winograd's transforms: 3x3, stride 1, and enough tiles and channels to pay for them.
  ///
  /// A dilation of d makes d x d images of every d-th pixel, whose last tiles are the emptier the smaller they are: at most half of the
  /// direct way's products must be left.
  ///
  /// Decided by the shape of one image, so that an image has the same bytes in every batch.
  public static func usesWinograd(_ weight: PackedMatrix, _ window: Window, outHeight: Int, outWidth: Int) -> Bool {
    guard
      window.height == 3 && window.width == 3 && window.stride == 1 && weight.depth % 8 == 0 && weight.depth >= 32 && weight.columns >= 32
    else { return false }
    let tiles = Winograd.tiles(outHeight, spacing: window.dilation) * Winograd.tiles(outWidth, spacing: window.dilation)
    return tiles >= 4 && (window.dilation == 1 || 2 * Winograd.points * tiles <= 9 * outHeight * outWidth)
  }

  /// Added to the distance of the 36 rows of a transform: rows a multiple of 4 KiB apart would share one set of the first-level cache.
  private static let skew = 16
  /// Most tiles of a block, and inputs whose transformed weights (36 rows of 32 columns each) are held at a time: with the products of the
  /// block they stay in a second-level cache of 1 MiB.
  private static let mostTiles = 144, winogradDepth = 64

  /// The convolution that `usesWinograd` allows, to `[images, extent, weight.columns]`. `reader` locates the inputs of each tile.
  ///
  /// Every output is a sum in an order set by the weight's shape alone.
  static func winograd(
    _ reader: WindowReader, images: Int, _ extent: Extent, _ weight: PackedMatrix, to output: UnsafeMutablePointer<Float>,
    _ epilogue: mk_epilogue
  ) {
    let loops = KernelSet.current.loops, threads = Compute.threads
    let count = images * reader.outHeight * reader.outWidth
    // Large images: each thread has blocks of its own. Else threads share the panels of each block: their weights, which are transformed once
    // for every block, are large then.
    let sharesBlocks = count >= 4 * threads * mostTiles
    var blocks = (count + mostTiles - 1) / mostTiles
    if sharesBlocks { blocks = (count * 3 / 2 / mostTiles + threads - 1) / threads * threads }
    let tiles = ((count + blocks - 1) / blocks + 5) / 6 * 6
    // Two panels at once read the inputs half as often, where there are enough of them for all threads.
    let together = sharesBlocks || weight.panels >= 6 * threads ? 2 : 1
    func multiply(_ block: Int) {
      let used = min(tiles, count - block * tiles)
      guard used > 0 else { return }
      let inputs = TransformedTiles(rows: (used + 5) / 6 * 6, depth: weight.depth)
      defer { inputs.free() }
      inputs.fill(block * tiles..<block * tiles + used, reader, loops)
      let grid = TileGrid(
        first: block * tiles, used: used, tall: reader.outHeight, wide: reader.outWidth, spacing: reader.spacing, extent: extent)
      // Inside a thread's own block this is a plain loop.
      Compute.parallel((weight.panels + together - 1) / together) { item in
        let panels = item * together..<min((item + 1) * together, weight.panels)
        multiplyTiles(grid, inputs, weight, panels: panels, to: output, epilogue, loops)
      }
    }
    if sharesBlocks { Compute.parallel(blocks, multiply) } else { for block in 0..<blocks { multiply(block) } }
  }

  /// The transformed inputs of a block of tiles, `[part of the depth][36][row][inputs of the part]`: what one product reads is in one piece.
  private struct TransformedTiles {
    /// A multiple of a register tile's; those that fill up the last one repeat its last tile.
    let rows: Int
    let depth: Int
    private let memory: UnsafeMutablePointer<Float>
    private let size: Int

    init(rows: Int, depth: Int) {
      (self.rows, self.depth) = (rows, depth)
      let parts = (depth + winogradDepth - 1) / winogradDepth
      size = Winograd.points * (rows * depth + parts * skew)
      memory = MemoryPool.shared.borrow(size)
    }

    func free() { MemoryPool.shared.giveBack(memory, size) }

    /// The parts of the depth, in their order.
    var parts: StrideTo<Int> { stride(from: 0, to: depth, by: winogradDepth) }

    /// Inputs of the part that begins at `offset`.
    func length(_ offset: Int) -> Int { min(winogradDepth, depth - offset) }

    /// Floats from one of the 36 to the next in a part.
    func step(_ offset: Int) -> Int { rows * length(offset) + skew }

    /// The first row of the first of the 36 of a part.
    func start(_ offset: Int) -> UnsafeMutablePointer<Float> { memory + Winograd.points * (rows * offset + offset / winogradDepth * skew) }

    /// Transforms a range of tiles.
    func fill(_ range: Range<Int>, _ reader: WindowReader, _ loops: UnsafePointer<mk_set>) {
      let points = Winograd.points
      Compute.parallel(rows / 6) { group in
        let scratchCount = points * 6 * 2
        let scratch = MemoryPool.shared.borrow(scratchCount)
        defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
        let first = range.lowerBound + group * 6
        scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: points * 6) { table in
          reader.locate(first..<min(first + 6, range.upperBound), table)
          for lane in 0..<6 {
            for offset in parts {
              let length = length(offset)
              loops.pointee.winograd_input(table + lane, 6, offset, length, start(offset) + (group * 6 + lane) * length, step(offset))
            }
          }
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

  /// Products of a block of tiles with one or two panels of the weight, transformed back and finished.
  private static func multiplyTiles(
    _ grid: TileGrid, _ inputs: TransformedTiles, _ weight: PackedMatrix, panels: Range<Int>,
    to output: UnsafeMutablePointer<Float>, _ epilogue: mk_epilogue, _ loops: UnsafePointer<mk_set>
  ) {
    let points = Winograd.points, depth = weight.depth, kernel = loops.pointee.floats
    let widths = panels.map { weight.panel($0).width }
    let column = panels.lowerBound * 16, width = widths.reduce(0, +)
    let rows = inputs.rows
    let part = min(winogradDepth, depth)
    let productStep = rows * width + skew
    let tapCount = 9 * part * 16, weightCount = points * (part * width + skew), productCount = points * productStep
    let scratchCount = tapCount + weightCount + productCount + 16 * 32
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let weights = scratch + tapCount
    let products = weights + weightCount
    let sums = products + productCount

    for offset in inputs.parts {
      let length = inputs.length(offset)
      let (start, step) = (UnsafePointer(inputs.start(offset)), inputs.step(offset))
      let weightStep = length * width + skew
      for (index, panel) in panels.enumerated() {
        weight.taps(panel: panel, inputs: offset..<offset + length, to: scratch, loops)
        loops.pointee.winograd_weight(scratch, length * widths[index], weights + index * length * 16, weightStep)
      }
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: 6) { pointers in
        guard let table = pointers.baseAddress else { return }
        for point in 0..<points {
          let columns = UnsafePointer(weights + point * weightStep)
          for row in stride(from: 0, to: rows, by: 6) {
            for lane in 0..<6 { table[lane] = start + point * step + (row + lane) * length }
            let target = products + point * productStep + row * width
            let isFirst = offset == 0
            if width == 32 {
              kernel.tile32(1, length, 0, table, columns, length * 16, target, width, isFirst)
            } else {
              for (index, own) in widths.enumerated() {
                let (columns, target) = (columns + index * length * 16, target + index * 16)
                if own == 16 {
                  kernel.tile16(1, length, 0, table, columns, target, width, isFirst)
                } else {
                  kernel.tile8(1, length, 0, table, columns, target, width, isFirst)
                }
              }
            }
          }
        }
      }
    }

    for tile in 0..<grid.used {
      loops.pointee.winograd_output(products + tile * width, productStep, width, sums, 32)
      let place = grid.first + tile
      let (x, y) = (grid.origin(place % grid.wide), grid.origin(place / grid.wide % grid.tall))
      let image = place / (grid.wide * grid.tall)
      let across = grid.used(from: x, of: grid.extent.width)
      for line in 0..<grid.used(from: y, of: grid.extent.height) {
        let start = (image * grid.extent.height + y + line * grid.spacing) * grid.extent.width + x
        func finish(_ first: Int, _ count: Int) {
          let row = start + first * grid.spacing
          withUnsafePointer(to: epilogue) {
            loops.pointee.finish(
              $0, sums + (line * Winograd.side + first) * 32, 32, row, count, column, min(width, weight.columns - column), weight.columns,
              output)
          }
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
