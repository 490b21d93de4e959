import Core
import Foundation
import Models
import Synchronization

/// One engine and what waits for it: orders of several images, whose evaluations it gets together where they can be.
///
/// A thread of its own talks with the process, which is started at the first order, and again when it was lost.
final class Engine: Sendable {
  /// How often a process that was lost is started again before an image is whole.
  private static let mostRestarts = 3

  let choice: EngineChoice
  private let tell: @Sendable (EngineNews) -> Void
  private let desk = EngineDesk()
  private let state: Mutex<State>

  private struct State {
    var batch: BatchSize
    /// The number of the present process: those before it were lost.
    var process = 0
    /// How many were lost since the last whole image.
    var losses = 0
    var facts: EngineFacts?
    var memory: EngineMemory?
    var rate = ImageRate()
    /// Why it is of no more use.
    var trouble: (any Error)?
    /// Seconds of the last evaluation.
    var pace = 0.0
    /// Pixels of an image for a place of its latents, as the last run had it.
    var pixels = 64
    /// Places of the latents of the last evaluation.
    var places = 0
  }

  /// - Parameters:
  ///   - batch: images at a time; nil for what its memory holds.
  ///   - digest: what an engine is told of a file of weights.
  ///   - tell: hears what changes.
  init(
    _ choice: EngineChoice, batch: Int?, digest: @escaping @Sendable (String) throws -> NetworkPlan.File,
    tell: @escaping @Sendable (EngineNews) -> Void
  ) {
    (self.choice, self.tell) = (choice, tell)
    state = Mutex(State(batch: BatchSize(batch)))
    WorkThread.start("engine") { [desk, weak self] in
      let talk = EngineTalk(networks: LoadedNetworks(digest: digest))
      while let orders = desk.next(most: { self?.most($0) ?? 1 }, expected: { self?.runs ?? 1 }, patience: { self?.patience ?? 0 }) {
        guard let self else { break }
        self.carryOut(orders, talk)
      }
      talk.connection?.process.end()
    }
  }

  deinit { desk.close() }

  var runs: Int { state.withLock { $0.rate.runs } }
  var facts: EngineFacts? { state.withLock { $0.facts } }
  var process: Int { state.withLock { $0.process } }
  var trouble: (any Error)? { state.withLock { $0.trouble } }
  var status: EngineStatus {
    state.withLock { state in
      EngineStatus(
        name: "\(choice)", facts: state.facts, memory: state.memory, imagesPerMinute: state.rate.perMinute,
        trouble: state.trouble.map { PlainText.clean("\($0)") })
    }
  }

  /// Images of an extent that it works on at a time; one before it said what it is.
  func capacity(pixels: Int) -> Int { state.withLock { $0.facts == nil ? 1 : $0.batch.images(pixels / $0.pixels) } }

  /// Images like the last ones that it works on at a time.
  var capacity: Int { state.withLock { $0.batch.images($0.places) } }

  private func most(_ order: EngineOrder) -> Int { state.withLock { $0.batch.images(order.extent?.places ?? 0) } }

  /// Seconds that an evaluation waits for others: little of what it takes.
  private var patience: Double { state.withLock { min(0.05, 0.05 * $0.pace) } }

  /// An image begins.
  func begin() { state.withLock { $0.rate.begin(at: .now) } }

  /// Notes how many pixels a place of the latents stands for.
  func note(pixels: Int) { state.withLock { $0.pixels = max(1, pixels) } }

  /// An image ends. Where it is whole, the processes that were lost before it count no more: not every image is decoded here.
  func end(whole images: Int) {
    state.withLock { state in
      for _ in 0..<images { state.rate.finish(at: .now) }
      state.rate.end(at: .now)
      if images > 0 { state.losses = 0 }
    }
    if images > 0 { tell(.changed) }
  }

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
      // Left before it was given up.
      if let trouble { throw trouble }
      if let process = orders[0].process, process != self.process {
        throw GenerationError.engineLost(
          engine: "\(choice)", reason: "it was started again, and knows nothing of the image", lastWords: nil)
      }
      try carryOut(orders, by: connection(talk), &talk.networks)
    } catch {
      let isLost = if case .engineLost = error as? GenerationError { orders[0].process ?? process == process } else { false }
      if isLost, trouble == nil { lose(talk, error) }
      for order in orders { desk.end(order, .failure(error)) }
    }
  }

  private func connection(_ talk: EngineTalk) throws -> EngineConnection {
    if let known = talk.connection { return known }
    talk.networks.forget()
    let start = ContinuousClock.now
    let connection: EngineConnection
    do { connection = try refusing { try EngineConnection(choice) } } catch {
      // One that is lost is dealt with as such; what else is wrong now is so for the next image.
      if case .engineLost = error as? GenerationError {} else { giveUp(error) }
      throw error
    }
    Log.generating.info("engine \(choice): \(connection.name) on \(connection.deviceName) (\(connection.device))")
    state.withLock { state in
      (state.facts, state.memory) = (EngineFacts(connection), connection.memory)
      if connection.device == "cpu" { state.batch.isForProcessor() }
      state.rate.leaveOut(from: start, to: .now)
    }
    talk.connection = connection
    tell(.changed)
    return connection
  }

  private func giveUp(_ error: any Error) {
    Log.generating.error("\(error)")
    state.withLock { $0.trouble = error }
    tell(.said("\(error); it is given up"))
    tell(.changed)
  }

  /// Notes that the process was lost; once too often, and it stays so.
  private func lose(_ talk: EngineTalk, _ error: any Error) {
    talk.connection = nil
    let (losses, isHopeless) = state.withLock { state in
      state.process += 1
      state.losses += 1
      // One that never said what it is would not the next time either, unless somebody else ended it.
      let wasKilled = if case .engineLost(_, _, _, true) = error as? GenerationError { true } else { false }
      return (state.losses, state.losses > Self.mostRestarts || state.facts == nil && !wasKilled)
    }
    if isHopeless { return giveUp(error) }
    Log.generating.error("\(error)")
    tell(.said("\(error); it is started again (\(losses) of \(Self.mostRestarts))"))
  }

  /// What an engine refuses, in the words of this module.
  private func refusing<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let refusal as EngineAnswer.Refusal {
      if refusal.kind == .cancelled { throw ModelError.cancelled }
      throw GenerationError(refusal, of: choice)
    }
  }

  /// `isPart` where some of the orders of a call go before the others.
  private func carryOut(
    _ orders: [EngineOrder], by connection: EngineConnection, _ networks: inout LoadedNetworks, isPart: Bool = false
  ) throws {
    let ids = try load(orders[0].networks, by: connection, &networks)
    guard let call = try EngineOrder.call(orders, networks: ids) else { return desk.end(orders[0], .success(nil)) }
    do {
      let start = ContinuousClock.now
      let answer = try connection.call(call.call, work: call.work) {
        if case .end = orders[0].kind { true } else { orders.contains(where: desk.isWanted) }
      }
      if let extent = orders[0].extent { note(answer, extent.places, orders, seconds: (.now - start) / .seconds(1), connection) }
      try hand(out: answer, call.answer, to: orders, by: connection)
      // The image is whole, though whoever waits for it has yet to say so: another loss may come before.
      if case .decode = orders[0].kind { state.withLock { $0.losses = 0 } }
    } catch let refusal as EngineAnswer.Refusal where refusal.kind == .memory && orders.count > 1 {
      state.withLock { $0.batch.lower(below: orders.count, orders[0].extent?.places ?? 0) }
      let most = most(orders[0])
      for start in stride(from: 0, to: orders.count, by: most) {
        try carryOut(Array(orders[start..<min(start + most, orders.count)]), by: connection, &networks, isPart: true)
      }
      // Less may have been too much as well.
      guard !isPart else { return }
      tell(.said("the memory of \(choice) does not hold \(orders.count) images at a time: \(self.most(orders[0])) from now on"))
    } catch let refusal as EngineAnswer.Refusal {
      try refusing { throw refusal }
    }
  }

  /// Notes what an evaluation of orders with latents of so many places took.
  private func note(_ answer: EngineAnswer, _ places: Int, _ orders: [EngineOrder], seconds: Double, _ connection: EngineConnection) {
    state.withLock { state in
      (state.pace, state.places, state.memory) = (seconds, places, connection.memory)
      guard let peak = answer.bytes("memoryPeak"), let free = connection.memory?.free else { return }
      state.batch.note(orders.reduce(0) { $0 + ($1.extent?.images ?? 0) }, places, peak: peak, free: free)
    }
  }

  /// Has the networks that an order takes loaded; returns their identifiers.
  private func load(_ wanted: [WantedNetwork], by connection: EngineConnection, _ networks: inout LoadedNetworks) throws -> [String] {
    let all = try wanted.map { try networks.describe($0) }, needed = Set(all.map(\.id))
    for (network, (id, document)) in zip(wanted, all) where !networks.has(id) {
      let start = ContinuousClock.now
      do {
        try refusing {
          for old in networks.add(id, network.plan.kind, needed: needed) {
            _ = try connection.call(EngineCall(name: "unload", metadata: ["network": old]))
          }
          let metadata = ["network": id, "plan": document, "dtype": network.precision.rawValue]
          _ = try connection.call(EngineCall(name: "load", metadata: metadata))
        }
      } catch {
        networks.remove(id)
        throw error
      }
      state.withLock { state in
        (state.facts, state.memory) = (EngineFacts(connection), connection.memory)
        state.rate.leaveOut(from: start, to: .now)
      }
      tell(.changed)
    }
    return all.map(\.id)
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
