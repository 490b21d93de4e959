import Core
import Foundation
import Models
import Synchronization

/// The engines that the user named, which share the images among them.
public final class EnginePool: Sendable {
  private let engines: [Engine]
  private let watchers: EngineWatchers

  /// `batch` are images at a time on each that does not say; nil for what their memory holds.
  public init(_ choices: [EngineChoice], batch: Int? = nil) {
    let digests = WeightDigests.standard(), watchers = EngineWatchers()
    self.watchers = watchers
    engines = choices.map { choice in
      Engine(choice, batch: choice.batch ?? batch, digest: { try digests.file($0) }, tell: watchers.tell)
    }
  }

  /// Has a watcher told of what happens to the engines, from any thread, until it answers no.
  public func watch(_ watcher: @escaping @Sendable (EngineNews) -> Bool) { watchers.add(watcher) }

  public var statuses: [EngineStatus] { engines.map(\.status) }

  /// As the user named them.
  public var names: [String] { engines.map { "\($0.choice)" } }

  /// Starts those that do not run, so that `capacity` is known; what cannot be started says so at its first image.
  /// Throws what `interruption` throws, which is asked about fifty times a second.
  func start(interruption: () throws -> Void) throws {
    for engine in engines where engine.facts == nil {
      do { _ = try engine.carryOut(EngineOrder(.start), interruption: interruption) } catch { try interruption() }
    }
  }

  /// Has those that do not run started, and waits for none.
  public func begin() {
    for engine in engines where engine.facts == nil { engine.leave(EngineOrder(.start)) }
  }

  /// Images of an extent that they work on at a time, all of them together.
  func capacity(width: Int, height: Int) -> Int {
    max(1, engines.filter { $0.trouble == nil }.reduce(0) { $0 + $1.capacity(pixels: width * height) })
  }

  /// Ends every engine of this process at once, hanging ones too, for a program that does not leave by `exit`.
  public static func endAll() { EngineProcess.endAll() }

  /// A way to an engine: the one that has the fewest images. Throws the trouble of one where none is of use.
  public func session(_ precision: Precision) throws -> EngineSession {
    guard let engine = engines.filter({ $0.trouble == nil }).min(by: { $0.runs * $1.capacity < $1.runs * $0.capacity }) else {
      throw engines.lazy.compactMap(\.trouble).first ?? GenerationError.engineLost(engine: "", reason: "none was named", lastWords: nil)
    }
    return EngineSession(engine, precision)
  }

  /// Whether an image whose engine was lost may be begun again, on that engine once it is started again, or on another.
  func mayBeginAgain(_ error: any Error) -> Bool {
    if case .engineLost = error as? GenerationError { engines.contains { $0.trouble == nil } } else { false }
  }

  /// Has `images` made, and made again where their engine is lost: nothing of them is kept but what `body` has. Throws what `body` throws.
  func making<T>(_ images: Int = 1, _ precision: Precision, _ body: (EngineSession) throws -> T) throws -> T {
    while true {
      do { return try session(precision).making(images, body) } catch let error where mayBeginAgain(error) {
        Log.generating.warning("an image begins again: \(error)")
      }
    }
  }
}

/// Who is told of engines.
private final class EngineWatchers: Sendable {
  private let all: Mutex<[@Sendable (EngineNews) -> Bool]> = Mutex([])

  func add(_ watcher: @escaping @Sendable (EngineNews) -> Bool) { all.withLock { $0.append(watcher) } }

  @Sendable func tell(_ news: EngineNews) {
    // Not under the lock: a watcher may ask the engines.
    let present = all.withLock { $0 }, stay = present.map { $0(news) }
    guard stay.contains(false) else { return }
    all.withLock { $0 = zip($0, stay).compactMap { $1 ? $0 : nil } + $0.dropFirst(stay.count) }
  }
}
