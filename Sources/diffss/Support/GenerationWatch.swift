import Core
import Foundation
import Generation
import Pipeline
import Synchronization

/// Has supports generated into a folder or an archive, shows the progress, and tells of each image when it ends.
struct GenerationWatch {
  let workbench: Workbench
  let output: any SupportOutput
  let json: Bool

  /// Throws an `ExitStatus` unless every image was done.
  func generate(_ run: SupportRun) async throws {
    let interrupt = Interrupt.shared
    let tally = GenerationTally(output: output, json: json)
    let work = Task { [workbench, output] in try await workbench.generate(run, into: output) { tally.take($0) } }
    interrupt.onRequest { work.cancel() }
    do {
      try await work.value
    } catch is CancellationError where interrupt.isRequested {
      tally.end()
      throw ExitStatus.interrupted
    }
    tally.end()
    if let status = tally.status { throw status }
  }
}

/// Counts and prints what a run tells.
private final class GenerationTally: Sendable {
  private struct State {
    var total = 0
    var leftOut = 0
    var kept = 0
    var generated = 0
    var replaced = 0
    var failed = 0
    /// Failures, those of control images too.
    var errors = 0
    /// Parts of the images under way that are done, by name.
    var parts: [String: Double] = [:]
    var list = JSONList()

    var ended: Int { kept + generated + replaced + failed }
  }

  /// One image, as `--json` prints it.
  private struct Line: Encodable {
    let name: String
    let result: String
    let file: String?
    let key: String?
    let error: String?
    let request: GenerationRequest?
  }

  private let output: any SupportOutput
  private let json: Bool
  private let progress = ProgressLine("generating", unit: "images")
  private let state = Mutex(State())

  init(output: any SupportOutput, json: Bool) {
    self.output = output
    self.json = json
  }

  func take(_ event: SupportRunEvent) {
    state.withLock { state in
      switch event {
      case .begun(let images, let leftOut): (state.total, state.leftOut) = (images, leftOut)
      case .generating(let name, let step, let steps):
        state.parts[name] = Double(step) / Double(max(steps, 1))
        show(name, state)
      case .ended(let outcome):
        state.parts[outcome.name] = nil
        count(outcome, &state)
        tell(outcome, &state)
        show(outcome.name, state)
      }
    }
  }

  /// Says what there was in the end.
  func end() {
    progress.finish()
    state.withLock { state in
      if json { state.list.end() }
      var text = "painted \(state.generated), replaced \(state.replaced), kept \(state.kept), failed \(state.failed) of \(Counted(state.total, "image"))"
      if state.leftOut > 0 { text += "; left \(Counted(state.leftOut, "support")) out, as the published script does" }
      printError(text)
    }
  }

  /// Nil when everything was done.
  var status: ExitStatus? {
    state.withLock { state in
      if state.errors == 0 { return nil }
      return state.kept + state.generated + state.replaced == 0 ? .nothingDone : .someFailed
    }
  }

  private func show(_ name: String, _ state: State) {
    progress.update(
      Double(state.ended) + state.parts.values.reduce(0, +), of: Double(state.total), free: Double(state.kept),
      detail: PlainText.clean(name))
  }

  private func count(_ outcome: SupportOutcome, _ state: inout State) {
    switch outcome.result {
    case .kept: state.kept += outcome.images
    case .generated: state.generated += outcome.images
    case .replaced: state.replaced += outcome.images
    case .failed:
      state.failed += outcome.images
      state.errors += 1
    }
  }

  private func tell(_ outcome: SupportOutcome, _ state: inout State) {
    progress.clear()
    let (result, reason) = words(outcome)
    let file = reason == nil ? output.location(outcome.name) : nil
    if json {
      // A request without NaN always encodes.
      try? state.list.print(
        Line(name: outcome.name, result: result, file: file, key: outcome.key, error: reason, request: outcome.request))
    } else if let file {
      print(file)
    }
  }

  /// The result's word, and for a failure its reason, which is reported.
  private func words(_ outcome: SupportOutcome) -> (result: String, reason: String?) {
    switch outcome.result {
    case .kept: return ("kept", nil)
    case .generated: return ("painted", nil)
    case .replaced: return ("replaced", nil)
    case .failed(let error):
      let reason = PlainText.clean("\(error)")
      report(message: "\(PlainText.clean(outcome.name)): \(reason)", hint: (error as? any Explained)?.hint.map(PlainText.cleanLines))
      return ("failed", reason)
    }
  }
}
