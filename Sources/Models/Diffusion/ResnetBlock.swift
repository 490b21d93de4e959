/// Two convolutions around the time embedding, added to the input (He et al. 2016; diffusers `ResnetBlock2D`).
struct ResnetBlock: Sendable {
  private let norm1: GroupNorm
  private let conv1: Conv2d
  private let timeEmbProj: Linear?  // time_emb_proj
  private let norm2: GroupNorm
  private let conv2: Conv2d
  private let convShortcut: Conv2d?  // conv_shortcut

  /// - Parameter time: channels of the time embedding; nil in the autoencoder.
  init(_ loader: WeightLoader, in inputs: Int, out outputs: Int, time: Int?, groups: Int, eps: Float) {
    norm1 = GroupNorm(loader("norm1"), groups: groups, channels: inputs, eps: eps)
    conv1 = Conv2d(loader("conv1"), in: inputs, out: outputs, kernel: 3, padding: 1)
    timeEmbProj = time.map { Linear(loader("time_emb_proj"), in: $0, out: outputs) }
    norm2 = GroupNorm(loader("norm2"), groups: groups, channels: outputs, eps: eps)
    conv2 = Conv2d(loader("conv2"), in: outputs, out: outputs, kernel: 3, padding: 1)
    convShortcut = inputs == outputs ? nil : Conv2d(loader("conv_shortcut"), in: inputs, out: outputs, kernel: 1)
  }

  /// - Parameter time: `[n, d]`, after SiLU.
  func callAsFunction(_ x: Tensor, time: Tensor? = nil) -> Tensor {
    let shift = time.flatMap { timeEmbProj?($0) }  // [n, out]
    let h = conv1(norm1.scaling(x, activation: .silu), imageBias: shift)  // [n, h, w, out]
    return conv2(norm2.scaling(h, activation: .silu), residual: convShortcut?(x) ?? x)  // [n, h, w, out]
  }
}
