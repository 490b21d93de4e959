import Core

extension Kernels {
  /// Group normalisation over the pixels of an image and the channels of a group, then the activation (Wu and He 2018).
  ///
  /// - Parameters:
  ///   - x: `[n, ..., c]`; `groups` divides c.
  ///   - weight: `[c]`; `bias`: `[c]`.
  public static func groupNorm(
    _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, eps: Float, activation: Activation = .none
  ) -> Tensor {
    guard x.count > 0 else { return x }
    return groupScaling(x, groups: groups, weight: weight, bias: bias, eps: eps, activation: activation).tensor
  }

  /// The same, not yet done: mean and variance alone are known.
  public static func groupScaling(
    _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, eps: Float, activation: Activation
  ) -> ScaledMap {
    let (images, channels) = (x.shape[0], x.channels)
    precondition(x.shape.count > 1 && channels % groups == 0 && weight.count == channels && bias.count == channels, "\(x.shape)")
    let pixels = x.count / max(1, images * channels), chunkPixels = chunkPixels(channels), chunks = (pixels + chunkPixels - 1) / chunkPixels
    let loops = KernelSet.current.loops
    let span = Profile.begin()
    defer { span?.end(.normalisation, "means of groups of \(x.shape)") }
    var sums = Tensor(uninitialized: [images, chunks, 2, channels])
    var factors = Tensor(uninitialized: [images, 2, channels])
    x.withUnsafe { source in
      sums.withUnsafeMutable { sums in
        Compute.parallel(images * chunks) { item in
          let (image, chunk) = (item / chunks, item % chunks)
          let first = chunk * chunkPixels
          let base = source + image * pixels * channels
          // A value of the channel itself as the shift keeps the squares from drowning in the square of the mean.
          loops.pointee.moments(
            base + first * channels, min(chunkPixels, pixels - first), channels, base, sums + item * 2 * channels)
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
    }
    return ScaledMap(source: x, factors: factors, activation: activation)
  }

  /// Factors, offsets and activation of a map done.
  static func scaled(_ map: ScaledMap) -> Tensor {
    let (images, channels) = (map.source.shape[0], map.source.channels)
    let pixels = map.source.count / max(1, images * channels), chunkPixels = chunkPixels(channels),
      chunks = (pixels + chunkPixels - 1) / chunkPixels
    let loops = KernelSet.current.loops
    let span = Profile.begin()
    defer { span?.end(.normalisation, "groups of \(map.source.shape)") }
    var output = Tensor(uninitialized: map.source.shape)
    map.source.withUnsafe { source in
      map.factors.withUnsafe { factors in
        output.withUnsafeMutable { target in
          Compute.parallel(images * chunks) { item in
            let (image, chunk) = (item / chunks, item % chunks)
            let first = image * pixels + chunk * chunkPixels
            loops.pointee.scale_channels(
              source + first * channels, min(chunkPixels, pixels - chunk * chunkPixels), channels, factors + image * 2 * channels,
              factors + (image * 2 + 1) * channels, map.activation.code, target + first * channels)
          }
        }
      }
    }
    return output
  }

  /// Pixels taken at a time. Cut by shape alone: the sums must not depend on the number of threads.
  private static func chunkPixels(_ channels: Int) -> Int { max(1, elementGrain / channels) }

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
    layerNorm(x, weight: weight, bias: bias, eps: eps, for: .float32).tensor
  }

  /// The same for products in a precision.
  public static func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, eps: Float, for precision: Precision) -> Operand {
    let channels = x.channels
    precondition(weight.count == channels && bias.count == channels, "\(x.shape) does not fit \(weight.shape)")
    let span = Profile.begin()
    defer { span?.end(.normalisation, "rows of \(x.shape)") }
    let (rows, loops) = (x.rows, KernelSet.current.loops)
    return Operand(x.shape, for: precision) { target, isRounded in
      x.withUnsafe { source in
        weight.withUnsafe { weight in
          bias.withUnsafe { bias in
            Compute.parallel(over: rows, grain: max(1, elementGrain / max(channels, 1))) { range in
              let scratch = MemoryPool.shared.borrow(channels)
              defer { MemoryPool.shared.giveBack(scratch, channels) }
              for row in range {
                let normal = isRounded ? scratch : target + row * channels
                loops.pointee.layer_norm(source + row * channels, channels, weight, bias, eps, normal)
                if isRounded { loops.pointee.round_pairs(normal, channels, target + row * channels / 2) }
              }
            }
          }
        }
      }
    }
  }

  /// Softmax of every innermost row.
  public static func softmax(_ x: Tensor) -> Tensor {
    var output = x
    let (rows, channels, loops) = (x.rows, x.channels, KernelSet.current.loops)
    guard x.count > 0 else { return x }
    output.withUnsafeMutable { target in
      Compute.parallel(over: rows, grain: max(1, elementGrain / 4 / channels)) { range in
        for row in range {
          let values = target + row * channels
          let most = loops.pointee.maximum(values, channels)
          let factor = 1 / loops.pointee.exponentiate(values, channels, 1, most)
          for index in 0..<channels { values[index] *= factor }
        }
      }
    }
    return output
  }
}
