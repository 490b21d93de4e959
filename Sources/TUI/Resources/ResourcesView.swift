import Core
import Foundation
import Generation

/// What the line above the footer says, the most telling last to go.
struct ResourceText {
  /// A part of the line, and how soon it is left out where there is no room: the higher the sooner.
  struct Part: Equatable {
    let text: String
    let rank: Int
  }

  let parts: [Part]

  init(_ state: ExplorerState) {
    let now = state.screen.now, sample = state.resources.last, queue = state.queue
    let isBusy = queue.jobs.running != nil || state.evaluation.running != nil
    var parts: [Part] = []
    func add(_ text: String?, _ rank: Int) { if let text { parts.append(Part(text: text, rank: rank)) } }
    add(EngineText(state.work.engines).forms.last ?? "this processor", 3)
    add(sample.map { "\($0.kernels) kernels" }, 6)
    add(queue.jobs.secondsPerStep.map { "\(Self.seconds($0)) a step" }, 1)
    if isBusy, queue.jobs.pace.recent.count > 1 { add(Self.sparkline(queue.jobs.pace.recent), 4) }
    add(
      sample.map { sample in
        let used = isBusy ? state.resources.processors.map { String(format: "%.1f of ", $0) } ?? "" : ""
        return "\(used)\(Counted(sample.threads, "core"))"
      }, 5)
    if let sample, sample.machineMemory > 0 {
      let memory = Double(sample.memory)
      let used = memory < 1e9 ? String(format: "%.0f MB", memory / 1e6) : String(format: "%.1f", memory / 1e9)
      add(used + String(format: " of %.0f GB", Double(sample.machineMemory) / 1e9), 4)
    }
    if isBusy {
      let rates = state.work.engines.compactMap(\.imagesPerMinute)
      let rate = rates.isEmpty ? queue.imagesPerMinute(at: now) : rates.reduce(0, +)
      add(rate.map { String(format: $0 < 10 ? "%.1f" : "%.0f", $0) + " images/min" }, 2)
      let left = state.evaluation.running?.secondsLeft(now: now) ?? queue.jobs.secondsLeft
      add(left.flatMap { state.resources.clock(in: $0, at: now) }.map { "ends \($0)" }, 0)
    }
    self.parts = parts
  }

  /// As much as fits into `width` cells.
  func line(_ width: Int) -> String {
    var kept = parts
    while let last = kept.indices.max(by: { kept[$0].rank < kept[$1].rank }), DisplayText(Self.joined(kept)).width > width {
      kept.remove(at: last)
    }
    return Self.joined(kept)
  }

  private static func joined(_ parts: [Part]) -> String { parts.map(\.text).joined(separator: " · ") }

  /// `23 ms`, `0.52 s`, `12.3 s`.
  static func seconds(_ value: Double) -> String {
    value < 0.1 ? String(format: "%.0f ms", value * 1000) : value < 10 ? String(format: "%.2f s", value) : NumberText.seconds(value)
  }

  /// A block for each value, the highest one full.
  static func sparkline(_ values: [Double]) -> String {
    let blocks = Array("▁▂▃▄▅▆▇█"), most = values.max() ?? 0
    return String(values.map { value in blocks[most > 0 && value.isFinite ? min(7, max(0, Int(value / most * 7.99))) : 0] })
  }
}

extension ScreenRenderer {
  /// What generating takes, in a line over the footer.
  mutating func renderResources() {
    guard !layout.resources.isEmpty else { return }
    frame.text(ResourceText(state).line(layout.resources.width - 1), in: layout.resources, column: 1, style: theme.faint)
  }
}
