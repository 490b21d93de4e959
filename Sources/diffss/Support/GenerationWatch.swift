import Foundation
import Pipeline

/// Queues requests, shows their progress, and copies each finished picture into a folder at once.
struct GenerationWatch {
  let workbench: Workbench
  let folder: SupportFolder
  let json: Bool

  /// One finished or failed request, as `--json` prints it.
  private struct Outcome: Encodable {
    let file: String?
    let key: String?
    let error: String?
    let request: GenerationRequest
  }

  /// Throws an `ExitStatus` unless every request was done.
  func run(_ requests: [GenerationRequest]) async throws {
    let interrupt = Interrupt.shared
    let progress = ProgressLine("painting", unit: "pictures")
    let events = workbench.events()
    let ids = workbench.enqueue(requests)
    var waiting = Set(ids)
    var outcomes: [JobID: Outcome] = [:]
    var failures: [String] = []

    func settle(_ job: Job) async throws {
      guard job.state.isFinal, waiting.remove(job.id) != nil else { return }
      switch job.state {
      case .finished:
        guard let picture = try await workbench.generated(job.request) else { return }
        let file = try folder.add(picture)
        outcomes[job.id] = Outcome(file: file.path, key: picture.key, error: nil, request: job.request)
      case .failed(let reason):
        failures.append("\(SupportFolder.name(of: job.request.source)): \(reason)")
        outcomes[job.id] = Outcome(file: nil, key: nil, error: reason, request: job.request)
      default: break
      }
    }

    for job in workbench.jobs { try await settle(job) }
    interrupt.onRequest { [workbench] in workbench.cancelAll() }
    if !waiting.isEmpty {
      for await event in events {
        if case .jobChanged(let job) = event {
          try await settle(job)
          var fraction = 0.0
          if case .running(let step, let of) = job.state { fraction = Double(step) / Double(max(of, 1)) }
          progress.update(
            Double(ids.count - waiting.count) + fraction, of: Double(ids.count),
            detail: SupportFolder.name(of: job.request.source))
        }
        if waiting.isEmpty { break }
      }
    }
    progress.finish()

    for failure in failures { report(message: failure, hint: nil) }
    let finished = ids.compactMap { outcomes[$0] }
    if json {
      print(try CanonicalJSON.text(finished))
    } else {
      for outcome in finished { if let file = outcome.file { print(file) } }
    }
    if interrupt.isRequested { throw ExitStatus.interrupted }
    if !failures.isEmpty { throw failures.count == ids.count ? ExitStatus.nothingDone : ExitStatus.someFailed }
  }
}
