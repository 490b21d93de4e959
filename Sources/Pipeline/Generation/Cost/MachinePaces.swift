import Core
import Foundation
import Models
import Synchronization

/// How long an image takes: seconds of a step with guidance and the ControlNet (`ModelMenu.steps`), and of what comes behind the last one.
public struct ImagePace: Codable, Hashable, Sendable {
  public let step: Double
  public let rest: Double

  public init(step: Double, rest: Double) {
    self.step = step
    self.rest = rest
  }

  /// That of another size: a step by its multiplications, what comes behind by its pixels.
  func scaled(_ cost: DiffusionCost, from measured: (width: Int, height: Int), to size: (width: Int, height: Int)) -> ImagePace {
    if measured == size { return self }
    let steps = cost.step(width: size.width, height: size.height) / cost.step(width: measured.width, height: measured.height)
    return ImagePace(step: step * steps, rest: rest * Double(size.width * size.height) / Double(measured.width * measured.height))
  }

  /// Whether both are seconds.
  var isSound: Bool { [step, rest].allSatisfy { $0.isFinite && (0...1e6).contains($0) } && step > 0 }
}

/// Paces that are known, in `paces.json` of a data folder: measured by one step, and learned from the images that were made since.
public struct MachinePaces: Sendable {
  /// What a pace holds for: model, size, precision, decoder, images at a time, threads, kernels and machine, or the engines.
  public struct Place: Hashable, Sendable {
    let text: String

    /// `bytes` are those of the model's files: another model of the same name is another place. `engines` are none where this process evaluates
    /// the networks, `jobs` the images at a time.
    init(model: String, bytes: Int, width: Int, height: Int, _ settings: DiffusionSettings, jobs: Int, engines: [String]) {
      let image = "\(model) \(bytes) \(width)x\(height) \(settings.precision) \(settings.shortcuts.decoder)"
      let who =
        engines.isEmpty
        ? "\(Compute.threads) threads, \(KernelSet.current) kernels, \(ProcessInfo.processInfo.hostName)" : engines.joined(separator: " ")
      text = "\(image), \(jobs) at a time, \(who)"
    }
  }

  private let file: URL

  public init(in folder: URL) { file = folder.appendingPathComponent("paces.json") }

  /// The middle one of the last images, before the first of them the measured one. Nil where none is known, or what is there cannot be read.
  public func pace(_ place: Place) -> ImagePace? { known[place.text]?.pace }

  /// Remembers a measured one. What cannot be written is measured again another time.
  public func remember(_ pace: ImagePace, _ place: Place) { change(place) { $0.measured = pace } }

  /// Takes over how long a real image took: the last ones replace what was measured.
  public func learn(_ pace: ImagePace, _ place: Place) {
    guard pace.isSound else { return }
    change(place) { $0.images = $0.images.suffix(Self.mostImages - 1) + [pace] }
  }

  /// What is known of a place.
  private struct Known: Codable {
    var measured: ImagePace?
    /// Those of the last images, the newest last.
    var images: [ImagePace] = []

    /// Middle ones, which an image that the machine was busy beside does not change.
    var pace: ImagePace? {
      let sound = images.filter(\.isSound)
      guard !sound.isEmpty else { return measured.flatMap { $0.isSound ? $0 : nil } }
      func middle(_ value: (ImagePace) -> Double) -> Double { sound.map(value).sorted()[sound.count / 2] }
      return ImagePace(step: middle(\.step), rest: middle(\.rest))
    }
  }

  /// Nobody has so many machines: what fills the file up is of no use.
  private static let most = 500
  private static let mostImages = 9

  /// Images that end at the same time take turns.
  private static let turn = Mutex(())

  private func change(_ place: Place, _ body: (inout Known) -> Void) {
    Self.turn.withLock { _ in
      var all = known
      if all.count >= Self.most, all[place.text] == nil { all = [:] }
      body(&all[place.text, default: Known()])
      guard let data = try? CanonicalJSON.data(all), (try? AtomicFile.createFolder(file.deletingLastPathComponent())) != nil else { return }
      // Every image writes it, and what a crash of the machine takes is measured again: not worth a wait for the disk.
      try? AtomicWriter.write(data, to: file, isDurable: false)
    }
  }

  private var known: [String: Known] {
    (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode([String: Known].self, from: $0) } ?? [:]
  }
}

/// When the phases of an image began: its first step, and what follows the last one.
struct PhaseClock {
  private var first: ContinuousClock.Instant?
  private var last: ContinuousClock.Instant?

  /// Takes over news of the image's progress: `step` steps are done.
  mutating func reached(_ step: Int) {
    first = first ?? .now
    if step > 0 { last = .now }
  }

  /// Seconds of all steps, and of what came behind until now.
  var seconds: (steps: Double, rest: Double) {
    let now = ContinuousClock.now, start = first ?? now, middle = last ?? now
    return ((middle - start) / .seconds(1), (now - middle) / .seconds(1))
  }
}
