extension Kernels {
  /// Each row's largest value and where it is first: of `[n, m]`.
  static func rowMaximumPlaces(_ x: Tensor) -> [(value: Float, place: Int)] {
    let (rows, columns) = (x.shape[0], x.shape[1])
    return [(value: Float, place: Int)](unsafeUninitializedCapacity: rows) { buffer, count in
      guard let target = buffer.baseAddress else { return }
      x.withUnsafe { source in
        Compute.parallel(over: rows, grain: max(1, elementGrain / max(1, columns))) { range in
          for row in range {
            let values = source + row * columns
            var (value, place) = (-Float.infinity, 0)
            for column in 0..<columns where values[column] > value { (value, place) = (values[column], column) }
            (target + row).initialize(to: (value, place))
          }
        }
      }
      count = rows
    }
  }

  /// The mean of the tokens of each group: `[n, tokens, c]` and a group for each token of each image to `[n, count, c]`.
  static func meanOfGroups(_ x: Tensor, _ groups: [[Int32]], count: Int) -> Tensor {
    let (images, tokens, channels) = (x.shape[0], x.shape[1], x.channels)
    var output = Tensor(zeros: [images, count, channels])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(images) { image in
          var sizes = [Int](repeating: 0, count: count)
          for token in 0..<tokens {
            let group = Int(groups[image][token])
            sizes[group] += 1
            let (from, to) = (source + (image * tokens + token) * channels, target + (image * count + group) * channels)
            for channel in 0..<channels { to[channel] += from[channel] }
          }
          for group in 0..<count where sizes[group] > 1 {
            let (to, factor) = (target + (image * count + group) * channels, 1 / Float(sizes[group]))
            for channel in 0..<channels { to[channel] *= factor }
          }
        }
      }
    }
    return output
  }

  /// Rows by their places in each image: `[n, count, c]` and a place for each token to `[n, tokens, c]`.
  static func spread(_ x: Tensor, _ places: [[Int32]], tokens: Int) -> Tensor {
    let (images, count, channels) = (x.shape[0], x.shape[1], x.channels)
    var output = Tensor(uninitialized: [images, tokens, channels])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        for image in 0..<images {
          Compute.parallel(over: tokens, grain: max(1, elementGrain / max(1, channels))) { range in
            for token in range {
              (target + (image * tokens + token) * channels).update(
                from: source + (image * count + Int(places[image][token])) * channels, count: channels)
            }
          }
        }
      }
    }
    return output
  }
}
