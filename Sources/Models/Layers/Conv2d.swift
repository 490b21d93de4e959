/// A convolution: `[n, h, w, in]` to `[n, h', w', out]`.
public struct Conv2d: Sendable {
  private enum Weight: Sendable {
    case full(PackedMatrix)
    /// Each channel by itself: `[taps, channels]`.
    case depthwise(Tensor)
  }

  private let weight: Weight
  private let bias: Tensor?
  private let window: Window
  private let layer: LayerWatch.Layer

  /// - Parameter groups: 1, or the number of channels when `inputs` and `outputs` are equal.
  public init(
    _ loader: WeightLoader, in inputs: Int, out outputs: Int, kernel: Int, stride: Int = 1, padding: Padding = 0,
    dilation: Int = 1, groups: Int = 1, bias: Bool = true
  ) {
    precondition(groups == 1 || groups == inputs && groups == outputs, "only full and depthwise convolutions are known")
    let parameter = loader.parameter("weight", [outputs, inputs / groups, kernel, kernel])
    weight =
      groups == 1
      ? .full(PackedMatrix(parameter, columns: outputs, depth: inputs, taps: kernel * kernel, precision: loader.precision))
      : .depthwise(Self.tapsFirst(parameter, channels: outputs, kernel: kernel))
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
    }
  }
}
