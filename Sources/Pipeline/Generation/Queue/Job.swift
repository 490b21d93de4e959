import Data
import Foundation
import Models
import Render

/// A job's name, unique over all runs of the program.
public struct JobID: Codable, Hashable, Sendable, CustomStringConvertible {
  let value: UUID

  /// A fresh name.
  public init() { value = UUID() }

  init(_ value: UUID) { self.value = value }

  /// From its text; nil for any other text.
  public init?(_ text: String) {
    guard let value = UUID(uuidString: text) else { return nil }
    self.value = value
  }

  public var description: String { value.uuidString.lowercased() }
}

/// Where a job is.
public enum JobState: Codable, Hashable, Sendable {
  case queued
  /// `step` of `of` denoising steps are done; 0 while models load and the condition is made.
  case running(step: Int, of: Int)
  /// Its program ended, or was asked to end, while it ran, or its engine was lost: it is the first to go on. `reason` is one line for the user, as all reasons are.
  case interrupted(reason: String)
  /// The image is in the store.
  case finished
  case failed(reason: String)
  case cancelled(reason: String)

  /// Why it is interrupted, failed or cancelled.
  public var reason: String? {
    switch self {
    case .interrupted(let reason), .failed(let reason), .cancelled(let reason): reason
    case .queued, .running, .finished: nil
    }
  }

  /// Whether nothing more will happen to the job.
  public var isFinal: Bool {
    switch self {
    case .queued, .running, .interrupted: false
    case .finished, .failed, .cancelled: true
    }
  }
}

/// How the data set and the models of a job are opened, by whichever process works on it.
public struct JobOrigin: Codable, Hashable, Sendable {
  public let source: DatasetSource
  /// Folders with models that are searched before the usual places.
  public let modelFolders: [URL]
  public let memory: StableDiffusion.Memory
  /// Weights given by their paths; nil, and absent from the JSON, for none.
  public let files: GivenFiles?

  public init(source: DatasetSource, modelFolders: [URL], memory: StableDiffusion.Memory, files: GivenFiles = GivenFiles()) {
    // The next process may be started in another folder.
    var source = source
    source.root = source.root?.absoluteURL.standardizedFileURL
    self.source = source
    self.modelFolders = modelFolders.map(\.absoluteURL.standardizedFileURL)
    self.memory = memory
    self.files = files.isEmpty ? nil : files.absolute
  }
}

/// One request on its way through the queue.
public struct Job: Codable, Hashable, Sendable, Identifiable {
  public let id: JobID
  public let request: GenerationRequest
  /// Nil where only a process that has the data set open can work on it.
  public let origin: JobOrigin?
  public var state: JobState
  /// Higher ones first; those of the same priority in the order queued.
  public var priority: Int
  /// How often it began to run.
  public var attempts: Int
  /// Seconds since the job began to run, up to its last change; 0 before.
  public var elapsed: Double
  /// Key of the finished image (`GeneratedImage.key`).
  public var key: String?

  public init(
    id: JobID, request: GenerationRequest, origin: JobOrigin? = nil, state: JobState = .queued, priority: Int = 0, attempts: Int = 0,
    elapsed: Double = 0, key: String? = nil
  ) {
    self.id = id
    self.request = request
    self.origin = origin
    self.state = state
    self.priority = priority
    self.attempts = attempts
    self.elapsed = elapsed
    self.key = key
  }
}
