import Foundation
import Models

/// One thing that an image wants of its engine.
final class EngineOrder: Sendable {
  enum Kind: Sendable {
    /// That it runs.
    case start
    /// Token ids `[n, t]` to text states of a shape.
    case encode(Tensor, shape: [Int])
    /// To keep what stays the same over a run, under a name.
    case begin(context: String, EngineRun)
    case end(context: String)
    /// Latents `[n, h, w, c]` of a run to the UNet's answers.
    case predict(context: String, Tensor, Evaluation, Shortcuts)
    /// Latents to images.
    case decode(Tensor, factor: Int)
  }

  let kind: Kind
  /// The networks it takes, the first of them its own.
  let networks: [WantedNetwork]
  /// Which of the engine's processes knows the run; nil where any does.
  let process: Int?

  init(_ kind: Kind, networks: [WantedNetwork] = [], process: Int? = nil) {
    (self.kind, self.networks, self.process) = (kind, networks, process)
  }

  /// Of the answer, channels last; nil where there is none.
  var answerShape: [Int]? {
    switch kind {
    case .start, .begin, .end: nil
    case .encode(_, let shape): shape
    case .predict(_, let latents, let evaluation, _): [latents.shape[0] * (evaluation.isGuided ? 2 : 1)] + latents.shape.dropFirst()
    case .decode(let latents, let factor): [latents.shape[0], latents.shape[1] * factor, latents.shape[2] * factor, 3]
    }
  }

  /// Places of an image's latents, and images, of an evaluation; nil of anything else.
  var extent: (places: Int, images: Int)? {
    guard case .predict(_, let latents, _, _) = kind else { return nil }
    return (latents.shape[1] * latents.shape[2], latents.shape[0])
  }

  /// Whether one call can carry out both: evaluations of the same networks at the same size that leave out the same.
  func joins(_ other: EngineOrder) -> Bool {
    guard case .predict(_, let latents, let evaluation, let shortcuts) = kind,
      case .predict(_, let others, let theirs, let left) = other.kind
    else { return false }
    return latents.shape.dropFirst() == others.shape.dropFirst() && networks == other.networks && process == other.process
      && evaluation.isWhole == theirs.isWhole && evaluation.asksControl == theirs.asksControl && evaluation.controls == theirs.controls
      && shortcuts.mergedTokens == left.mergedTokens && shortcuts.cacheEvery == left.cacheEvery
      && shortcuts.controlEvery == left.controlEvery
  }

  /// The call that carries out orders that join; nil where there is nothing to be said. `networks` are their identifiers.
  ///
  /// `work` is what the call's time is measured by: images at the size of their latents.
  static func call(_ orders: [EngineOrder], networks: [String]) throws -> (call: EngineCall, work: Double, answer: String)? {
    func bytes(_ shape: [Int]) -> Int { shape.reduce(4, *) }
    switch orders[0].kind {
    case .start: return nil
    case .encode(let ids, let shape):
      return (
        EngineCall(name: "encode", metadata: ["network": networks[0]], tensors: [("ids", ids)], answerBytes: bytes(shape)),
        Double(ids.count), "states"
      )
    case .begin(let context, let run):
      let controls = zip(run.controls, networks.dropFirst()).map { ["network": $1, "scale": Double($0.scale)] as [String: Any] }
      let settings: [String: Any] = ["unet": networks[0], "guess": run.guessMode, "controls": controls]
      let text = String(
        decoding: try JSONSerialization.data(withJSONObject: settings, options: [.sortedKeys, .withoutEscapingSlashes]), as: UTF8.self)
      let images = run.controls.enumerated().map { (name: "control.\($0)", tensor: $1.image.nchw()) }
      return (
        EngineCall(name: "begin", metadata: ["context": context, "settings": text], tensors: [("texts", run.texts)] + images),
        Double(max(1, run.controls.reduce(0) { $0 + $1.image.count })), ""
      )
    case .end(let context): return (EngineCall(name: "end", metadata: ["context": context]), 1, "")
    case .decode(let latents, _):
      return (
        EngineCall(
          name: "decode", metadata: ["network": networks[0]], tensors: [("latents", latents.nchw())],
          answerBytes: bytes(orders[0].answerShape ?? [])),
        Double(latents.count), "image"
      )
    case .predict(_, _, let first, let shortcuts):
      var runs: [[String: Any]] = [], latents: [Tensor] = [], rows = 0
      for case .predict(let context, let own, let evaluation, _) in orders.map(\.kind) {
        runs.append([
          "context": context, "images": own.shape[0], "timestep": Double(evaluation.timestep), "guided": evaluation.isGuided,
          "controls": evaluation.controls,
        ])
        latents.append(own)
        rows += own.shape[0] * (evaluation.isGuided ? 2 : 1)
      }
      let text = String(
        decoding: try JSONSerialization.data(withJSONObject: runs, options: [.sortedKeys, .withoutEscapingSlashes]), as: UTF8.self)
      let metadata = [
        "network": networks[0], "runs": text, "whole": first.isWhole ? "1" : "0", "control": first.asksControl ? "1" : "0",
        "keep": shortcuts.cacheEvery > 1 ? "1" : "0", "keepControl": shortcuts.cacheEvery > 1 || shortcuts.controlEvery > 1 ? "1" : "0",
        "merge": "\(shortcuts.mergedTokens)",
      ]
      let all = Tensor.stacked(latents).nchw(), size = bytes([rows] + (orders[0].answerShape ?? []).dropFirst())
      return (
        EngineCall(name: "predict", metadata: metadata, tensors: [("latents", all)], answerBytes: size),
        Double(rows * all.count / max(1, all.shape[0])), "out"
      )
    }
  }
}

/// A network and the precision that is asked of it.
struct WantedNetwork: Hashable, Sendable {
  let plan: NetworkPlan
  let precision: Precision

  static func == (left: WantedNetwork, right: WantedNetwork) -> Bool { left.plan === right.plan && left.precision == right.precision }

  func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(plan))
    hasher.combine(precision)
  }
}
