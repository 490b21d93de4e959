import Foundation
import Pipeline

/// The jobs as the events tell them, and how long they take.
package struct WorkQueue: Sendable {
  /// In the order queued.
  package private(set) var jobs: [Job] = []
  private var places: [JobID: Int] = [:]
  /// Seconds one denoising step takes, smoothed; nil before the first one.
  package private(set) var secondsPerStep: Double?

  package init() {}

  /// Takes over a job's new state.
  package mutating func take(_ job: Job) {
    if let place = places[job.id] {
      jobs[place] = job
    } else {
      places[job.id] = jobs.count
      jobs.append(job)
    }
    if case .running(let step, _) = job.state, step > 0, job.elapsed > 0 {
      let rate = job.elapsed / Double(step)
      secondsPerStep = secondsPerStep.map { 0.8 * $0 + 0.2 * rate } ?? rate
    }
  }

  /// What has not ended, in the order in which it will be painted.
  package var inOrder: [Job] {
    func rank(_ job: Job) -> Int {
      switch job.state {
      case .running: 0
      case .interrupted: 1
      case .queued, .finished, .failed, .cancelled: 2
      }
    }
    return jobs.enumerated().filter { !$0.element.state.isFinal }
      .sorted { (rank($0.element), -$0.element.priority, $0.offset) < (rank($1.element), -$1.element.priority, $1.offset) }.map(\.element)
  }

  /// A job by its name.
  package subscript(id: JobID) -> Job? { places[id].map { jobs[$0] } }

  /// What is known of earlier runs' pace, until this run knows better.
  package mutating func expect(secondsPerStep: Double?) { self.secondsPerStep = self.secondsPerStep ?? secondsPerStep }

  package var running: Job? { jobs.first { if case .running = $0.state { true } else { false } } }
  package var waiting: Int { jobs.count { if case .running = $0.state { false } else { !$0.state.isFinal } } }
  package var unfinished: Int { jobs.count { !$0.state.isFinal } }
  package var finished: Int { jobs.count { $0.state == .finished } }

  /// The newest job for a request.
  package func job(for request: GenerationRequest) -> Job? { jobs.last { $0.request == request } }

  /// Seconds until the queue is empty, as far as one can tell; nil when nothing runs or no step was timed yet.
  package var secondsLeft: Double? {
    guard unfinished > 0, let secondsPerStep else { return nil }
    return jobs.reduce(0) { sum, job in
      switch job.state {
      case .running(let step, let count): sum + secondsPerStep * Double(max(0, count - step))
      case .queued, .interrupted: sum + secondsPerStep * Double(job.request.steps)
      case .finished, .failed, .cancelled: sum
      }
    }
  }

  /// `m:ss`, or `h:mm:ss` from an hour on.
  package static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 360_000 else { return "long" }
    let whole = Int(max(0, seconds).rounded(.up))
    return whole < 3600
      ? String(format: "%d:%02d", whole / 60, whole % 60)
      : String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
  }
}
