import Core
import Foundation
import Models
import Synchronization

/// One engine and what waits for it: orders of several images, whose evaluations it gets together where they can be.
///
/// A thread of its own talks with the process, which is started at the first order, and again when it was lost.
final class Engine: Sendable {
  /// Images at a time, unless the user or the memory says otherwise.
  private static let usualBatch = 8
  /// How often a process that was lost is started again before an image is whole.
  private static let mostRestarts = 3

  let choice: EngineChoice
  private let report: @Sendable (String) -> Void
  private let desk = EngineDesk()
  private let state: Mutex<State>

  private struct State {
    /// Images that are evaluated together at most.
    var batch: Int
    let isBatchGiven: Bool
    /// The number of the present process: those before it were lost.
    var process = 0
    /// How many were lost since the last whole image.
    var losses = 0
    var facts: EngineFacts?
    /// Images under way.
    var runs = 0
    /// Why it is of no more use.
    var trouble: GenerationError?
    /// Seconds of the last evaluation.
    var pace = 0.0
  }

  /// - Parameters:
  ///   - batch: images at a time; nil for what its memory holds.
  ///   - digest: what an engine is told of a file of weights.
  ///   - report: hears sentences for the user.
  init(
    _ choice: EngineChoice, batch: Int?, digest: @escaping @Sendable (String) throws -> NetworkPlan.File,
    report: @escaping @Sendable (String) -> Void
  ) {
    (self.choice, self.report) = (choice, report)
    let state = Mutex(State(batch: batch ?? Self.usualBatch, isBatchGiven: batch != nil))
    self.state = state
    WorkThread.start("engine") { [desk, weak self] in
      let talk = EngineTalk(networks: LoadedNetworks(digest: digest))
      while let orders = desk.next(most: { self?.batch ?? 1 }, expected: { self?.runs ?? 1 }, patience: self?.patience ?? 0) {
        guard let self else { break }
        self.carryOut(orders, talk)
      }
      talk.connection?.process.end()
    }
  }

  deinit { desk.close() }

  var batch: Int { state.withLock { $0.batch } }
  var runs: Int { state.withLock { $0.runs } }
  var facts: EngineFacts? { state.withLock { $0.facts } }
  var process: Int { state.withLock { $0.process } }
  var trouble: GenerationError? { state.withLock { $0.trouble } }
  /// Seconds that an evaluation waits for others: little of what it takes.
  private var patience: Double { state.withLock { min(0.05, 0.05 * $0.pace) } }

  func beginRun() { state.withLock { $0.runs += 1 } }
  func endRun() { state.withLock { $0.runs -= 1 } }

  /// Has an order carried out and waits for it. Throws `GenerationError.engineLost` and `engineRefused`, `ModelError.cancelled`, and what
  /// `interruption` throws.
  func carryOut(_ order: EngineOrder, interruption: () throws -> Void = {}) throws -> Tensor? {
    if let trouble { throw trouble }
    return try desk.carriedOut(order, interruption: interruption)
  }

  /// Leaves an order that nobody waits for.
  func leave(_ order: EngineOrder) { desk.leave(order) }

  // MARK: On its thread

  private func carryOut(_ orders: [EngineOrder], _ talk: EngineTalk) {
    do {
      if let process = orders[0].process, process != self.process {
        throw GenerationError.engineLost(
          engine: "\(choice)", reason: "it was started again, and knows nothing of the image", lastWords: nil)
      }
      try carryOut(orders, by: connection(talk), &talk.networks)
    } catch {
      if case .engineLost = error as? GenerationError, orders[0].process == nil || orders[0].process == process { lose(talk, error) }
      for order in orders { desk.end(order, .failure(error)) }
    }
  }

  private func connection(_ talk: EngineTalk) throws -> EngineConnection {
    if let known = talk.connection { return known }
    talk.networks.forget()
    let connection = try refusing { try EngineConnection(choice) }
    Log.generating.info("engine \(choice): \(connection.name) on \(connection.deviceName) (\(connection.device))")
    state.withLock { state in
      state.facts = EngineFacts(connection)
      // A processor gains nothing by several at a time.
      if !state.isBatchGiven, connection.device == "cpu" { state.batch = 1 }
    }
    talk.connection = connection
    return connection
  }

  /// Notes that the process was lost; once too often, and it stays so.
  private func lose(_ talk: EngineTalk, _ error: any Error) {
    talk.connection = nil
    Log.generating.error("\(error)")
    state.withLock { state in
      state.process += 1
      state.losses += 1
      // One that never said what it is would not the next time either.
      if state.losses > Self.mostRestarts || state.facts == nil { state.trouble = error as? GenerationError }
    }
  }

  /// What an engine refuses, in the words of this module.
  private func refusing<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let refusal as EngineAnswer.Refusal {
      if refusal.kind == .cancelled { throw ModelError.cancelled }
      throw GenerationError.engineRefused(engine: "\(choice)", reason: refusal.message, isAboutWeights: refusal.kind == .weights)
    }
  }

  private func carryOut(_ orders: [EngineOrder], by connection: EngineConnection, _ networks: inout LoadedNetworks) throws {
    let ids = try orders[0].networks.map { try load($0, by: connection, &networks) }
    guard let call = try EngineOrder.call(orders, networks: ids) else { return desk.end(orders[0], .success(nil)) }
    do {
      let start = ContinuousClock.now
      let answer = try connection.call(call.call, work: call.work) {
        if case .end = orders[0].kind { true } else { orders.contains(where: desk.isWanted) }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      state.withLock { state in
        switch orders[0].kind {
        case .predict: state.pace = seconds
        case .decode: state.losses = 0
        case .start, .encode, .begin, .end: break
        }
      }
      try hand(out: answer, call.answer, to: orders, by: connection)
    } catch let refusal as EngineAnswer.Refusal where refusal.kind == .memory && orders.count > 1 {
      let half = orders.count / 2
      state.withLock { $0.batch = min($0.batch, half) }
      report("the memory of \(choice) does not hold \(orders.count) images at a time: \(half) from now on")
      try carryOut(Array(orders[..<half]), by: connection, &networks)
      try carryOut(Array(orders[half...]), by: connection, &networks)
    } catch let refusal as EngineAnswer.Refusal {
      try refusing { throw refusal }
    }
  }

  private func load(_ network: WantedNetwork, by connection: EngineConnection, _ networks: inout LoadedNetworks) throws -> String {
    let (id, document) = try networks.describe(network)
    if networks.has(id) { return id }
    for old in networks.add(id, network.plan.kind) {
      _ = try refusing { try connection.call(EngineCall(name: "unload", metadata: ["network": old])) }
    }
    do {
      _ = try refusing {
        try connection.call(EngineCall(name: "load", metadata: ["network": id, "plan": document, "dtype": network.precision.rawValue]))
      }
    } catch {
      networks.remove(id)
      throw error
    }
    state.withLock { $0.facts = EngineFacts(connection) }
    return id
  }

  /// Each order's rows of the answer.
  private func hand(out answer: EngineAnswer, _ name: String, to orders: [EngineOrder], by connection: EngineConnection) throws {
    guard let shape = orders[0].answerShape else { return desk.end(orders[0], .success(nil)) }
    let rows = orders.reduce(0) { $0 + ($1.answerShape?[0] ?? 0) }
    let isImage = shape.count == 4
    let stored = isImage ? [rows, shape[3], shape[1], shape[2]] : [rows] + shape.dropFirst()
    let all = try connection.tensor(name, shape: stored, of: answer), turned = isImage ? all.nhwc() : all
    var row = 0
    for order in orders {
      let count = order.answerShape?[0] ?? 0
      desk.end(order, .success(orders.count == 1 ? turned : turned.slice(row..<row + count)))
      row += count
    }
  }
}

/// What an engine's thread keeps.
private final class EngineTalk {
  var connection: EngineConnection?
  var networks: LoadedNetworks

  init(networks: LoadedNetworks) { self.networks = networks }
}

extension EngineFacts {
  fileprivate init(_ connection: EngineConnection) {
    self.init(
      engine: connection.name, device: connection.device, deviceName: connection.deviceName, dtype: connection.dtype,
      versions: connection.versions)
  }
}
