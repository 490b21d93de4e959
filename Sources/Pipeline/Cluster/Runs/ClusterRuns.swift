import Core
import Foundation

/// The runs of a folder, by the names of their own.
public struct ClusterRuns: Sendable {
  public let folder: URL

  public init(_ folder: URL) { self.folder = folder }

  /// `$DIFFSS_RUNS`, else `cluster` in the data folder.
  public static func standard(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
    environment["DIFFSS_RUNS"].map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? DataFolder.standard(environment).appendingPathComponent("cluster", isDirectory: true)
  }

  /// Names of the folders that hold a plan, the one last submitted first.
  public var names: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let dated = names.map { ($0, FileStamp(of: folder.appendingPathComponent("\($0)/submissions.jsonl").path).time) }
      .filter { FileManager.default.fileExists(atPath: folder.appendingPathComponent("\($0.0)/plan.json").path) }
    return dated.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
  }

  /// The run of a folder, or the only one whose name begins so; nil means the one last submitted.
  /// Throws `ClusterError.unknownRun`, and what reading it does.
  public func run(_ name: String?) throws -> ClusterRun {
    if let name, name.contains("/") || name.hasPrefix(".") {
      return try ClusterRun(URL(fileURLWithPath: name, isDirectory: true).standardizedFileURL)
    }
    let names = names
    guard let name else {
      guard let last = names.first else { throw ClusterError.unknownRun(name: "", folder: folder.path, known: []) }
      return try ClusterRun(folder.appendingPathComponent(last, isDirectory: true))
    }
    let fitting = names.filter { !name.isEmpty && $0.hasPrefix(name) }
    guard fitting.count == 1 else {
      throw ClusterError.unknownRun(name: PlainText.clean(name), folder: folder.path, known: fitting.isEmpty ? names : fitting)
    }
    return try ClusterRun(folder.appendingPathComponent(fitting[0], isDirectory: true))
  }
}

extension ClusterRuns {
  /// How far the runs last submitted are, for people, a line an element. Asks Slurm on a thread of its own.
  public func text(most: Int = 5) async -> [String] {
    (try? await WorkLane("cluster").run { _ in
      let names = names
      if names.isEmpty { return ["no run was submitted yet: diffss cluster submit"] }
      let runs = names.prefix(most).map { name -> [String] in
        do { return ClusterStatus(try run(name)).text } catch { return ["run \(name): \(PlainText.clean("\(error)"))"] }
      }
      return runs.joined(separator: [""]) + (names.count > most ? ["", "and \(names.count - most) older ones"] : [])
    }) ?? []
  }
}
