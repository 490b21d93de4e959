import Core
import Foundation
import Models

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

/// Paces that were measured before, in `paces.json` of a data folder.
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

  /// Nil where none was measured, or what is there cannot be read.
  public func pace(_ place: Place) -> ImagePace? { known[place.text].flatMap { $0.isSound ? $0 : nil } }

  /// Remembers one. What cannot be written is measured again another time.
  public func remember(_ pace: ImagePace, _ place: Place) {
    guard pace.isSound else { return }
    var all = known
    // Nobody has so many machines: what fills the file up is of no use.
    if all.count >= Self.most { all = [:] }
    all[place.text] = pace
    if let data = try? CanonicalJSON.data(all) { try? AtomicFile.write(data, to: file) }
  }

  private static let most = 500

  private var known: [String: ImagePace] {
    (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode([String: ImagePace].self, from: $0) } ?? [:]
  }
}
