/// Rows and columns of zeros around an image.
package struct Padding: Sendable, Hashable, ExpressibleByIntegerLiteral {
  package var top, left, bottom, right: Int

  package init(top: Int, left: Int, bottom: Int, right: Int) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  /// The same on all four sides.
  package init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

  package init(integerLiteral value: Int) { self.init(value) }
}

/// Height and width of an image, in pixels.
package struct Extent: Sendable, Hashable {
  package var height, width: Int

  package init(height: Int, width: Int) { (self.height, self.width) = (height, width) }
}

/// Where a convolution's or pooling's window stands.
package struct Window: Sendable, Hashable {
  package var height, width: Int
  package var stride = 1
  package var padding: Padding = 0
  package var dilation = 1

  package init(height: Int, width: Int, stride: Int = 1, padding: Padding = 0, dilation: Int = 1) {
    (self.height, self.width, self.stride, self.padding, self.dilation) = (height, width, stride, padding, dilation)
  }

  /// Extent of the output for an input of `height` x `width`.
  package func output(height inputHeight: Int, width inputWidth: Int) -> (height: Int, width: Int) {
    let tall = inputHeight + padding.top + padding.bottom - dilation * (height - 1) - 1
    let wide = inputWidth + padding.left + padding.right - dilation * (width - 1) - 1
    precondition(tall >= 0 && wide >= 0, "a window of \(height)x\(width) does not fit \(inputHeight)x\(inputWidth)")
    return (tall / stride + 1, wide / stride + 1)
  }
}

extension Kernels {
  /// `activation(conv(x, weight) + bias + imageBias[image] + residual)`: `[n, h, w, in]` to `[n, h', w', out]`.
  ///
  /// - Parameters:
  ///   - imageBias: `[n, out]`, or `[1, out]` for all, added to every pixel of an image.
  ///   - residual: `[n, h', w', out]`.
  ///   - upsampledTo: the image is read as if each pixel were doubled in both directions and the result cut to this extent.
  package static func conv2d(
    _ x: Tensor, _ weight: PackedMatrix, _ window: Window, bias: Tensor? = nil, imageBias: Tensor? = nil,
    residual: Tensor? = nil, activation: Activation = .none, upsampledTo: Extent? = nil
  ) -> Tensor {
    precondition(x.shape.count == 4 && x.channels == weight.depth, "\(x.shape) does not fit a weight of \(weight.depth) inputs")
    precondition(weight.taps == window.height * window.width, "the weight has \(weight.taps) taps")
    let (images, height, width, depth) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let shift = upsampledTo == nil ? 0 : 1
    let (tall, wide) = (upsampledTo?.height ?? height, upsampledTo?.width ?? width)
    precondition(tall <= height << shift && wide <= width << shift, "\(tall)x\(wide) is more than twice \(height)x\(width)")
    let (outHeight, outWidth) = window.output(height: tall, width: wide)
    let count = images * outHeight * outWidth
    var output = Tensor(uninitialized: [images, outHeight, outWidth, weight.columns])
    let zeros = Tensor(zeros: [depth])
    withEpilogue(
      bias: bias, imageBias: imageBias, rowsPerImage: imageBias?.shape[0] == 1 ? count : outHeight * outWidth, residual: residual, activation: activation
    ) { epilogue in
      zeros.withUnsafe { zero in
        x.withUnsafe { source in
          output.withUnsafeMutable { target in
            product(rows: count, weight, to: target, epilogue) { range, table in
              for slot in 0..<(range.count + 5) / 6 * 6 {
                let pixel = min(range.lowerBound + slot, count - 1)
                let image = source + pixel / (outHeight * outWidth) * height * width * depth
                let top = pixel / outWidth % outHeight * window.stride - window.padding.top
                let left = pixel % outWidth * window.stride - window.padding.left
                var entry = table + slot / 6 * 6 * weight.taps + slot % 6
                for tapRow in 0..<window.height {
                  let row = top + tapRow * window.dilation
                  for tapColumn in 0..<window.width {
                    let column = left + tapColumn * window.dilation
                    let isInside = row >= 0 && row < tall && column >= 0 && column < wide
                    entry.pointee = isInside ? image + ((row >> shift) * width + (column >> shift)) * depth : zero
                    entry += 6
                  }
                }
              }
            }
          }
        }
      }
    }
    return output
  }
}
