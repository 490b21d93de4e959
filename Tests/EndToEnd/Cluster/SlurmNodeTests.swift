import Foundation
import TestSupport
import Testing

/// The Slurm that the tests of `diffss cluster` run on.
@Suite(.enabled(if: SlurmNode.isAvailable)) struct SlurmNodeTests {
  @Test(.timeLimit(.minutes(10))) func anArrayRunsAndNothingStaysBehind() throws {
    let folder = try TemporaryFolder()
    let node = try SlurmNode()
    let short = try folder.write("#!/bin/sh\necho \"task $SLURM_ARRAY_TASK_ID\"\n", to: "short.sh")
    let out = folder.file("out-%a").path
    try node.run("sbatch", "--array=1-8", "--output=\(out)", short.path)
    try node.wait(for: "the end of the array") { try node.run("squeue", "-h").isEmpty }
    for task in 1...8 {
      #expect(try String(contentsOf: folder.file("out-\(task)"), encoding: .utf8) == "task \(task)\n")
    }

    // What still runs ends with the node, as do its own children in sessions of their own.
    let long = try folder.write("#!/bin/sh\nsetsid sleep 3600 &\necho $! $$\nexec sleep 3600\n", to: "long.sh")
    let pids = folder.file("pids")
    try node.run("sbatch", "--output=\(pids.path)", long.path)
    try node.wait(for: "the job's processes") { processes(in: pids).count == 2 && processes(in: pids).allSatisfy(isRunning) }
    let left = processes(in: pids), daemons = try daemons(of: node)
    #expect(daemons.count >= 4, "munged, slurmctld, slurmd and slurmstepd have the node's files open: \(daemons)")
    try node.stop()
    try node.stop()
    try node.wait(for: "the end of the job") { !left.contains(where: isRunning) }
    #expect(try self.daemons(of: node).isEmpty)
  }

  private func processes(in file: URL) -> [Int] {
    ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
  }

  /// A process that has ended and waits for its parent has no command line any more.
  private func isRunning(_ process: Int) -> Bool {
    !((try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline"))) ?? Data()).isEmpty
  }

  /// Processes with a file open in the node's folder.
  private func daemons(of node: SlurmNode) throws -> [Int] {
    // Under a long $TMPDIR it is a link with a short name, which fits a socket's address.
    let home = URL(fileURLWithPath: try #require(node.environment["SLURM_CONF"])).deletingLastPathComponent()
    let folder = home.resolvingSymlinksInPath().path
    let files = FileManager.default
    return try files.contentsOfDirectory(atPath: "/proc").compactMap { Int($0) }.filter { process in
      let descriptors = (try? files.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []
      return descriptors.contains { ((try? files.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")) ?? "").hasPrefix(folder) }
    }
  }
}
