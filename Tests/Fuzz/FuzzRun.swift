import Foundation
import TestSupport

/// Divides inputs among the targets, runs each in processes that may die, and keeps what was fatal.
struct FuzzRun {
  let targets: [FuzzTarget]
  /// In all.
  let inputs: Int
  let seed: UInt64

  /// Longest time that one input may take before its process is stopped.
  private static let patience = 10.0

  /// Returns the number of findings; each is kept in `.build-fuzz/found`.
  func run() throws -> Int {
    let weights = targets.reduce(0) { $0 + $1.weight }
    let place = Golden.projectRoot.appendingPathComponent(".build-fuzz/found")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    var findings = 0, done = 0
    for target in targets {
      let count = inputs * target.weight / weights, start = ContinuousClock.now
      let found = try run(target, count, place)
      findings += found
      done += count
      say(String(format: "%@: %d inputs, %d findings, %.0f s", target.name, count, found, (ContinuousClock.now - start) / .seconds(1)))
    }
    say("\(done) inputs, \(findings) findings")
    return findings
  }

  private func run(_ target: FuzzTarget, _ count: Int, _ place: URL) throws -> Int {
    var next = 0, findings = 0
    let note = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(getpid())-note")
    defer { try? FileManager.default.removeItem(at: note) }
    while next < count {
      let worker = Process(), output = Pipe(), ended = DispatchSemaphore(value: 0)
      worker.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      worker.arguments = ["--worker", target.name, "\(seed)", "\(next)", "\(count)", note.path]
      worker.standardOutput = output
      // Objects of Foundation live as long as the process; an allocation of more than 1 GB is fatal.
      worker.environment = ProcessInfo.processInfo.environment.merging(
        ["SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=0:max_allocation_size_mb=1024:allocator_may_return_null=0:hard_rss_limit_mb=4096"]) { $1 }
      worker.terminationHandler = { _ in ended.signal() }
      try worker.run()
      var last = -1, isStuck = false
      while ended.wait(timeout: .now() + Self.patience) == .timedOut {
        let now = number(note)
        if now == last {
          isStuck = true
          kill(worker.processIdentifier, SIGKILL)
        }
        last = now
      }
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      for line in text.split(separator: "\n") where line.hasPrefix("slow ") {
        findings += 1
        try keep(target, Int(line.dropFirst(5)) ?? 0, "slow", place)
      }
      if worker.terminationReason == .exit && worker.terminationStatus == 0 { break }
      let fatal = number(note)
      findings += 1
      try keep(target, fatal, isStuck ? "stuck" : "fatal", place)
      next = fatal + 1
    }
    return findings
  }

  /// At once: the run takes long, and what it says may go into a file.
  private func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

  private func number(_ note: URL) -> Int {
    guard let data = try? Data(contentsOf: note), data.count == 8 else { return 0 }
    return Int(data.enumerated().reduce(Int64(0)) { $0 | Int64($1.element) << (8 * Int64($1.offset)) })
  }

  private func keep(_ target: FuzzTarget, _ number: Int, _ what: String, _ place: URL) throws {
    let file = place.appendingPathComponent("\(target.name.replacingOccurrences(of: " ", with: "-"))-\(seed)-\(number)")
    try Data(FuzzWorker(target: target, seed: seed).input(number)).write(to: file)
    say("\(target.name): input \(number) of seed \(seed) is \(what): \(file.path)")
  }
}
