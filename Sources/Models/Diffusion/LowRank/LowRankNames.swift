/// The layers of a network by all the names under which LoRA files speak of them.
struct LowRankNames: Sendable {
  /// A weight's key by its layer's name, dots written as underscores.
  private let keys: [String: String]

  /// - Parameters:
  ///   - names: a network's keys in diffusers' layout.
  ///   - original: the rules by which those came from CompVis' names, which some trainers keep.
  init(_ names: [String], original rules: [KeyRule] = []) {
    let back = rules.reversed().compactMap(\.reversed)
    var keys: [String: String] = [:]
    for name in names where name.hasSuffix(".weight") {
      let layer = String(name.dropLast(".weight".count))
      for alias in [layer, back.reduce(layer) { $1.applied(to: $0) }] { keys[Self.flat(alias)] = name }
      // The former attention processors say `to_out` for its one layer, and name the text encoder's like the UNet's.
      if layer.hasSuffix("to_out.0") { keys[Self.flat(String(layer.dropLast(2)))] = name }
      for (own, former) in [("q_proj", "to_q"), ("k_proj", "to_k"), ("v_proj", "to_v"), ("out_proj", "to_out")] where layer.hasSuffix(own) {
        keys[Self.flat(layer.dropLast(own.count) + former)] = name
      }
    }
    for (alias, name) in keys where alias.hasPrefix("text_model_") { keys[String(alias.dropFirst("text_model_".count))] = name }
    self.keys = keys
  }

  /// The key of the weight that a layer of a LoRA file changes.
  func key(_ layer: some StringProtocol) -> String? { keys[Self.flat(layer)] }

  private static func flat(_ name: some StringProtocol) -> String { String(name.map { $0 == "." ? "_" : $0 }) }
}

extension KeyRule {
  /// The renaming the other way; nil for one that forgets something.
  fileprivate var reversed: KeyRule? {
    if case .replace(let parts, let with) = self { .replace(parts: with, with: parts) } else { nil }
  }
}
