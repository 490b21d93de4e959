import Foundation
import Render

/// A job's name, unique over all runs of the program.
public struct JobID: Codable, Hashable, Sendable, CustomStringConvertible {
  let value: UUID

  /// A fresh name.
  public init() { value = UUID() }

  init(_ value: UUID) { self.value = value }

  public var description: String { value.uuidString.lowercased() }
}

/// Where a job stands.
public enum JobState: Codable, Hashable, Sendable {
  case queued
  /// `step` of `of` denoising steps are done; 0 while models load and the condition is made.
  case running(step: Int, of: Int)
  /// The picture is in the store.
  case finished
  /// `reason` is one line for the user.
  case failed(reason: String)
  case cancelled

  /// Whether nothing more will happen to the job.
  public var isFinal: Bool {
    switch self {
    case .queued, .running: false
    case .finished, .failed, .cancelled: true
    }
  }
}

/// One request on its way through the queue.
public struct Job: Codable, Hashable, Sendable, Identifiable {
  public let id: JobID
  public let request: GenerationRequest
  public var state: JobState
  /// Seconds since the job began to run, up to its last change; 0 before.
  public var elapsed: Double
  /// Key of the finished picture (`GeneratedImage.key`).
  public var key: String?

  public init(id: JobID, request: GenerationRequest, state: JobState = .queued, elapsed: Double = 0, key: String? = nil) {
    self.id = id
    self.request = request
    self.state = state
    self.elapsed = elapsed
    self.key = key
  }
}

/// What the background work tells its watchers.
public enum WorkEvent: Hashable, Sendable {
  /// A job was queued, advanced by a step, or ended.
  case jobChanged(Job)
  /// What there is of a job's picture after a step.
  case preview(JobID, Image)
  /// Weights are being read: `name` of the model.
  case modelLoading(name: String)
  /// They are ready.
  case modelLoaded(name: String)
}
