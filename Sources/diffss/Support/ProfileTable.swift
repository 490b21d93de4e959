import Core
import Foundation
import Models

/// A profile in words: first the kinds of layers, then every shape.
struct ProfileTable {
  private let lines: [Profile.Line]

  init(_ lines: [Profile.Line]) { self.lines = lines }

  var text: String {
    let total = lines.reduce(0) { $0 + $1.seconds }
    func row(_ seconds: Double, _ calls: Int, _ products: Double, _ name: String) -> String {
      let rate = products > 0 && seconds > 0 ? String(format: "%9.1f", 2e-9 * products / seconds) : "         "
      return String(format: "%9.4f %5.1f %% %6d ", seconds, 100 * seconds / max(total, .leastNormalMagnitude), calls) + rate + "  " + name
    }
    let kinds = Profile.Kind.allCases.compactMap { kind -> String? in
      let own = lines.filter { $0.kind == kind }
      guard !own.isEmpty else { return nil }
      return row(own.reduce(0) { $0 + $1.seconds }, own.reduce(0) { $0 + $1.calls }, own.reduce(0) { $0 + $1.products }, kind.rawValue)
    }
    let shapes = lines.map { row($0.seconds, $0.calls, $0.products, "\($0.kind.rawValue): \($0.shape)") }
    let head = ["kernels: \(KernelSet.current), \(Counted(Compute.threads, "thread"))", "  seconds   share  calls   GFLOP/s  layers"]
    return (head + kinds + [""] + shapes).joined(separator: "\n")
  }
}
