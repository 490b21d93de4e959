import Foundation
import Models

extension ModelLibrary {
  /// The models of a choice by the names that they have here, and the digests of what was found by the names of the choice.
  ///
  /// A model that was named by its path is known by its last part, which may be several models' or none's here: one whose path ends so and that has the
  /// digest in `known` is taken. Throws `GenerationError.modelMissing` for a name under which there is nothing.
  public func located(_ choice: ModelChoice, digests known: [String: String]) throws -> (choice: ModelChoice, weights: [String: String]) {
    var choice = choice, weights: [String: String] = [:]
    func located(_ id: String, _ own: () throws -> ModelEntry, _ fits: (ModelKind) -> Bool) throws -> String {
      let named = Result { try own() }
      if let entry = try? named.get(), let digest = try? digests.digest(of: entry), digest == known[id] {
        weights[id] = digest
        return id
      }
      let last = id.split(separator: "/").last.map(String.init) ?? id
      for entry in entries where entry.url.lastPathComponent == last && fits(entry.kind) {
        guard let digest = try? digests.digest(of: entry), digest == known[id] else { continue }
        weights[id] = digest
        return entry.id
      }
      weights[id] = try digests.digest(of: named.get())
      return id
    }
    choice.diffusion = try located(choice.diffusion) { try entry(choice.diffusion) } _: { $0 == .diffusion }
    choice.controlNet = try choice.controlNet.map { id in try located(id) { try entry(id) } _: { if case .controlNet = $0 { true } else { false } } }
    choice.detector = try choice.detector.map { id in try located(id) { try entry(id) } _: { if case .detector = $0 { true } else { false } } }
    choice.autoencoder = try choice.autoencoder.map { id in try located(id) { try addition(id, .autoencoder) } _: { $0 == .autoencoder || $0 == .diffusion } }
    choice.loras = try choice.loras?.map { lora in
      LoRAChoice(id: try located(lora.id) { try addition(lora.id, .lora) } _: { $0 == .lora }, scale: lora.scale)
    }
    return (choice, weights)
  }
}
