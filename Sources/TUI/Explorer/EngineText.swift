import Foundation
import Generation

/// What the header says of the engines.
struct EngineText {
  /// The same in fewer and fewer words; empty where there are no engines.
  let forms: [String]
  /// Whether none of them is of use any more.
  let isLost: Bool

  init(_ engines: [EngineStatus]) {
    let working = engines.filter { $0.trouble == nil }, lost = engines.count - working.count
    isLost = working.isEmpty && !engines.isEmpty
    guard !working.isEmpty else {
      forms = engines.isEmpty ? [] : [engines.count == 1 ? "the engine is lost" : "all \(engines.count) engines are lost"]
      return
    }
    let name = Self.name(working) + (lost > 0 ? ", \(lost) lost" : "")
    let memory = working.compactMap(\.memory), rates = working.compactMap(\.imagesPerMinute), rate = rates.reduce(0, +)
    let isMemoryKnown = memory.count == working.count
    let used = isMemoryKnown ? [" · \(Self.gigabytes(memory, \.used)) of \(Self.gigabytes(memory, \.total)) GB"] : []
    let number = rates.isEmpty ? [] : [" · \(String(format: rate < 10 ? "%.1f" : "%.0f", rate))"]
    let images = number.map { "\($0) images/min" }, short = number.map { "\($0)/min" }
    forms = [used + images, used + short, short, []].map { name + $0.joined() }
  }

  private static func name(_ engines: [EngineStatus]) -> String {
    let facts = engines.compactMap(\.facts)
    if facts.count < engines.count { return facts.isEmpty ? "engine not started" : "\(facts.count) of \(engines.count) engines started" }
    guard Set(facts.map(\.engine)).count == 1, facts.count <= 4 else { return "\(facts.count) engines" }
    // What an engine calls itself is its own affair.
    return ([facts[0].engine.prefix(12)] + facts.map { $0.device.prefix(8) }).joined(separator: " ")
  }

  private static func gigabytes(_ memory: [EngineMemory], _ part: KeyPath<EngineMemory, Int>) -> String {
    String(format: "%.1f", memory.reduce(0) { $0 + Double($1[keyPath: part]) } / 1e9)
  }
}
