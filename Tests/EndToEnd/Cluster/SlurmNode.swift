import Foundation
import TestSupport

/// A Slurm of one node on the loopback, with eight processors whatever the machine has: see `slurm-node` beside this file.
final class SlurmNode {
  /// Whether Debian's slurm-wlm and munge are here, or their absence must fail.
  static let isAvailable: Bool = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
    let missing = ["munged", "slurmctld", "slurmd", "sbatch"].filter { name in
      !folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
    if !missing.isEmpty { print("note: no \(missing.joined(separator: ", ")) (slurm-wlm, munge) here, the tests of Slurm are skipped") }
    return missing.isEmpty || ProcessInfo.processInfo.environment["CI"] == "true"
  }()

  struct Failure: Error, CustomStringConvertible { let description: String }

  /// What sbatch and the others find the node by.
  private(set) var environment: [String: String] = [:]
  private let folder: TemporaryFolder

  /// Starts it. Each of `settings` is a line of slurm.conf, `KEY=VALUE`, in the place of the script's own.
  init(_ settings: String...) throws {
    folder = try TemporaryFolder()
    for line in try script("start", settings).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { environment[parts[0]] = parts[1] }
    }
    if environment["SLURM_CONF"] == nil { throw Failure(description: "slurm-node start does not say where slurm.conf is") }
  }

  deinit { _ = try? script("stop", []) }

  /// Ends it, with every job. It may be called more than once.
  func stop() throws { try script("stop", []) }

  /// What a command of Slurm's prints.
  @discardableResult
  func run(_ words: String...) throws -> String {
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    return try Self.output(DetachingCommand(words: words, environment: variables))
  }

  /// The last lines of its logs.
  var lastWords: String {
    ["slurmctld", "slurmd"].map { name in
      let text = (try? String(contentsOf: folder.file("node/log/\(name)"), encoding: .utf8)) ?? ""
      return "\(name):\n\(text.split(separator: "\n").suffix(40).joined(separator: "\n"))"
    }.joined(separator: "\n")
  }

  /// Waits until `condition` holds; polls, since Slurm does not announce.
  func wait(for what: String, seconds: Double = patience, until condition: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while try !condition() {
      if Date() > deadline { throw TookTooLong("\(what); squeue: \((try? run("squeue", "-r", "-h")) ?? "no answer")", seconds: seconds) }
      usleep(50_000)
    }
  }

  @discardableResult
  private func script(_ command: String, _ settings: [String]) throws -> String {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("slurm-node").path
    let words = [path, command, folder.file("node").path] + settings
    return try Self.output(DetachingCommand(words: words, environment: ProcessInfo.processInfo.environment))
  }

  private static func output(_ command: DetachingCommand) throws -> String {
    let output = try command.run()
    guard output.status == 0 else {
      throw Failure(description: "\(command.words.joined(separator: " ")) failed:\n\(output.standardError)")
    }
    return output.standardOutput
  }
}
