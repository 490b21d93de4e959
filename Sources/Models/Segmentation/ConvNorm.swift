/// A convolution and the batch normalisation behind it, folded into one convolution: `[n, h, w, in]` to `[n, h', w', out]`.
struct ConvNorm: Sendable {
  private let weight: PackedMatrix
  private let bias: Tensor
  private let window: Window
  private let layer: LayerWatch.Layer

  /// - Parameters:
  ///   - conv, norm: where `weight` is, and where `weight`, `bias`, `running_mean` and `running_var` are.
  ///   - padding: half the dilated kernel when not given, which keeps the size at stride 1.
  ///   - bias: whether the convolution has one of its own.
  init(
    _ conv: WeightLoader, _ norm: WeightLoader, in inputs: Int, out outputs: Int, kernel: Int, stride: Int = 1,
    padding: Int? = nil, dilation: Int = 1, bias: Bool = false
  ) {
    var weights = conv.parameter("weight", [outputs, inputs, kernel, kernel]).widened()
    let own = bias ? conv.parameter("bias", [outputs]).widened().values : []
    func channel(_ key: String) -> [Float] { norm.parameter(key, [outputs]).widened().values }
    let factors = zip(channel("weight"), channel("running_var")).map { $0 / ($1 + 1e-5).squareRoot() }
    let (offsets, means) = (channel("bias"), channel("running_mean"))
    // A weight that is missing has stand-ins of another size; the loader's report comes before any use.
    if weights.shape == [outputs, inputs, kernel, kernel], factors.count == outputs, weights.count > 0 {
      weights = Kernels.scaleRows(weights, by: factors)
    }
    weight = PackedMatrix(
      Parameter(weights), columns: outputs, depth: inputs, taps: kernel * kernel, precision: conv.suited(toInputs: inputs).precision)
    let folded = offsets.indices.map { i in offsets[i] + ((own.isEmpty ? 0 : own[i]) - means[i]) * factors[i] }
    self.bias = Tensor(folded, shape: [folded.count])
    window = Window(
      height: kernel, width: kernel, stride: stride, padding: Padding(padding ?? kernel / 2 * dilation), dilation: dilation)
    layer = conv.layer
  }

  /// - Parameter residual: of the output's shape, added before the activation.
  func callAsFunction(_ x: Tensor, residual: Tensor? = nil, activation: Activation = .none) -> Tensor {
    layer.shown(
      Kernels.conv2d(x, weight, window, bias: bias, residual: residual, activation: activation), of: x,
      isSound: weight.isFinite && Kernels.isFinite(bias))
  }
}
