extension Kernels {
  /// The largest value of each window, padding not counted: `[n, h, w, c]` to `[n, h', w', c]`.
  public static func maxPool(_ x: Tensor, _ window: Window) -> Tensor {
    let (images, height, width, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (outHeight, outWidth) = window.output(height: height, width: width)
    let span = Profile.begin()
    defer { span?.end(.elementwise, "pooling \(x.shape), \(window.height)x\(window.width)") }
    var output = Tensor(uninitialized: [images, outHeight, outWidth, channels])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: images * outHeight, grain: max(1, elementGrain / max(1, outWidth * channels * 4))) { rows in
          for row in rows {
            let image = source + row / outHeight * height * width * channels
            let top = row % outHeight * window.stride - window.padding.top
            for column in 0..<outWidth {
              let left = column * window.stride - window.padding.left
              let pixel = target + (row * outWidth + column) * channels
              pixel.update(repeating: -.infinity, count: channels)
              for y in (0..<window.height).map({ top + $0 * window.dilation }) where y >= 0 && y < height {
                for x in (0..<window.width).map({ left + $0 * window.dilation }) where x >= 0 && x < width {
                  let value = image + (y * width + x) * channels
                  for channel in 0..<channels { pixel[channel] = max(pixel[channel], value[channel]) }
                }
              }
            }
          }
        }
      }
    }
    return output
  }

  /// Bilinear resampling as `torch.nn.functional.interpolate` does it: `[n, h, w, c]` to `[n, height, width, c]`.
  ///
  /// - Parameter alignCorners: corner pixels' centres stay in place; otherwise the image's edges do.
  public static func bilinear(_ x: Tensor, height: Int, width: Int, alignCorners: Bool) -> Tensor {
    let (images, inHeight, inWidth, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let span = Profile.begin()
    defer { span?.end(.elementwise, "resizing \(x.shape) to \(height)x\(width)") }
    var output = Tensor(uninitialized: [images, height, width, channels])
    let rowWeights = linearWeights(from: inHeight, to: height, alignCorners: alignCorners)
    let columnWeights = linearWeights(from: inWidth, to: width, alignCorners: alignCorners)
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: images * height, grain: max(1, elementGrain / max(1, width * channels * 4))) { rows in
          for row in rows {
            let image = source + row / height * inHeight * inWidth * channels
            let vertical = rowWeights[row % height]
            let (upper, lower) = (image + vertical.first * inWidth * channels, image + vertical.second * inWidth * channels)
            for column in 0..<width {
              let across = columnWeights[column]
              let (left, right) = (across.first * channels, across.second * channels)
              let pixel = target + (row * width + column) * channels
              for channel in 0..<channels {
                let top = upper[left + channel] * (1 - across.fraction) + upper[right + channel] * across.fraction
                let bottom = lower[left + channel] * (1 - across.fraction) + lower[right + channel] * across.fraction
                pixel[channel] = top * (1 - vertical.fraction) + bottom * vertical.fraction
              }
            }
          }
        }
      }
    }
    return output
  }

  /// For each output position the two input positions it is between and how far it is from the first, 0 to 1.
  static func linearWeights(
    from input: Int, to output: Int, alignCorners: Bool
  ) -> [(first: Int, second: Int, fraction: Float)] {
    let scale = alignCorners ? (output > 1 ? Float(input - 1) / Float(output - 1) : 0) : Float(input) / Float(output)
    return (0..<output).map { index in
      let position = alignCorners ? scale * Float(index) : max(0, scale * (Float(index) + 0.5) - 0.5)
      let first = min(Int(position), input - 1)
      return (first, min(first + 1, input - 1), position - Float(first))
    }
  }
}

extension Kernels {
  /// Adaptive average pooling: cell i covers floor(i n / g) up to ceil((i + 1) n / g), cells may overlap.
  /// `[1, h, w, c]` to `[1, grid, grid, c]`.
  static func averagePool(_ x: Tensor, grid: Int) -> Tensor {
    let (height, width, channels) = (x.shape[1], x.shape[2], x.channels)
    func span(_ cell: Int, _ extent: Int) -> Range<Int> { cell * extent / grid..<((cell + 1) * extent + grid - 1) / grid }
    var output = Tensor(zeros: [1, grid, grid, channels])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        for row in 0..<grid {
          for column in 0..<grid {
            let (rows, columns) = (span(row, height), span(column, width))
            let cell = target + (row * grid + column) * channels
            for y in rows {
              for x in columns {
                let pixel = source + (y * width + x) * channels
                for channel in 0..<channels { cell[channel] += pixel[channel] }
              }
            }
            for channel in 0..<channels { cell[channel] /= Float(rows.count * columns.count) }
          }
        }
      }
    }
    return output
  }
}
