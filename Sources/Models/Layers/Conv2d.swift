/// A convolution: `[n, h, w, in]` to `[n, h', w', out]`.
public struct Conv2d: Sendable {
  private enum Weight: Sendable {
    case full(PackedMatrix)
    /// Each channel by itself: `[taps, channels]`.
    case depthwise(Tensor)
    /// For an input with its pixels doubled, and for one that is cut then.
    case doubled(DoubledWeight, cut: PackedMatrix?)
  }

  /// What `upsampledTo` may be, for a 3x3 convolution that is padded by one.
  public enum Doubling: Sendable {
    /// Anything.
    case free
    /// Twice the image's extent, always.
    case exact
    /// Twice the image's extent most of the time: on matrix registers faster then, at nearly three times the memory.
    case mostlyExact
  }

  private let weight: Weight
  private let bias: Tensor?
  private let window: Window
  private let layer: LayerWatch.Layer

  /// - Parameters:
  ///   - groups: 1, or the number of channels when `inputs` and `outputs` are equal.
  public init(
    _ loader: WeightLoader, in inputs: Int, out outputs: Int, kernel: Int, stride: Int = 1, padding: Padding = 0,
    dilation: Int = 1, groups: Int = 1, bias: Bool = true, doubling: Doubling = .free
  ) {
    precondition(groups == 1 || groups == inputs && groups == outputs, "only full and depthwise convolutions are known")
    let parameter = loader.parameter("weight", [outputs, inputs / groups, kernel, kernel])
    if groups > 1 {
      weight = .depthwise(Self.tapsFirst(parameter, channels: outputs, kernel: kernel))
    } else {
      func whole() -> PackedMatrix {
        PackedMatrix(parameter, columns: outputs, depth: inputs, taps: kernel * kernel, precision: loader.precision)
      }
      let isDoubled = doubling == .exact || doubling == .mostlyExact && Kernels.usesMatrix(depth: inputs, loader.precision)
      if isDoubled, let doubled = DoubledWeight(parameter, columns: outputs, depth: inputs, precision: loader.precision) {
        weight = .doubled(doubled, cut: doubling == .exact ? nil : whole())
      } else {
        weight = .full(whole())
      }
    }
    self.bias = bias ? loader.parameter("bias", [outputs]).widened() : nil
    window = Window(height: kernel, width: kernel, stride: stride, padding: padding, dilation: dilation)
    layer = loader.layer
  }

  private static func tapsFirst(_ parameter: Parameter, channels: Int, kernel: Int) -> Tensor {
    // A loader's stand-in for a missing weight may be empty; its report comes before the layer is used.
    guard parameter.count == channels * kernel * kernel else { return Tensor(zeros: [kernel * kernel, channels]) }
    return parameter.widened().reshaped([1, channels, kernel, kernel]).nhwc().reshaped([kernel * kernel, channels])
  }

  /// - Parameters:
  ///   - imageBias: `[n, out]`, added to every pixel of an image.
  ///   - residual: of the output's shape.
  ///   - upsampledTo: reads the image as if each pixel were doubled in both directions and the result cut to this extent.
  public func callAsFunction(
    _ x: Tensor, imageBias: Tensor? = nil, residual: Tensor? = nil, activation: Activation = .none, upsampledTo: Extent? = nil
  ) -> Tensor {
    let isSoundBias = { bias.map(Kernels.isFinite) ?? true }
    switch weight {
    case .full(let matrix):
      return layer.shown(
        Kernels.conv2d(
          x, matrix, window, bias: bias, imageBias: imageBias, residual: residual, activation: activation, upsampledTo: upsampledTo),
        of: x, isSound: matrix.isFinite && isSoundBias())
    case .depthwise(let taps):
      precondition(imageBias == nil && residual == nil && upsampledTo == nil, "a depthwise convolution takes no addends")
      return layer.shown(
        Kernels.depthwiseConv2d(x, taps, window, bias: bias, activation: activation), of: x,
        isSound: Kernels.isFinite(taps) && isSoundBias())
    case .doubled(let doubled, let cut):
      precondition(imageBias == nil && residual == nil && activation == .none, "a convolution of a doubled image takes no addends")
      let isExact = upsampledTo == Extent(height: 2 * x.shape[1], width: 2 * x.shape[2])
      precondition(isExact || cut != nil, "this convolution is for images doubled exactly")
      return layer.shown(
        isExact
          ? Kernels.doubledConv2d(x, doubled, bias: bias)
          : cut.map { Kernels.conv2d(x, $0, window, bias: bias, upsampledTo: upsampledTo) } ?? x,
        of: x, isSound: doubled.isFinite && isSoundBias())
    }
  }

  /// The same of a map that is still to be normalised.
  func callAsFunction(_ x: ScaledMap, imageBias: Tensor? = nil, residual: Tensor? = nil) -> Tensor {
    // A watch is shown what the norm gives.
    guard case .full(let matrix) = weight, !LayerWatch.isOn else { return self(x.tensor, imageBias: imageBias, residual: residual) }
    return Kernels.conv2d(x, matrix, window, bias: bias, imageBias: imageBias, residual: residual)
  }
}
