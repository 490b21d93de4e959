import Core
import MicroKernels

extension Kernels {
  /// A convolution of each channel by itself: `[n, h, w, c]` to `[n, h', w', c]`, weight `[kernel height * kernel width, c]`.
  public static func depthwiseConv2d(
    _ x: Tensor, _ weight: Tensor, _ window: Window, bias: Tensor? = nil, activation: Activation = .none
  ) -> Tensor {
    precondition(
      x.shape.count == 4 && weight.shape == [window.height * window.width, x.channels], "\(x.shape) does not fit \(weight.shape)")
    let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
    let (outHeight, outWidth) = window.output(height: height, width: width)
    let span = Profile.begin()
    defer {
      span?.end(
        .convolution, "\(x.shape), \(window.height)x\(window.width), each channel by itself",
        products: x.shape[0] * outHeight * outWidth * channels * window.height * window.width)
    }
    var output = Tensor(uninitialized: [x.shape[0], outHeight, outWidth, channels])
    let bias = bias ?? Tensor(zeros: [channels])
    let (rows, loops) = (x.shape[0] * outHeight, KernelSet.current.loops)
    x.withUnsafe { source in
      weight.withUnsafe { weight in
        bias.withUnsafe { bias in
          output.withUnsafeMutable { target in
            let grain = max(1, 16384 / max(1, outWidth * channels * window.height * window.width))
            Compute.parallel(over: rows, grain: grain) { range in
              for row in range {
                var line = mk_depthwise_row(
                  image: source + row / outHeight * height * width * channels, height: height, width: width, channels: channels,
                  window_height: window.height, window_width: window.width, stride: window.stride, dilation: window.dilation,
                  top: row % outHeight * window.stride - window.padding.top, left: -window.padding.left, out_width: outWidth,
                  weight: weight, bias: bias, activation: activation.code)
                loops.pointee.depthwise(&line, target + row * outWidth * channels)
              }
            }
          }
        }
      }
    }
    return output
  }
}
