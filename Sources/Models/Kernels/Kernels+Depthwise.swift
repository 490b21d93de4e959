extension Kernels {
  /// A convolution of each channel by itself: `[n, h, w, c]` to `[n, h', w', c]`, weight `[kernel height * kernel width, c]`.
  public static func depthwiseConv2d(
    _ x: Tensor, _ weight: Tensor, _ window: Window, bias: Tensor? = nil, activation: Activation = .none
  ) -> Tensor {
    precondition(
      x.shape.count == 4 && weight.shape == [window.height * window.width, x.channels], "\(x.shape) does not fit \(weight.shape)")
    let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
    let (outHeight, outWidth) = window.output(height: height, width: width)
    var output = Tensor(uninitialized: [x.shape[0], outHeight, outWidth, channels])
    let bias = bias ?? Tensor(zeros: [channels])
    let rows = x.shape[0] * outHeight
    x.withUnsafe { source in
      weight.withUnsafe { weight in
        bias.withUnsafe { bias in
          output.withUnsafeMutable { target in
            let grain = max(1, 16384 / max(1, outWidth * channels * window.height * window.width))
            Compute.parallel(over: rows, grain: grain) { range in
              for row in range {
                let band = DepthwiseBand(
                  image: source + row / outHeight * height * width * channels, height: height, width: width, channels: channels,
                  window: window, top: row % outHeight * window.stride - window.padding.top, outWidth: outWidth, weight: weight,
                  bias: bias, target: target + row * outWidth * channels)
                band.run(activation)
              }
            }
          }
        }
      }
    }
    return output
  }
}

/// One row of a depthwise convolution's output.
private struct DepthwiseBand {
  let image: UnsafePointer<Float>
  let height, width, channels: Int
  let window: Window
  /// The image row the window's first row is on.
  let top: Int
  let outWidth: Int
  let weight, bias: UnsafePointer<Float>
  let target: UnsafeMutablePointer<Float>

  @inline(__always)
  func run(_ activation: Activation) {
    let span = 3 * window.stride + (window.width - 1) * window.dilation
    for block in stride(from: 0, to: channels, by: 8) {
      // The last block overlaps the one before it rather than being cut: the same numbers are written twice.
      let start = channels < 8 ? 0 : min(block, channels - 8)
      var column = 0
      while column < outWidth {
        let left = column * window.stride - window.padding.left
        if channels >= 8, column + 3 < outWidth, left >= 0, left + span < width {
          four(column, left, start, activation)
          column += 4
        } else {
          one(column, left, start, activation)
          column += 1
        }
      }
    }
  }

  /// Four neighbouring pixels whose windows are inside the image from left to right.
  @inline(__always)
  private func four(_ column: Int, _ left: Int, _ start: Int, _ activation: Activation) {
    let first = load8(bias + start), step = window.stride * channels
    var (a, b, c, d) = (first, first, first, first)
    for tapRow in 0..<window.height {
      let y = top + tapRow * window.dilation
      guard y >= 0, y < height else { continue }
      var value = image + (y * width + left) * channels + start
      var factor = weight + tapRow * window.width * channels + start
      for _ in 0..<window.width {
        let tap = load8(factor)
        a = a.addingProduct(load8(value), tap)
        b = b.addingProduct(load8(value + step), tap)
        c = c.addingProduct(load8(value + 2 * step), tap)
        d = d.addingProduct(load8(value + 3 * step), tap)
        value += window.dilation * channels
        factor += channels
      }
    }
    let pixel = target + column * channels + start
    store8(pixel, activation(a))
    store8(pixel + channels, activation(b))
    store8(pixel + 2 * channels, activation(c))
    store8(pixel + 3 * channels, activation(d))
  }

  @inline(__always)
  private func one(_ column: Int, _ left: Int, _ start: Int, _ activation: Activation) {
    let used = min(8, channels)
    func load(_ pointer: UnsafePointer<Float>) -> F8 { used == 8 ? load8(pointer) : load8(pointer, first: used) }
    var sum = load(bias + start)
    for tap in 0..<window.height * window.width {
      let y = top + tap / window.width * window.dilation
      let x = left + tap % window.width * window.dilation
      guard y >= 0, y < height, x >= 0, x < width else { continue }
      sum = sum.addingProduct(load(image + (y * width + x) * channels + start), load(weight + tap * channels + start))
    }
    let pixel = target + column * channels + start
    if used == 8 { store8(pixel, activation(sum)) } else { store8(pixel, activation(sum), first: used) }
  }
}
