extension Tensor {
  /// `[n, c, h, w]`, the layout of PyTorch, to `[n, h, w, c]`.
  public func nhwc() -> Tensor {
    let (images, channels) = (shape[0], shape[1])
    return transposed(images, channels, shape[2] * shape[3]).reshaped([images, shape[2], shape[3], channels])
  }

  /// `[n, h, w, c]` to `[n, c, h, w]`.
  public func nchw() -> Tensor {
    let (images, channels) = (shape[0], shape[3])
    return transposed(images, shape[1] * shape[2], channels).reshaped([images, channels, shape[1], shape[2]])
  }

  /// `count` matrices of `rows` x `columns`, each transposed.
  private func transposed(_ count: Int, _ rows: Int, _ columns: Int) -> Tensor {
    let span = Profile.begin()
    defer { span?.end(.elementwise, "turning \(shape)") }
    var output = Tensor(uninitialized: [count, columns, rows])
    withUnsafe { source in
      output.withUnsafeMutable { target in
        // A band of columns at a time: a line of 16 of them is read from the cache but once.
        let bands = (columns + 15) / 16
        Compute.parallel(over: count * bands, grain: max(1, Kernels.elementGrain / max(1, rows * 16))) { range in
          for item in range {
            let start = item / bands * rows * columns, first = item % bands * 16
            let (from, to) = (source + start, target + start)
            for row in 0..<rows {
              for column in first..<min(first + 16, columns) { to[column &* rows &+ row] = from[row &* columns &+ column] }
            }
          }
        }
      }
    }
    return output
  }

  /// Entries `range` of the outermost dimension.
  public func slice(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape[0], "\(range) of \(shape)")
    let size = shape.dropFirst().reduce(1, *)
    var output = Tensor(uninitialized: [range.count] + shape.dropFirst())
    withUnsafe { source in
      output.withUnsafeMutable { $0.update(from: source + range.lowerBound * size, count: range.count * size) }
    }
    return output
  }

  /// Tensors of the same inner shape, one after the other in the outermost dimension.
  public static func stacked(_ tensors: [Tensor]) -> Tensor {
    let inner = Array(tensors[0].shape.dropFirst())
    precondition(tensors.allSatisfy { Array($0.shape.dropFirst()) == inner }, "\(tensors.map(\.shape)) cannot be stacked")
    let span = Profile.begin()
    defer { span?.end(.elementwise, "stacking \(tensors.count) of \(tensors[0].shape)") }
    var output = Tensor(uninitialized: [tensors.reduce(0) { $0 + $1.shape[0] }] + inner)
    output.withUnsafeMutable { target in
      var place = target
      for tensor in tensors {
        tensor.withUnsafe { place.update(from: $0, count: tensor.count) }
        place += tensor.count
      }
    }
    return output
  }

  /// The images `[n, ...]` over and over until there are as many as asked, a multiple of n.
  func repeated(_ images: Int) -> Tensor {
    shape[0] == images ? self : .stacked(Array(repeating: self, count: images / shape[0]))
  }

  /// Tensors of the same outer shape side by side in the innermost dimension, `[..., a]` and `[..., b]` to `[..., a + b]`.
  public static func concatenated(_ tensors: [Tensor]) -> Tensor {
    let outer = Array(tensors[0].shape.dropLast())
    precondition(tensors.allSatisfy { Array($0.shape.dropLast()) == outer }, "\(tensors.map(\.shape)) cannot be concatenated")
    let width = tensors.reduce(0) { $0 + $1.channels }
    let span = Profile.begin()
    defer { span?.end(.elementwise, "concatenating to \(outer + [width])") }
    var output = Tensor(uninitialized: outer + [width])
    output.withUnsafeMutable { target in
      // All of them a block of rows at a time, so that what is written is in the cache until it is whole.
      let block = max(1, Kernels.elementGrain / max(1, width))
      Compute.parallel(over: tensors[0].rows, grain: block) { range in
        for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
          var column = 0
          for tensor in tensors {
            let channels = tensor.channels
            tensor.withUnsafe { source in
              let last = min(first + block, range.upperBound)
              if channels == 1 { return (first..<last).forEach { target[$0 &* width &+ column] = source[$0] } }
              for row in first..<last {
                Kernels.copy(source + row * channels, to: target + row * width + column, count: channels)
              }
            }
            column += channels
          }
        }
      }
    }
    return output
  }

  /// Channels `range` of the innermost dimension.
  public func slicedChannels(_ range: Range<Int>) -> Tensor {
    let (width, rows) = (channels, self.rows)
    precondition(range.lowerBound >= 0 && range.upperBound <= width, "channels \(range) of \(shape)")
    var output = Tensor(uninitialized: shape.dropLast() + [range.count])
    withUnsafe { source in
      output.withUnsafeMutable { target in
        for row in 0..<rows {
          (target + row * range.count).update(from: source + row * width + range.lowerBound, count: range.count)
        }
      }
    }
    return output
  }
}
