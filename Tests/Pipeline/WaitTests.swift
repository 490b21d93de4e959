import Foundation
import TestSupport
import Testing

/// Tests wait for others; each of these waits has an end.
@Suite struct WaitTests {
  @Test(.timeLimit(.minutes(10))) func whatHangsIsLeftBehind() async throws {
    let never = DispatchSemaphore(value: 0)
    await #expect(throws: TookTooLong.self) { try await within(0.2) { try await Task.sleep(for: .seconds(3600)) } }
    // Even where it does not hear of being cancelled.
    await #expect(throws: TookTooLong.self) { try await within(0.2) { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } } }
    #expect(throws: TookTooLong.self) { try never.wait(within: 0.1) }
    let (silent, end) = AsyncStream.makeStream(of: Int.self)
    await #expect(throws: TookTooLong.self) { try await silent.first(within: 0.2) }
    end.finish()
    #expect(try await within { 7 } == 7)
    let sleeper = Process()
    (sleeper.executableURL, sleeper.arguments) = (URL(fileURLWithPath: "/bin/sleep"), ["3600"])
    #expect(throws: TookTooLong.self) { try sleeper.runToEnd(within: 0.2) }
  }

  /// Tests that wait for a process hold the threads that all tasks share, one a core: what is waited for beside them must come all the same.
  @Test func aWaitNeedsNoneOfTheSharedThreads() async throws {
    let never = DispatchSemaphore(value: 0)
    for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { Task { try? never.wait(within: 1) } }
    #expect(try await within(0.5) { 7 } == 7)
    for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { Task { try? never.wait(within: 1) } }
    await #expect(throws: CancellationError.self) {
      try await cancellable { cancel in
        cancel()
        try Task.checkCancellation()
      }
    }
  }

  /// What waits without an end is called in `Deadline.swift` alone, or inside `within`.
  @Test func noTestWaitsForEver() throws {
    let root = Golden.projectRoot.appendingPathComponent("Tests")
    let endless = [".wait()", "waitUntilExit()", "readDataToEndOfFile()", "for await _ in begun { break }", "for await _ in half { break }"]
    var files = 0
    for name in try FileManager.default.subpathsOfDirectory(atPath: root.path) where name.hasSuffix(".swift") {
      // The fuzzer kills its workers itself, and is no test.
      if name.hasPrefix("Fuzz/") || name == "Support/Deadline.swift" || name == "Pipeline/WaitTests.swift" { continue }
      files += 1
      let lines = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in lines.enumerated() {
        for word in endless where line.contains(word) { Issue.record("\(name):\(number + 1) waits without an end: \(word)") }
        guard line.contains("waitUntilIdle()") || line.contains("for await ") || line.contains("for try await ") else { continue }
        // A few lines above at most: `within {`, or a stream that the test itself has ended.
        let before = lines[max(0, number - 4)...number].joined(separator: "\n")
        if !["within", ".finish()", " in group", "watching ="].contains(where: before.contains) { Issue.record("\(name):\(number + 1) waits without an end") }
      }
    }
    #expect(files > 80)
  }
}
