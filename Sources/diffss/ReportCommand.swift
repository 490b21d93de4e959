import ArgumentParser
import Core
import Evaluation
import Foundation

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make one HTML page of figures, plots, images and their requests, to send to somebody.",
    discussion: """
      The page holds everything it shows and needs no network and no script. Without --evaluation and --images it is of what the store has for \
      the data set: saved evaluations, and generated images beside their supports. The same input gives the same bytes.
      """)

  @OptionGroup var data: DatasetOptions

  @Option(help: ArgumentHelp("A document of `diffss evaluate --out`, or a sweep's sweep.json; repeat for several.", valueName: "file"))
  var evaluation: [String] = []

  @Option(help: ArgumentHelp("A folder written by `diffss generate --out`; its supports come from the data set, where that is given.", valueName: "dir"))
  var images: String?

  @Option(help: "Supports to show, and of the store's evaluations the newest.")
  var limit: Int = 20

  @Option(help: ArgumentHelp("The page.", valueName: "file"))
  var out: String?

  @Option(help: ArgumentHelp("The contact sheet alone, a PNG.", valueName: "file"))
  var sheet: String?

  func validate() throws {
    if !(1...1000).contains(limit) { throw ValidationError("--limit must be 1...1000") }
    if out == nil && sheet == nil { throw ValidationError("give --out FILE.html, --sheet FILE.png or both") }
  }

  func run() throws {
    let made = try makeReport()
    if let out { try made.write(to: URL(fileURLWithPath: out)) }
    if let sheet { try AtomicFile.write(made.gallery.sheet().pngData(), to: URL(fileURLWithPath: sheet)) }
    for file in [out, sheet].compactMap({ $0 }) { print(file) }
    for problem in made.problems {
      report(message: PlainText.clean("\(problem)"), hint: (problem as? any Explained)?.hint.map(PlainText.cleanLines))
    }
    if !made.problems.isEmpty { throw ExitStatus.someFailed }
  }

  private func makeReport() throws -> HTMLReport {
    let isStored = evaluation.isEmpty && images == nil
    // Without its folder there are no real images to show, but all the rest.
    let dataset = try (isStored || images != nil) && (data.dataset.isDemo || data.rootURL != nil) ? data.open() : nil
    if isStored { return try HTMLReport(store: .opened(), name: dataset?.name ?? data.dataset.rawValue, dataset: dataset, limit: limit) }
    return try HTMLReport(
      evaluations: evaluation.map { URL(fileURLWithPath: $0) }, images: images.map { URL(fileURLWithPath: $0, isDirectory: true) },
      dataset: dataset, limit: limit)
  }
}
