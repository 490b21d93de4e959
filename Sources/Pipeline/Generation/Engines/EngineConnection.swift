import Core
import Foundation
import Models

/// An engine that runs: calls go to it one after the other. For one thread but for `end`.
final class EngineConnection {
  /// The protocol's version; an engine of another one refuses.
  static let version = "1"
  /// Seconds that starting and reading weights may take, and what an evaluation may before one was timed.
  static let patience = 900.0
  /// Evaluations that take so many times what others took hang.
  private static let slackness = 30.0
  private static let leastPatience = 60.0
  /// Seconds that a call may still take when it was cancelled.
  private static let leave = 30.0

  let process: EngineProcess
  private let command: String
  /// What it says of itself.
  private(set) var name = "", device = "", deviceName = ""
  private(set) var versions: [String: String] = [:]
  private(set) var dtype = ""
  /// Of its device, as it last said.
  private(set) var memory: EngineMemory?
  private let patience: Double
  private var calls = 0
  /// The most seconds that a unit of work took, by the call's name.
  private var pace: [String: Double] = [:]

  /// Starts an engine and asks what it is; `patience` are the seconds that starting, and whatever was not timed yet, may take.
  ///
  /// Throws `GenerationError.engineSetting` and `engineLost`, `EngineAnswer.Refusal`, and `CoreError.unreadableFile` for what cannot be
  /// started.
  init(_ choice: EngineChoice, patience: Double = EngineConnection.patience) throws {
    try choice.check()
    command = "\(choice)"
    self.patience = patience
    process = try EngineProcess(choice.arguments())
    let answer = try call(EngineCall(name: "hello", metadata: ["protocol": Self.version, "program": "diffss \(ProgramVersion.current)"]))
    (name, device, deviceName) = (answer["engine"] ?? "", answer["device"] ?? "", answer["deviceName"] ?? "")
    versions = answer["versions"].flatMap { try? JSONDecoder().decode([String: String].self, from: Data($0.utf8)) } ?? [:]
  }

  /// Makes a call that is `work` units of work, of those by which it is timed, and waits for its answer.
  ///
  /// - Parameter isWanted: asked about fifty times a second; when it says no for the first time the engine is told to leave off.
  /// - Throws: `GenerationError.engineLost` where the process is of no more use, `EngineAnswer.Refusal` where it is.
  func call(_ call: EngineCall, work: Double = 1, isWanted: () -> Bool = { true }) throws -> EngineAnswer {
    try losing { try answer(call, work: work, isWanted: isWanted) }
  }

  /// A tensor of an answer. Throws `GenerationError.engineLost` for one that is not there, or is of another shape.
  func tensor(_ name: String, shape: [Int], of answer: EngineAnswer) throws -> Tensor {
    try losing { try answer.tensor(name, shape: shape) }
  }

  private func answer(_ call: EngineCall, work: Double, isWanted: () -> Bool) throws -> EngineAnswer {
    calls += 1
    let id = calls, start = ContinuousClock.now
    let deadline = start + .seconds(pace[call.name].map { max(Self.leastPatience, Self.slackness * $0 * work) } ?? patience)
    var cancelled: ContinuousClock.Instant?, isTold = false
    func look() throws {
      if let cancelled, ContinuousClock.now - cancelled > .seconds(Self.leave) { throw EngineProcess.Fault.tooLate }
      if cancelled == nil, !isWanted() { cancelled = .now }
    }
    try process.send(try call.message(id: id), before: deadline, asked: look)
    let message = try process.receive(limit: call.answerBytes + EngineCall.mostMetadata, before: deadline) {
      try look()
      // A call that is on its way is sent to its end first.
      guard cancelled != nil, !isTold else { return }
      isTold = true
      try process.send(try EngineCall(name: "cancel", metadata: ["of": "\(id)"]).message(id: id), before: deadline, asked: look)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    Log.generating.debug("engine \(command): \(call.name) \(id) took \(seconds) s")
    let answer = try EngineAnswer(message, to: id)
    pace[call.name] = max(pace[call.name] ?? 0, seconds / max(work, 1e-9))
    if let dtype = answer["dtype"] { self.dtype = dtype }
    if let free = answer.bytes("memoryFree"), let total = answer.bytes("memoryTotal") ?? memory?.total {
      memory = EngineMemory(free: min(free, total), total: total)
    }
    return answer
  }

  /// A process that is at fault is of no more use.
  private func losing<T>(_ body: () throws -> T) throws -> T {
    let start = ContinuousClock.now
    do { return try body() } catch let fault as EngineProcess.Fault {
      let (reason, wasKilled) =
        switch fault {
        case .ended: process.fate
        case .tooLate: ("it has not answered for \(Int((ContinuousClock.now - start) / .seconds(1))) s", false)
        case .garbage(let reason): ("what it answered is no answer: \(reason)", false)
        }
      process.end()
      throw GenerationError.engineLost(engine: command, reason: reason, lastWords: process.lastWords, wasKilled: wasKilled)
    }
  }
}
