import Core
import MicroKernels

extension Kernels {
  /// Queries handled together on matrix registers: four tiles.
  private static let matrixQueryBlock = 4 * matrixRows

  /// Scaled dot-product attention, softmax(q kᵀ / √d) v, heads side by side in the channels (Vaswani et al. 2017).
  ///
  /// Scores of a block of queries against a block of keys stay in cache (Dao et al. 2022, without the backward pass).
  ///
  /// - Parameters:
  ///   - q: `[n, tq, heads * d]`; `k`: `[n, tk, heads * d]`; `v`: `[n, tk, heads * d]`.
  ///   - isCausal: query i sees keys 0...i only.
  /// - Returns: `[n, tq, heads * d]`.
  public static func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, isCausal: Bool = false, precision: Precision = .float32
  ) -> Tensor {
    attention(q, PackedKeys(k, v, heads: heads, precision: precision), isCausal: isCausal, for: .float32).tensor
  }

  /// The same with keys and values packed before, for a product in a precision.
  public static func attention(_ q: Tensor, _ packed: PackedKeys, isCausal: Bool = false, for precision: Precision) -> Operand {
    let (images, queries, channels) = (q.shape[0], q.shape[1], q.shape[2])
    let (heads, keys, size) = (packed.heads, packed.count, packed.size)
    precondition(images == packed.images && channels == heads * size, "\(q.shape) does not fit \(heads) heads of \(size)")
    let loops = KernelSet.current.loops
    let span = Profile.begin()
    defer { span?.end(.attention, "\(q.shape), \(heads) heads, \(keys) keys", products: 2 * images * queries * keys * channels) }
    let queryBlock =
      packed.isMatrix ? matrixQueryBlock : LaneHead.queryBlock(queries: queries, size: size, heads: images * heads, loops)
    let blocks = (queries + queryBlock - 1) / queryBlock
    // A head of an odd size would begin inside a pair.
    return Operand(q.shape, for: size % 2 == 0 ? precision : .float32) { target, isRounded in
      q.withUnsafe { q in
        packed.keys.withUnsafe { packedKeys in
          packed.values.withUnsafe { packedValues in
            Compute.parallel(images * heads * blocks) { item in
              let number = item / blocks, first = item % blocks * queryBlock
              let (image, channel) = (number / heads, number % heads * size)
              let start = (image * queries + first) * channels + channel
              let count = min(queryBlock, queries - first), hidden = isCausal ? first : nil
              let target = target + (isRounded ? start / 2 : start)
              if packed.isMatrix {
                MatrixHead(
                  packed: packed, keys: packedKeys + number * packed.keys.channels, values: packedValues + number * packed.values.channels,
                  stride: channels, isRounded: isRounded, loops: loops
                ).attend(q + start, count: count, first: hidden, to: target)
              } else {
                LaneHead(
                  packed, head: number, keys: packedKeys, values: packedValues, stride: channels, isRounded: isRounded, loops: loops
                ).attend(q + start, count: count, first: hidden, to: target)
              }
            }
          }
        }
      }
    }
  }
}

/// One head of one image: its keys and values, and how its queries are looked up, one in each lane.
private struct LaneHead {
  /// Keys whose scores are held at a time, in the first-level cache beside the keys and values themselves; a multiple of the rows of every
  /// tile. Running maxima and sums are corrected from block to block.
  private static let keyBlock = 96
  /// Floats of the turned queries of a block; keys and values are read from the second-level cache once for all of them.
  private static let queryFloats = 20480
  /// The score of a key that a query does not see. Finite, as the whole number below an infinite one would leave no rest.
  private static let hiddenScore: Float = -1e30

  let keys: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  let count: Int
  let size: Int
  /// Elements of a key, from one key to the next, from one row of values to the next, and keys that share such a row.
  let units, keyStride, valueStride, together: Int
  /// Numbers from one query to the next.
  let stride: Int
  /// Whether what is found is written as pairs.
  let isRounded: Bool
  let loops: UnsafePointer<mk_set>
  let attention: mk_attention

  /// `head` counts those of all images; `keys` and `values` are the packed ones of all of them, `stride` the channels of the queries.
  init(
    _ packed: PackedKeys, head: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>, stride: Int, isRounded: Bool,
    loops: UnsafePointer<mk_set>
  ) {
    (count, size, units) = (packed.count, packed.size, packed.keyUnits)
    (self.stride, self.isRounded, self.loops) = (stride, isRounded, loops)
    if packed.precision == .float32 {
      let place = head / packed.heads * count * stride + head % packed.heads * size
      (self.keys, self.values) = (keys + place, values + place)
      (keyStride, valueStride, together, attention) = (stride, stride, 1, loops.pointee.attention)
    } else {
      (self.keys, self.values) = (keys + head * packed.keys.channels, values + head * packed.values.channels)
      (keyStride, valueStride, together, attention) = (units, size, 2, loops.pointee.pair_attention)
    }
  }

  /// Queries of a block, a multiple of the lanes, so that there are blocks for all threads.
  static func queryBlock(queries: Int, size: Int, heads: Int, _ loops: UnsafePointer<mk_set>) -> Int {
    let lanes = 2 * loops.pointee.lanes, groups = (queries + lanes - 1) / lanes
    let wanted = (4 * Compute.threads + heads - 1) / heads
    let most = max(1, min(groups / wanted, queryFloats / (size * lanes)))
    let blocks = (groups + most - 1) / most
    return max(1, (groups + blocks - 1) / max(1, blocks)) * lanes
  }

  /// Looks up a block of queries. `first` is its place in the sequence when keys after a query are hidden from it.
  func attend(_ q: UnsafePointer<Float>, count queries: Int, first: Int?, to target: UnsafeMutablePointer<Float>) {
    let lanes = 2 * loops.pointee.lanes
    let groups = (queries + lanes - 1) / lanes, part = size * lanes, queryPart = units * lanes
    let scratchCount = groups * (queryPart + part + 3 * lanes) + Self.keyBlock * lanes
    let scratch = MemoryPool.shared.borrow(scratchCount)
    defer { MemoryPool.shared.giveBack(scratch, scratchCount) }
    let sums = scratch + groups * queryPart
    let states = sums + groups * part
    let scores = states + groups * 3 * lanes
    // Powers of 2 in place of e.
    let scale = 1.442695 / Float(size).squareRoot()
    for group in 0..<groups {
      attention.enter(q + group * lanes * stride, stride, min(lanes, queries - group * lanes), size, scratch + group * queryPart)
    }
    for start in Swift.stride(from: 0, to: count, by: Self.keyBlock) {
      let block = min(Self.keyBlock, count - start), isFirst = start == 0
      for group in 0..<groups {
        let query = first.map { $0 + group * lanes }
        // Keys that the last of the queries sees.
        let visible = query.map { min(block, $0 + lanes - start) } ?? block
        guard visible > 0 else { continue }
        let state = states + group * 3 * lanes
        attention.score(keys + start * keyStride, keyStride, visible, units, scratch + group * queryPart, scores)
        if let query {
          for key in 0..<visible {
            for lane in 0..<max(0, min(lanes, start + key - query)) { scores[key * lanes + lane] = Self.hiddenScore }
          }
        }
        attention.weigh(scores, visible, scale, isFirst, state)
        attention.mix(
          values + start / together * valueStride, valueStride, (visible + together - 1) / together, size, scores, state, isFirst,
          sums + group * part)
      }
    }
    for group in 0..<groups { leave(sums + group * part, states + group * 3 * lanes, group, queries, lanes, to: target) }
  }

  /// Writes the queries of a group of lanes.
  private func leave(
    _ sums: UnsafePointer<Float>, _ state: UnsafePointer<Float>, _ group: Int, _ queries: Int, _ lanes: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    let first = group * lanes, used = min(lanes, queries - first)
    guard isRounded else { return attention.leave(sums, state, used, size, target + first * stride, stride) }
    let rows = MemoryPool.shared.borrow(lanes * size)
    defer { MemoryPool.shared.giveBack(rows, lanes * size) }
    attention.leave(sums, state, used, size, rows, size)
    for row in 0..<used { loops.pointee.round_pairs(rows + row * size, size, target + (first + row) * stride / 2) }
  }
}
