import Core
import Foundation
import Models

/// The engines that the user named, which share the images among them.
public final class EnginePool: Sendable {
  private let engines: [Engine]

  /// - Parameters:
  ///   - batch: images at a time on each that does not say; nil for what their memory holds.
  ///   - report: hears sentences for the user.
  public init(_ choices: [EngineChoice], batch: Int? = nil, report: @escaping @Sendable (String) -> Void = { _ in }) {
    let digests = WeightDigests.standard()
    engines = choices.map { choice in
      Engine(choice, batch: choice.batch ?? batch, digest: { try digests.file($0) }, report: report)
    }
  }

  /// Starts those that do not run, so that `capacity` is known; what cannot be started says so at its first image.
  /// Throws what `interruption` throws, which is asked about fifty times a second.
  func start(interruption: () throws -> Void) throws {
    for engine in engines where engine.facts == nil {
      do { _ = try engine.carryOut(EngineOrder(.start), interruption: interruption) } catch { try interruption() }
    }
  }

  /// Images that they work on at a time, all of them together; one that does not run counts as one.
  func capacity() -> Int { max(1, engines.filter { $0.trouble == nil }.reduce(0) { $0 + ($1.facts == nil ? 1 : $1.batch) }) }

  /// Ends every engine of this process at once, hanging ones too, for a program that does not leave by `exit`.
  public static func endAll() { EngineProcess.endAll() }

  /// An image's engine: the one that has the fewest. Throws the trouble of one where none is of use.
  public func session(_ precision: Precision) throws -> EngineSession {
    guard let engine = engines.filter({ $0.trouble == nil }).min(by: { $0.runs * $1.batch < $1.runs * $0.batch }) else {
      throw engines.lazy.compactMap(\.trouble).first ?? GenerationError.engineLost(engine: "", reason: "none was named", lastWords: nil)
    }
    return EngineSession(engine, precision)
  }

  /// Whether an image whose engine was lost may be begun again.
  var isOfUse: Bool { engines.contains { $0.trouble == nil } }
}
