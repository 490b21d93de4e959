/// Attention (Vaswani et al. 2017) over the pixels of a feature map and to the text (diffusers `Transformer2DModel`).
struct Transformer: Sendable {
  private let norm: GroupNorm
  // A 1x1 convolution in SD 1.5, a linear layer in later ones: over [n, h * w, c] they are the same.
  private let projIn: Linear  // proj_in
  private let transformerBlocks: [TransformerBlock]  // transformer_blocks
  private let projOut: Linear  // proj_out

  init(_ loader: WeightLoader, channels: Int, heads: Int, depth: Int, context: Int, groups: Int) {
    norm = GroupNorm(loader("norm"), groups: groups, channels: channels, eps: 1e-6)
    projIn = Linear(loader("proj_in"), in: channels, out: channels)
    transformerBlocks = (0..<depth).map {
      TransformerBlock(loader("transformer_blocks.\($0)"), size: channels, heads: heads, context: context)
    }
    projOut = Linear(loader("proj_out"), in: channels, out: channels)
  }

  /// `x` `[n, h, w, c]`, or `[1, h, w, c]` for all texts; `[n, h, w, c]` for n texts. `merging` is the part of the tokens that
  /// self-attention goes without.
  func callAsFunction(_ x: Tensor, context: TextStates, merging: Double = 0) -> Tensor {
    let tokens = x.reshaped([x.shape[0], x.shape[1] * x.shape[2], x.channels])  // [n, h * w, c]
    var h = projIn(norm(tokens))  // [n, h * w, c]
    for block in transformerBlocks {
      let merging = merging > 0 ? TokenMerging(h, height: x.shape[1], width: x.shape[2], ratio: merging) : nil
      h = block(h, context: context, merging: merging)
    }
    let images = h.shape[0]
    return projOut(h, residual: tokens.repeated(images)).reshaped([images] + x.shape.dropFirst())  // [n, h, w, c]
  }
}

/// Self-attention, cross-attention and a gated feed-forward layer, each added to its input.
struct TransformerBlock: Sendable {
  private let norm1: LayerNorm
  private let attn1: Attention
  private let norm2: LayerNorm
  private let attn2: Attention
  private let norm3: LayerNorm
  private let ffIn: GatedLinear  // ff.net.0.proj
  private let ffOut: Linear  // ff.net.2
  private let precision: Precision

  init(_ loader: WeightLoader, size: Int, heads: Int, context: Int) {
    norm1 = LayerNorm(loader("norm1"), size)
    attn1 = Attention(loader("attn1"), size: size, context: size, heads: heads)
    norm2 = LayerNorm(loader("norm2"), size)
    attn2 = Attention(loader("attn2"), size: size, context: context, heads: heads)
    norm3 = LayerNorm(loader("norm3"), size)
    ffIn = GatedLinear(loader("ff.net.0.proj"), in: size, out: 4 * size)
    ffOut = Linear(loader("ff.net.2"), in: 4 * size, out: size)
    precision = loader.precision
  }

  /// `x` `[n, tokens, c]`, or `[1, tokens, c]` for all texts; `[n, tokens, c]` for n texts.
  func callAsFunction(_ x: Tensor, context: TextStates, merging: TokenMerging?) -> Tensor {
    let looked = looked(x, merging).repeated(context.count)  // [n, tokens, c]
    let read = attn2(norm2(looked, for: precision), keys: context.keys(for: attn2), residual: looked)  // [n, tokens, c]
    let gated = ffIn(norm3(read, for: precision))  // [n, tokens, 4 c]
    return ffOut(gated, residual: read)  // [n, tokens, c]
  }

  /// Self-attention, added to its input.
  private func looked(_ x: Tensor, _ merging: TokenMerging?) -> Tensor {
    guard let merging else {
      let normal = norm1(x, for: precision)
      return attn1(normal, keys: attn1.keys(of: normal), residual: x)
    }
    let merged = Operand(merging.merged(norm1(x)))  // [n, fewer tokens, c]
    return Kernels.add(x, merging.unmerged(attn1(merged, keys: attn1.keys(of: merged), residual: nil)))
  }
}

/// Multi-head attention with its four linear layers (diffusers `Attention`).
struct Attention: Sendable {
  private let toQ: Linear  // to_q
  private let toK: Linear  // to_k
  private let toV: Linear  // to_v
  private let toOut: Linear  // to_out.0
  private let heads: Int

  /// - Parameter bias: whether queries, keys and values have one; the output always has.
  init(_ loader: WeightLoader, size: Int, context: Int, heads: Int, bias: Bool = false) {
    toQ = Linear(loader("to_q"), in: size, out: size, bias: bias)
    toK = Linear(loader("to_k"), in: context, out: size, bias: bias)
    toV = Linear(loader("to_v"), in: context, out: size, bias: bias)
    toOut = Linear(loader("to_out.0"), in: size, out: size)
    self.heads = heads
  }

  /// What is looked at, `[n, t, d]`.
  func keys(of context: Operand) -> PackedKeys { PackedKeys(toK(context), toV(context), heads: heads, precision: toK.weight.precision) }

  /// `x` `[n, tokens, c]`; `residual` `[n, tokens, c]` is added to the result.
  func callAsFunction(_ x: Operand, keys: PackedKeys, residual: Tensor?) -> Tensor {
    let mixed = Kernels.attention(toQ(x), keys, for: toOut.precision)  // [n, tokens, c]
    return toOut(mixed, residual: residual)  // [n, tokens, c]
  }

  /// What tells one layer's keys from another's.
  var identity: ObjectIdentifier { toK.weight.identity }
}

/// What texts say to a network. Every cross-attention layer's keys and values are made once, at the first step, as the texts do
/// not change over a run. For one thread, and for networks that outlive it.
final class TextStates {
  /// `[n, t, d]`
  let states: Tensor
  private var keys: [ObjectIdentifier: PackedKeys] = [:]

  init(_ states: Tensor) { self.states = states }

  /// Number of texts.
  var count: Int { states.shape[0] }

  func keys(for layer: Attention) -> PackedKeys {
    if !LayerWatch.isOn, let known = keys[layer.identity] { return known }
    let made = layer.keys(of: Operand(states))
    keys[layer.identity] = made
    return made
  }
}
