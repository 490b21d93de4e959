import Core
import Foundation

/// What a run on a cluster has to do: a command of this program, cut into tasks. It never changes.
public struct ClusterPlan: Codable, Hashable, Sendable {
  /// The commands that can be cut into tasks.
  public enum Command: String, CaseIterable, Codable, Sendable {
    case generate, evaluate, sweep
  }

  public let command: Command
  /// The command's own options as they were given.
  public let words: [String]
  /// Where it was given: relative paths are of this folder. Absolute.
  public let directory: String
  /// Number of tasks, 1....
  public let tasks: Int
  /// Threads of each task, on which the bytes of images depend; nil for as many as Slurm gives it.
  public let threads: Int?
  /// Of the program: another one's results may differ.
  public let version: String

  public init(_ command: Command, words: [String], directory: String, tasks: Int, threads: Int?, version: String = ProgramVersion.current) {
    self.command = command
    self.words = words
    self.directory = directory
    self.tasks = tasks
    self.threads = threads
    self.version = version
  }

  /// SHA-256 of its canonical JSON, hexadecimal. Throws `EncodingError` for what JSON has no word for.
  public func hash() throws -> String { Digest.hex(try CanonicalJSON.data(self)) }
}
