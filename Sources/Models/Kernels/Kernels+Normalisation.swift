extension Kernels {
  /// Group normalisation over the pixels of an image and the channels of a group, then the activation (Wu and He 2018).
  ///
  /// - Parameters:
  ///   - x: `[n, ..., c]`; `groups` divides c.
  ///   - weight: `[c]`; `bias`: `[c]`.
  public static func groupNorm(
    _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, eps: Float, activation: Activation = .none
  ) -> Tensor {
    let (images, channels) = (x.shape[0], x.channels)
    precondition(x.shape.count > 1 && channels % groups == 0 && weight.count == channels && bias.count == channels, "\(x.shape)")
    guard x.count > 0 else { return x }
    let pixels = x.count / images / channels
    // Cut by shape alone: the sums must not depend on the number of threads.
    let chunkPixels = max(1, elementGrain / channels)
    let chunks = (pixels + chunkPixels - 1) / chunkPixels

    let span = Profile.begin()
    defer { span?.end(.normalisation, "groups of \(x.shape)") }
    var output = Tensor(uninitialized: x.shape)
    var sums = Tensor(uninitialized: [images, chunks, 2, channels])
    var factors = Tensor(uninitialized: [images, 2, channels])
    x.withUnsafe { source in
      sums.withUnsafeMutable { sums in
        Compute.parallel(images * chunks) { item in
          let (image, chunk) = (item / chunks, item % chunks)
          let first = chunk * chunkPixels
          let base = source + image * pixels * channels
          momentSums(
            base + first * channels, pixels: min(chunkPixels, pixels - first), channels: channels, shift: base,
            to: sums + item * 2 * channels)
        }
        factors.withUnsafeMutable { factors in
          weight.withUnsafe { weight in
            bias.withUnsafe { bias in
              for image in 0..<images {
                foldMoments(
                  sums + image * chunks * 2 * channels, chunks: chunks, pixels: pixels, channels: channels, groups: groups,
                  shift: source + image * pixels * channels, weight: weight, bias: bias, eps: eps,
                  to: factors + image * 2 * channels)
              }
            }
          }
        }
      }
      factors.withUnsafe { factors in
        output.withUnsafeMutable { target in
          Compute.parallel(images * chunks) { item in
            let (image, chunk) = (item / chunks, item % chunks)
            let first = image * pixels + chunk * chunkPixels
            scaleRows(
              source + first * channels, rows: min(chunkPixels, pixels - chunk * chunkPixels), channels: channels,
              factors: factors + image * 2 * channels, offsets: factors + (image * 2 + 1) * channels, activation,
              to: target + first * channels)
          }
        }
      }
    }
    return output
  }

  /// For each channel `Σ (x - shift)` and `Σ (x - shift)²`. A value of the channel itself as the shift keeps the second
  /// from drowning in the square of the mean.
  private static func momentSums(
    _ source: UnsafePointer<Float>, pixels: Int, channels: Int, shift: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>
  ) {
    let whole = channels & ~7, rest = channels & 7
    for start in stride(from: 0, to: whole, by: 8) {
      let origin = load8(shift + start)
      var (sum, squares) = (F8.zero, F8.zero)
      var from = source + start
      for _ in 0..<pixels {
        let difference = load8(from) - origin
        sum += difference
        squares = squares.addingProduct(difference, difference)
        from += channels
      }
      store8(sums + start, sum)
      store8(sums + channels + start, squares)
    }
    guard rest > 0 else { return }
    let origin = load8(shift + whole, first: rest)
    var (sum, squares) = (F8.zero, F8.zero)
    for pixel in 0..<pixels {
      let difference = load8(source + pixel * channels + whole, first: rest) - origin
      sum += difference
      squares = squares.addingProduct(difference, difference)
    }
    store8(sums + whole, sum, first: rest)
    store8(sums + channels + whole, squares, first: rest)
  }

  /// Turns the sums of an image's chunks into one factor and one offset a channel.
  private static func foldMoments(
    _ sums: UnsafePointer<Float>, chunks: Int, pixels: Int, channels: Int, groups: Int, shift: UnsafePointer<Float>,
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, eps: Float, to factors: UnsafeMutablePointer<Float>
  ) {
    let size = channels / groups
    let n = Double(pixels)
    for group in 0..<groups {
      // Chan's rule: squares about the group's mean from squares about each channel's.
      var (mean, squares) = (0.0, 0.0)
      for (index, channel) in (group * size..<(group + 1) * size).enumerated() {
        var (sum, square) = (0.0, 0.0)
        for chunk in 0..<chunks {
          sum += Double(sums[chunk * 2 * channels + channel])
          square += Double(sums[(chunk * 2 + 1) * channels + channel])
        }
        let channelMean = Double(shift[channel]) + sum / n
        let difference = channelMean - mean
        squares += square - sum * sum / n + difference * difference * n * Double(index) / Double(index + 1)
        mean += difference / Double(index + 1)
      }
      let scale = 1 / (squares / (n * Double(size)) + Double(eps)).squareRoot()
      for channel in group * size..<(group + 1) * size {
        factors[channel] = Float(scale * Double(weight[channel]))
        factors[channels + channel] = Float(Double(bias[channel]) - mean * scale * Double(weight[channel]))
      }
    }
  }

  /// Normalisation of every innermost row, `[..., c]` (Ba, Kiros and Hinton 2016).
  public static func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, eps: Float) -> Tensor {
    let channels = x.channels
    precondition(weight.count == channels && bias.count == channels, "\(x.shape) does not fit \(weight.shape)")
    let span = Profile.begin()
    defer { span?.end(.normalisation, "rows of \(x.shape)") }
    var output = Tensor(uninitialized: x.shape)
    let (rows, whole, rest) = (x.rows, channels & ~7, channels & 7)
    x.withUnsafe { source in
      weight.withUnsafe { weight in
        bias.withUnsafe { bias in
          output.withUnsafeMutable { target in
            Compute.parallel(over: rows, grain: max(1, elementGrain / max(channels, 1))) { range in
              for row in range {
                let from = source + row * channels, to = target + row * channels
                var total = F8.zero
                for start in stride(from: 0, to: whole, by: 8) { total += load8(from + start) }
                if rest > 0 { total += load8(from + whole, first: rest) }
                let mean = total.sum() / Float(channels)
                var squares = F8.zero
                for start in stride(from: 0, to: whole, by: 8) {
                  let difference = load8(from + start) - mean
                  squares = squares.addingProduct(difference, difference)
                }
                var variance = squares.sum()
                for index in whole..<channels { variance += (from[index] - mean) * (from[index] - mean) }
                let scale = 1 / (variance / Float(channels) + eps).squareRoot()
                for start in stride(from: 0, to: whole, by: 8) {
                  let normal = (load8(from + start) - mean) * scale
                  store8(to + start, load8(bias + start).addingProduct(normal, load8(weight + start)))
                }
                for index in whole..<channels { to[index] = (from[index] - mean) * scale * weight[index] + bias[index] }
              }
            }
          }
        }
      }
    }
    return output
  }

  /// Softmax of every innermost row.
  public static func softmax(_ x: Tensor) -> Tensor {
    var output = x
    let (rows, channels) = (x.rows, x.channels)
    guard x.count > 0 else { return x }
    output.withUnsafeMutable { target in
      Compute.parallel(over: rows, grain: max(1, elementGrain / 4 / channels)) { range in
        for row in range {
          let values = target + row * channels
          let most = maximum(values, channels)
          let factor = 1 / exponentiate(values, channels, scale: 1, subtracting: most)
          for index in 0..<channels { values[index] *= factor }
        }
      }
    }
    return output
  }

  /// The largest of `count` values.
  @inline(__always)
  static func maximum(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    let whole = count & ~7
    var most = F8(repeating: -.infinity)
    for start in stride(from: 0, to: whole, by: 8) {
      let value = load8(values + start)
      most.replace(with: value, where: value .> most)
    }
    var result = -Float.infinity
    for lane in 0..<8 { result = max(result, most[lane]) }
    for index in whole..<count { result = max(result, values[index]) }
    return result
  }

  /// Replaces each value by `exp(scale * value - offset)` and returns their sum.
  @inline(__always)
  static func exponentiate(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, scale: Float, subtracting offset: Float
  ) -> Float {
    let whole = count & ~7, rest = count & 7
    var total = F8.zero
    for start in stride(from: 0, to: whole, by: 8) {
      let value = VectorMath.exp(F8(repeating: -offset).addingProduct(load8(values + start), F8(repeating: scale)))
      total += value
      store8(values + start, value)
    }
    var sum = total.sum()
    if rest > 0 {
      let value = VectorMath.exp(F8(repeating: -offset).addingProduct(load8(values + whole, first: rest), F8(repeating: scale)))
      store8(values + whole, value, first: rest)
      for lane in 0..<rest { sum += value[lane] }
    }
    return sum
  }
}
