import Foundation
import Models
import Synchronization

/// An image's way to its engine.
public final class EngineSession: DiffusionEngine {
  private let engine: Engine
  private let precision: Precision

  init(_ engine: Engine, _ precision: Precision) { (self.engine, self.precision) = (engine, precision) }

  var facts: EngineFacts? { engine.facts }
  /// Its engine as the user named it.
  var name: String { "\(engine.choice)" }
  /// Images that its engine is at.
  var runs: Int { engine.runs }

  /// Has `body` make so many images, which count as the engine's until it ends: a model that keeps the session keeps no image.
  func making<T>(_ images: Int, _ body: (EngineSession) throws -> T) throws -> T {
    engine.begin()
    var whole = 0
    defer { engine.end(whole: whole) }
    let made = try body(self)
    whole = images
    return made
  }

  public func textStates(_ ids: [[Int]], of model: ModelPlan, interruption: @escaping Interruption) throws -> Tensor {
    let tokens = Tensor(ids.joined().map { Float($0) }, shape: [ids.count, ids[0].count])
    let order = EngineOrder(.encode(tokens, shape: [ids.count, ids[0].count, model.textWidth]), networks: [wanted(model.textEncoder)])
    return try answer(order, interruption)
  }

  public func begin(_ run: EngineRun, of model: ModelPlan, interruption: @escaping Interruption) throws -> any NoiseEvaluator {
    engine.note(pixels: model.factor * model.factor)
    let networks = [wanted(model.unet)] + run.controls.map { wanted(model.controlNets[$0.network]) }, context = UUID().uuidString
    // Read before the order: a process that is lost meanwhile is another one then, and the run's evaluations say so.
    let process = engine.process
    do {
      _ = try engine.carryOut(EngineOrder(.begin(context: context, run), networks: networks), interruption: interruption)
    } catch {
      // It may begin all the same.
      end(context, process: process)
      throw error
    }
    return EngineNoise(self, context, networks, run.shortcuts, process: process, interruption)
  }

  public func decode(_ latents: Tensor, of model: ModelPlan, interruption: @escaping Interruption) throws -> Tensor {
    // One by one: an image takes more memory here than in its evaluations.
    try .stacked(
      (0..<latents.shape[0]).map { image in
        let own = latents.shape[0] == 1 ? latents : latents.slice(image..<image + 1)
        return try answer(EngineOrder(.decode(own, factor: model.factor), networks: [wanted(model.autoencoder)]), interruption)
      })
  }

  private func wanted(_ plan: NetworkPlan) -> WantedNetwork { WantedNetwork(plan: plan, precision: precision) }

  fileprivate func answer(_ order: EngineOrder, _ interruption: () throws -> Void) throws -> Tensor {
    guard let tensor = try engine.carryOut(order, interruption: interruption) else { throw ModelError.cancelled }
    return tensor
  }

  /// Tells the engine that a run is over, as long as its process is the same. Nobody waits for it.
  fileprivate func end(_ context: String, process: Int) {
    guard engine.process == process else { return }
    engine.leave(EngineOrder(.end(context: context), process: process))
  }
}

/// The evaluations of one run by an engine.
private final class EngineNoise: NoiseEvaluator {
  private let session: EngineSession
  private let context: String
  private let networks: [WantedNetwork]
  private let shortcuts: Shortcuts
  private let process: Int
  private let interruption: Interruption

  init(
    _ session: EngineSession, _ context: String, _ networks: [WantedNetwork], _ shortcuts: Shortcuts, process: Int,
    _ interruption: @escaping Interruption
  ) {
    (self.session, self.context, self.networks) = (session, context, networks)
    (self.shortcuts, self.process, self.interruption) = (shortcuts, process, interruption)
  }

  deinit { session.end(context, process: process) }

  func evaluate(_ latents: Tensor, _ evaluation: Evaluation) throws -> Tensor {
    try session.answer(
      EngineOrder(.predict(context: context, latents, evaluation, shortcuts), networks: networks, process: process), interruption)
  }
}
