import Core
import Foundation

/// Calls of Slurm's own programs.
enum SlurmProgram {
  /// Seconds that one may take: they ask the controller again and again while it does not answer.
  static let patience = 60.0
  private static let mostBytes = 1 << 24

  /// Runs a program and returns what it printed.
  ///
  /// Throws `ClusterError.noSlurm` where it is not in `PATH`, and `.refused` with its own words where it fails or takes too long.
  static func run(_ name: String, _ arguments: [String]) throws -> String {
    guard let program = find(name) else { throw ClusterError.noSlurm(program: name) }
    let process = Process(), output = Pipe(), errors = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch { throw ClusterError.refused(program: name, reason: (error as NSError).posixReason) }
    defer {
      if process.isRunning { process.terminate() }
      // Foundation keeps an ended process, and with it what it read from: a view that asks again and again would run out of descriptors.
      for pipe in [output, errors] { try? pipe.fileHandleForReading.close() }
    }
    let texts = try read([output, errors].map(\.fileHandleForReading.fileDescriptor), name)
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      // It says what it was about in every line.
      let words = texts[1].split(separator: "\n").map { line in
        line.hasPrefix("\(name): error: ")
          ? String(line.dropFirst(name.count + 9)) : line.hasPrefix("\(name): ") ? String(line.dropFirst(name.count + 2)) : String(line)
      }
      let reason = words.isEmpty ? "it ended with status \(process.terminationStatus)" : words.joined(separator: "; ")
      throw ClusterError.refused(program: name, reason: PlainText.clean(String(reason.prefix(400))))
    }
    return texts[0]
  }

  private static func find(_ name: String) -> URL? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").lazy.map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(fileURLWithPath: $0) }
  }

  /// What comes from some descriptors until all of them are closed. Throws `ClusterError.refused` when that takes too long.
  private static func read(_ descriptors: [Int32], _ name: String) throws -> [String] {
    let deadline = ContinuousClock.now + .seconds(patience)
    var texts = descriptors.map { _ in [UInt8]() }, open = Set(descriptors.indices), piece = [UInt8](repeating: 0, count: 1 << 16)
    while !open.isEmpty {
      guard ContinuousClock.now < deadline else {
        throw ClusterError.refused(program: name, reason: "no answer within \(Int(patience)) seconds: is Slurm's controller up?")
      }
      let places = open.sorted()
      var polls = places.map { pollfd(fd: descriptors[$0], events: Int16(POLLIN), revents: 0) }
      guard poll(&polls, nfds_t(polls.count), 100) > 0 else { continue }
      for (place, poll) in zip(places, polls) where poll.revents != 0 {
        let count = Foundation.read(poll.fd, &piece, piece.count)
        if count > 0 {
          if texts[place].count < mostBytes { texts[place] += piece.prefix(count) }
        } else if count == 0 || errno != EINTR {
          open.remove(place)
        }
      }
    }
    return texts.map { String(decoding: $0, as: UTF8.self) }
  }
}
