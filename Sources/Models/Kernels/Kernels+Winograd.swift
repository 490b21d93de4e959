import Core
import MicroKernels

extension Kernels {
  /// Whether a convolution is taken through Winograd's transforms: 3x3, stride 1, and enough tiles and channels to pay for them. Matrix
  /// registers make all products sooner than transforms save three quarters of them.
  ///
  /// A dilation of d makes d x d images of every d-th pixel, whose last tiles are the emptier the smaller they are: at most half of the
  /// direct way's products must be left.
  ///
  /// Decided by the shape of one image, so that an image has the same bytes in every batch.
  public static func usesWinograd(_ weight: PackedMatrix, _ window: Window, outHeight: Int, outWidth: Int) -> Bool {
    guard window.height == 3, window.width == 3, window.stride == 1, !usesMatrix(weight) else { return false }
    guard weight.depth % 8 == 0, weight.depth >= 32, weight.columns >= 32 else { return false }
    let tiles = Winograd.tiles(outHeight, spacing: window.dilation) * Winograd.tiles(outWidth, spacing: window.dilation)
    // Of fewer tiles, transforming the weights takes longer than twice as many products a second leave to be saved.
    guard tiles >= (weight.precision == .float32 ? 4 : 9) else { return false }
    return window.dilation == 1 || 2 * Winograd.points * tiles <= 9 * outHeight * outWidth
  }

  /// Floats that the transformed inputs of a block of tiles may take: they stay in the last-level cache while every panel of
  /// the weight passes over them.
  private static let inputBudget = 12 << 20
  /// Added to the distance of the 36 rows of a transform: rows a multiple of 4 KiB apart would share one set of the first-level cache.
  private static let skew = 16
  /// Inputs whose transformed weights (36 rows of 32 columns each) are held at a time.
  private static let winogradDepth = 64
  /// Blocks of tiles from which on the transformed weights are made once for all, and the floats that they may take of the last-level
  /// cache.
  private static let leastKeptBlocks = 4, mostKeptWeights = 3 << 20
  /// Tiles of a block: the products of the block and the weights take two thirds of the second-level cache, of 1 MiB or more.
  private static let mostTiles = max(96, min(240, (MachineMemory.secondCache * 2 / 3 / 4 / 32 / Winograd.points - winogradDepth) / 6 * 6))

  /// The convolution that `usesWinograd` allows, to `[images, extent, weight.columns]`. `reader` locates the inputs of each tile.
  ///
  /// Every output is a sum in an order set by the weight's shape alone.
  static func winograd(
    _ reader: WindowReader, images: Int, _ extent: Extent, _ weight: PackedMatrix, to output: UnsafeMutablePointer<Float>,
    _ epilogue: mk_epilogue
  ) {
    let depth = weight.depth, points = Winograd.points, loops = KernelSet.current.loops
    // Two panels at once read the inputs half as often, where there are enough of them for all threads.
    let together = weight.panels >= 4 * Compute.threads ? 2 : 1
    let count = images * reader.outHeight * reader.outWidth
    // Blocks of equal size, of a multiple of a register tile's rows.
    let most = min(max(inputBudget / (points * depth), 48), mostTiles)
    let blocks = (count + most - 1) / most
    let blockTiles = ((count + blocks - 1) / blocks + 5) / 6 * 6
    let layout = TileInputs(depth: depth, rows: blockTiles)
    let inputCount = layout.count
    let inputs = MemoryPool.shared.borrow(inputCount)
    defer { MemoryPool.shared.giveBack(inputs, inputCount) }
    let steps = (weight.panels + together - 1) / together
    func panels(_ step: Int) -> Range<Int> { step * together..<min((step + 1) * together, weight.panels) }
    let kept = PanelWeights(weight, together: together, layout)
    let isKept = blocks >= leastKeptBlocks && steps * kept.count <= mostKeptWeights
    let keptCount = isKept ? steps * kept.count : 0
    let keptWeights = MemoryPool.shared.borrow(keptCount)
    defer { MemoryPool.shared.giveBack(keptWeights, keptCount) }
    if isKept {
      Compute.parallel(steps) { step in
        for own in layout.parts { kept.transform(own, panels(step), to: keptWeights + step * kept.count + kept.start(own), loops) }
      }
    }
    for first in stride(from: 0, to: count, by: blockTiles) {
      let used = min(blockTiles, count - first)
      transformTiles(first..<first + used, reader, layout, to: inputs)
      let grid = TileGrid(
        first: first, used: used, tall: reader.outHeight, wide: reader.outWidth, spacing: reader.spacing, extent: extent)
      Compute.parallel(steps) { step in
        multiplyTiles(
          grid, UnsafePointer(inputs), layout, kept, isKept ? UnsafePointer(keptWeights + step * kept.count) : nil, panels: panels(step),
          to: output, epilogue, loops)
      }
    }
  }

  /// Where the transformed inputs of a block of tiles are: `[part][36][tile][inputs of the part]`. A panel passes over one part after the
  /// other, each front to back, as memory is read fastest.
  private struct TileInputs {
    let depth, rows: Int

    var parts: [Range<Int>] { stride(from: 0, to: depth, by: winogradDepth).map { $0..<min($0 + winogradDepth, depth) } }
    /// From one of the 36 to the next.
    func step(_ part: Range<Int>) -> Int { rows * part.count + skew }
    func start(_ part: Range<Int>) -> Int { part.lowerBound / winogradDepth * Winograd.points * (rows * winogradDepth + skew) }
    var count: Int { parts.last.map { start($0) + Winograd.points * step($0) } ?? 0 }
  }

  /// Transforms the inputs of a range of tiles; rows that fill up the last register tile repeat its last.
  private static func transformTiles(
    _ range: Range<Int>, _ reader: WindowReader, _ layout: TileInputs, to inputs: UnsafeMutablePointer<Float>
  ) {
    let points = Winograd.points
    let rows = (range.count + 5) / 6, loops = KernelSet.current.loops
    Compute.parallel(rows) { row in
      let scratchCount = points * 6 * 2
      let scratch = MemoryPool.shared.borrow(scratchCount)
      defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
      let first = range.lowerBound + row * 6
      scratch.withMemoryRebound(to: UnsafePointer<Float>.self, capacity: points * 6) { table in
        reader.locate(first..<min(first + 6, range.upperBound), table)
        for part in layout.parts {
          let target = inputs + layout.start(part) + row * 6 * part.count
          for lane in 0..<6 {
            loops.pointee.winograd_input(table + lane, 6, part.count, target + lane * part.count, layout.step(part))
          }
          for pixel in 0..<points * 6 { table[pixel] += part.count }
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

  /// The transformed weights of the panels of a step: `[part][36][panel][inputs of the part][width]`.
  private struct PanelWeights {
    let weight: PackedMatrix
    /// Most panels of a step.
    let together: Int
    private let parts: Int

    init(_ weight: PackedMatrix, together: Int, _ layout: TileInputs) {
      (self.weight, self.together, parts) = (weight, together, layout.parts.count)
    }

    /// From one of the 36 to the next.
    func step(_ part: Range<Int>, width: Int) -> Int { part.count * width + skew }
    func start(_ part: Range<Int>) -> Int { part.lowerBound / winogradDepth * partCount }
    /// Floats of a part and of all.
    var partCount: Int { Winograd.points * (min(winogradDepth, weight.depth) * 16 * together + skew) }
    var count: Int { parts * partCount }

    /// Transforms a part of the inputs.
    func transform(_ part: Range<Int>, _ panels: Range<Int>, to target: UnsafeMutablePointer<Float>, _ loops: UnsafePointer<mk_set>) {
      let tapCount = 9 * part.count * 16, width = panels.reduce(0) { $0 + weight.panel($1).width }
      let taps = MemoryPool.shared.borrow(tapCount)
      defer { MemoryPool.shared.giveBack(taps, tapCount) }
      for (index, panel) in panels.enumerated() {
        weight.transformTaps(
          panel: panel, inputs: part, to: target + index * part.count * 16, step: step(part, width: width), scratch: taps, loops)
      }
    }
  }

  /// Products of a block of tiles with one or two panels of the weight, transformed back and finished. `kept` are the panels' transformed
  /// weights, where they are made already.
  private static func multiplyTiles(
    _ grid: TileGrid, _ inputs: UnsafePointer<Float>, _ layout: TileInputs, _ panelWeights: PanelWeights, _ kept: UnsafePointer<Float>?,
    panels: Range<Int>, to output: UnsafeMutablePointer<Float>, _ epilogue: mk_epilogue, _ loops: UnsafePointer<mk_set>
  ) {
    let weight = panelWeights.weight
    let points = Winograd.points, depth = weight.depth, kernel = loops.pointee.floats
    let widths = panels.map { weight.panel($0).width }
    let column = panels.lowerBound * 16, width = widths.reduce(0, +)
    let rows = (grid.used + 5) / 6 * 6
    let part = min(winogradDepth, depth)
    let productStep = rows * width + skew
    let weightCount = kept == nil ? panelWeights.partCount : 0, productCount = points * productStep
    let scratchCount = weightCount + productCount + 16 * 32
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let products = scratch + weightCount
    let sums = products + productCount

    for own in layout.parts {
      let length = own.count, isFirst = own.lowerBound == 0
      let (start, step) = (inputs + layout.start(own), layout.step(own))
      let weightStep = panelWeights.step(own, width: width)
      if kept == nil { panelWeights.transform(own, panels, to: scratch, loops) }
      let weights = kept.map { $0 + panelWeights.start(own) } ?? UnsafePointer(scratch)
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: 6) { pointers in
        guard let table = pointers.baseAddress else { return }
        for point in 0..<points {
          let columns = weights + point * weightStep
          if kept == nil && own.upperBound < depth && point < 9 {
            for panel in panels { weight.fetch(tap: point, inputs: own.upperBound..<min(own.upperBound + part, depth), panel: panel) }
          }
          for row in stride(from: 0, to: rows, by: 6) {
            for lane in 0..<6 { table[lane] = start + point * step + (row + lane) * length }
            // Inputs come from the last-level cache: those of the tile after the next.
            mk_fetch(table[0] + 12 * length, 24 * length)
            let target = products + point * productStep + row * width
            if width == 32 {
              kernel.tile32(1, length, 0, table, columns, length * 16, target, width, isFirst)
            } else {
              for (index, wide) in widths.enumerated() {
                let (columns, target) = (columns + index * length * 16, target + index * 16)
                if wide == 16 {
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
