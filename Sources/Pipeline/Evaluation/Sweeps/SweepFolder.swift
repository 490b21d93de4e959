import Core
import Foundation
import Render

/// A sweep's folder: `sweep.json`, `sweep.csv`, `sweep.md`, `mIoU-AXIS.png` and `.svg`, and `evaluations/NNNN.json` with every episode.
public struct SweepFolder: Sendable {
  private let url: URL

  /// Throws `CoreError.cannotWrite`.
  public init(creating url: URL) throws {
    self.url = url
    try AtomicFile.createFolder(url.appendingPathComponent("evaluations"))
  }

  /// Throws `CoreError.cannotWrite`.
  public func write(_ report: SweepReport, _ evaluations: [[EvaluationReport]]) throws {
    func write(_ data: Data, _ name: String) throws { try AtomicFile.write(data, to: url.appendingPathComponent(name)) }
    for (setting, reports) in zip(report.settings, evaluations) {
      for (file, evaluation) in zip(setting.files, reports) { try write(CanonicalJSON.data(evaluation), file) }
    }
    for (name, plot) in report.plots {
      try write(Data(plot.image().pngData()), "\(name).png")
      try write(Data(plot.svg.utf8), "\(name).svg")
    }
    try write(CanonicalJSON.data(report), "sweep.json")
    try write(Data((report.csv + "\n").utf8), "sweep.csv")
    try write(Data((report.table + "\n").utf8), "sweep.md")
  }
}
