import Foundation

/// The kernels' definitions written out, one element at a time and with sums in Double: what the fast ones are tested against.
public enum PlainKernels {
  public static func activate(_ x: Tensor, _ activation: Activation) -> Tensor {
    Tensor(x.values.map { Float(value(activation, Double($0))) }, shape: x.shape)
  }

  public static func add(_ a: Tensor, _ b: Tensor, scale: Float = 1) -> Tensor {
    Tensor(zip(a.values, b.values).map { $0 + scale * $1 }, shape: a.shape)
  }

  public static func scale(_ x: Tensor, by factor: Float, offset: Float = 0) -> Tensor {
    Tensor(x.values.map { $0 * factor + offset }, shape: x.shape)
  }

  public static func clamp(_ x: Tensor, _ low: Float, _ high: Float) -> Tensor {
    Tensor(x.values.map { min(max($0, low), high) }, shape: x.shape)
  }

  public static func geglu(_ x: Tensor) -> Tensor {
    let (values, channels) = (x.values, x.channels / 2)
    return tensor(x.shape.dropLast() + [channels]) { position in
      let start = position / channels * 2 * channels + position % channels
      return Double(values[start]) * value(.gelu, Double(values[start + channels]))
    }
  }

  public static func scaleChannels(
    _ x: Tensor, by factors: Tensor, offsets: Tensor, activation: Activation = .none
  ) -> Tensor {
    let (values, factors, offsets) = (x.values, factors.values, offsets.values)
    return tensor(x.shape) { position in
      let channel = position % factors.count
      return value(activation, Double(values[position]) * Double(factors[channel]) + Double(offsets[channel]))
    }
  }

  /// `weight` is `[columns, depth]`.
  public static func linear(
    _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, residual: Tensor? = nil, activation: Activation = .none
  ) -> Tensor {
    let (values, weights, depth, columns) = (x.values, weight.values, x.channels, weight.shape[0])
    let (bias, residual) = (bias?.values, residual?.values)
    return tensor(x.shape.dropLast() + [columns]) { position in
      let (row, column) = (position / columns, position % columns)
      var sum = Double(bias?[column] ?? 0) + Double(residual?[position] ?? 0)
      for k in 0..<depth { sum += Double(values[row * depth + k]) * Double(weights[column * depth + k]) }
      return value(activation, sum)
    }
  }

  /// `weight` is `[out, in, kernel height, kernel width]`.
  public static func conv2d(
    _ x: Tensor, _ weight: Tensor, _ window: Window, bias: Tensor? = nil, imageBias: Tensor? = nil, residual: Tensor? = nil,
    activation: Activation = .none, upsampledTo: Extent? = nil
  ) -> Tensor {
    let (height, width, depth, shift) = (x.shape[1], x.shape[2], x.shape[3], upsampledTo == nil ? 0 : 1)
    let extent = upsampledTo ?? Extent(height: height, width: width)
    let (tall, wide) = window.output(height: extent.height, width: extent.width)
    let (values, weights, columns) = (x.values, weight.values, weight.shape[0])
    let (bias, imageBias, residual) = (bias?.values, imageBias?.values, residual?.values)
    return tensor([x.shape[0], tall, wide, columns]) { position in
      let (pixel, column) = (position / columns, position % columns)
      let (image, row, left) = (pixel / (tall * wide), pixel / wide % tall, pixel % wide)
      var sum = Double(bias?[column] ?? 0) + Double(imageBias?[image * columns + column] ?? 0) + Double(residual?[position] ?? 0)
      for ky in 0..<window.height {
        for kx in 0..<window.width {
          let y = row * window.stride - window.padding.top + ky * window.dilation
          let x = left * window.stride - window.padding.left + kx * window.dilation
          guard y >= 0, y < extent.height, x >= 0, x < extent.width else { continue }
          let from = ((image * height + (y >> shift)) * width + (x >> shift)) * depth
          for k in 0..<depth {
            let place = ((column * depth + k) * window.height + ky) * window.width + kx
            sum += Double(values[from + k]) * Double(weights[place])
          }
        }
      }
      return value(activation, sum)
    }
  }

  public static func depthwiseConv2d(
    _ x: Tensor, _ weight: Tensor, _ window: Window, bias: Tensor? = nil, activation: Activation = .none
  ) -> Tensor {
    let channels = x.channels
    var full = [Float](repeating: 0, count: channels * channels * weight.shape[0])
    for (position, value) in weight.values.enumerated() {
      let (tap, channel) = (position / channels, position % channels)
      full[(channel * channels + channel) * weight.shape[0] + tap] = value
    }
    let matrix = Tensor(full, shape: [channels, channels, window.height, window.width])
    return conv2d(x, matrix, window, bias: bias, activation: activation)
  }

  public static func groupNorm(
    _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, eps: Float, activation: Activation = .none
  ) -> Tensor {
    let (values, weight, bias, channels) = (x.values, weight.values, bias.values, x.channels)
    let pixels = x.count / x.shape[0] / channels
    var result = [Float](repeating: 0, count: values.count)
    for image in 0..<x.shape[0] {
      for group in 0..<groups {
        let members = (group * channels / groups..<(group + 1) * channels / groups).flatMap { channel in
          (0..<pixels).map { (image * pixels + $0) * channels + channel }
        }
        normalise(members, of: values, eps: eps) { position, normal in
          let channel = position % channels
          result[position] = Float(value(activation, normal * Double(weight[channel]) + Double(bias[channel])))
        }
      }
    }
    return Tensor(result, shape: x.shape)
  }

  public static func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, eps: Float) -> Tensor {
    let (values, weight, bias, channels) = (x.values, weight.values, bias.values, x.channels)
    var result = [Float](repeating: 0, count: values.count)
    for row in 0..<x.rows {
      normalise(Array(row * channels..<(row + 1) * channels), of: values, eps: eps) { position, normal in
        result[position] = Float(normal * Double(weight[position % channels]) + Double(bias[position % channels]))
      }
    }
    return Tensor(result, shape: x.shape)
  }

  public static func softmax(_ x: Tensor) -> Tensor {
    let (values, channels) = (x.values, x.channels)
    return Tensor(
      (0..<x.rows).flatMap { softmax(values[$0 * channels..<($0 + 1) * channels].map(Double.init)).map(Float.init) },
      shape: x.shape)
  }

  public static func attention(_ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, isCausal: Bool = false) -> Tensor {
    let (queries, keys, channels) = (q.shape[1], k.shape[1], q.shape[2])
    let size = channels / heads
    let (qs, ks, vs) = (q.values, k.values, v.values)
    var result = [Float](repeating: 0, count: q.count)
    for image in 0..<q.shape[0] {
      for head in 0..<heads {
        for query in 0..<queries {
          let from = (image * queries + query) * channels + head * size
          let seen = isCausal ? min(keys, query + 1) : keys
          let scores = (0..<seen).map { key in
            let other = (image * keys + key) * channels + head * size
            return (0..<size).reduce(0.0) { $0 + Double(qs[from + $1]) * Double(ks[other + $1]) } / Double(size).squareRoot()
          }
          let weights = softmax(scores)
          for index in 0..<size {
            result[from + index] = Float(
              (0..<seen).reduce(0.0) {
                $0 + weights[$1] * Double(vs[(image * keys + $1) * channels + head * size + index])
              })
          }
        }
      }
    }
    return Tensor(result, shape: q.shape)
  }

  public static func gemm(_ a: Tensor, _ b: Tensor, transposeB: Bool = false) -> Tensor {
    let (k, n) = (a.shape[1], b.shape[transposeB ? 0 : 1])
    let (left, right) = (a.values, b.values)
    return tensor([a.shape[0], n]) { position in
      let (row, column) = (position / n, position % n)
      return (0..<k).reduce(0.0) {
        $0 + Double(left[row * k + $1]) * Double(right[transposeB ? column * k + $1 : $1 * n + column])
      }
    }
  }

  public static func maxPool(_ x: Tensor, _ window: Window) -> Tensor {
    let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
    let (tall, wide) = window.output(height: height, width: width)
    let values = x.values
    return tensor([x.shape[0], tall, wide, channels]) { position in
      let pixel = position / channels
      var most = -Double.infinity
      for ky in 0..<window.height {
        for kx in 0..<window.width {
          let y = pixel / wide % tall * window.stride - window.padding.top + ky * window.dilation
          let x = pixel % wide * window.stride - window.padding.left + kx * window.dilation
          guard y >= 0, y < height, x >= 0, x < width else { continue }
          most = max(most, Double(values[((pixel / (tall * wide) * height + y) * width + x) * channels + position % channels]))
        }
      }
      return most
    }
  }

  public static func bilinear(_ x: Tensor, height: Int, width: Int, alignCorners: Bool) -> Tensor {
    let (tall, wide, channels, values) = (x.shape[1], x.shape[2], x.shape[3], x.values)
    func place(_ index: Int, _ input: Int, _ output: Int) -> Double {
      if alignCorners { return output > 1 ? Double(index) * Double(input - 1) / Double(output - 1) : 0 }
      return max(0, (Double(index) + 0.5) * Double(input) / Double(output) - 0.5)
    }
    return tensor([x.shape[0], height, width, channels]) { position in
      let pixel = position / channels
      let y = min(place(pixel / width % height, tall, height), Double(tall - 1))
      let x = min(place(pixel % width, wide, width), Double(wide - 1))
      var sum = 0.0
      for row in 0..<tall {
        for column in 0..<wide {
          let share = max(0, 1 - abs(y - Double(row))) * max(0, 1 - abs(x - Double(column)))
          sum += share * Double(values[((pixel / (height * width) * tall + row) * wide + column) * channels + position % channels])
        }
      }
      return sum
    }
  }

  /// `x` `[n, height * width, c]` with each token the mean of those that `TokenMerging` finds alike in `metric`: merged, and spread again.
  public static func mergedTokens(_ x: Tensor, like metric: Tensor, height: Int, width: Int, ratio: Double) -> Tensor {
    let (tokens, channels, size) = (x.shape[1], x.channels, metric.channels), values = metric.values
    let isTaker = (0..<tokens).map { $0 / width % 2 == 0 && $0 % width % 2 == 0 && $0 / width + 1 < height && $0 % width + 1 < width }
    let takers = (0..<tokens).filter { isTaker[$0] }, givers = (0..<tokens).filter { !isTaker[$0] }
    let count = takers.isEmpty ? 0 : min(givers.count, Int(Double(tokens) * ratio))
    var groups: [[Int]] = []
    for image in 0..<x.shape[0] {
      func dot(_ a: Int, _ b: Int) -> Double {
        (0..<size).reduce(0) { $0 + Double(values[(image * tokens + a) * size + $1]) * Double(values[(image * tokens + b) * size + $1]) }
      }
      func cosine(_ a: Int, _ b: Int) -> Double { dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot() }
      let likes = givers.map { giver in
        let best = takers.map { (taker: $0, cosine: cosine(giver, $0)) }.max { $0.cosine < $1.cosine }
        return (giver: giver, taker: best?.taker ?? giver, cosine: best?.cosine ?? 0)
      }
      var group = Array(0..<tokens)
      for like in likes.sorted(by: { $0.cosine > $1.cosine }).prefix(count) { group[like.giver] = like.taker }
      groups.append(group)
    }
    let source = x.values
    return tensor(x.shape) { position in
      let (image, token) = (position / channels / tokens, position / channels % tokens)
      let members = (0..<tokens).filter { groups[image][$0] == groups[image][token] }
      return members.reduce(0) { $0 + Double(source[(image * tokens + $1) * channels + position % channels]) } / Double(members.count)
    }
  }

  private static func tensor(_ shape: [Int], _ element: (Int) -> Double) -> Tensor {
    Tensor((0..<shape.reduce(1, *)).map { Float(element($0)) }, shape: shape)
  }

  private static func normalise(_ members: [Int], of values: [Float], eps: Float, _ body: (Int, Double) -> Void) {
    let mean = members.reduce(0.0) { $0 + Double(values[$1]) } / Double(members.count)
    let variance = members.reduce(0.0) { $0 + (Double(values[$1]) - mean) * (Double(values[$1]) - mean) } / Double(members.count)
    for position in members { body(position, (Double(values[position]) - mean) / (variance + Double(eps)).squareRoot()) }
  }

  private static func softmax(_ values: [Double]) -> [Double] {
    let most = values.max() ?? 0
    let exponentials = values.map { exp($0 - most) }
    let total = exponentials.reduce(0, +)
    return exponentials.map { $0 / total }
  }

  private static func value(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .none: x
    case .relu: max(0, x)
    case .sigmoid: 1 / (1 + exp(-x))
    case .silu: x / (1 + exp(-x))
    case .gelu: x * (1 + erf(x / 2.0.squareRoot())) / 2
    case .quickGelu: x / (1 + exp(-1.702 * x))
    }
  }
}
