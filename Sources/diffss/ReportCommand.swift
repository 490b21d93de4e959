import ArgumentParser
import Core
import Data
import Evaluation
import Foundation
import Pipeline

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make one HTML page of figures, plots, images and their requests, to send to somebody.",
    discussion: """
      The page holds everything it shows and needs no network and no script. Without --evaluation and --images it is of what the store has for \
      the data set: saved evaluations, and generated images beside their supports. The same input gives the same bytes.
      """
        + String.examples(
          "diffss report --out report.html", "diffss report --evaluation hed.json --images aux/ --out report.html",
          "diffss report --evaluation ablation/sweep.json --out sweep.html"))

  @OptionGroup(title: "Data") var data: DatasetOptions

  @Option(help: ArgumentHelp("A document of `diffss evaluate --out`, or a sweep's sweep.json; repeat for several.", valueName: "file"))
  var evaluation: [String] = []

  @Option(
    help: ArgumentHelp(
      "A folder written by `diffss generate --out`, or an archive of `--pack tar`; its supports come from the data set, where that is given.",
      valueName: "dir"))
  var images: String?

  @Option(help: "Supports to show, and of the store's evaluations the newest.")
  var limit: Int = 20

  @Option(
    help: """
      Queries of the evaluations to show with the network's masks, where the data set and the weights are at hand: those that generated supports \
      help most and harm most.
      """)
  var queries: Int = Workbench.shownQueries

  @Option(help: ArgumentHelp("The page.", valueName: "file"))
  var out: String?

  @Option(help: ArgumentHelp("The contact sheet alone, a PNG.", valueName: "file"))
  var sheet: String?

  @OptionGroup(title: "Machine") var runtime: RuntimeOptions

  func validate() throws {
    if !(0...100).contains(queries) { throw ValidationError("--queries must be 0...100") }
    if !(1...1000).contains(limit) { throw ValidationError("--limit must be 1...1000") }
    if out == nil && sheet == nil { throw ValidationError("give --out FILE.html, --sheet FILE.png or both") }
  }

  func run() async throws {
    try runtime.apply()
    for file in [out, sheet].compactMap({ $0 }) { try OutputPath.check(file) }
    var made = try makeReport()
    if out != nil { made.predictions = try await predictions(of: made) }
    if let out { try made.write(to: URL(fileURLWithPath: out)) }
    if let sheet { try AtomicFile.write(made.gallery.sheet().pngData(), to: URL(fileURLWithPath: sheet)) }
    for file in [out, sheet].compactMap({ $0 }) { print(file) }
    for problem in made.problems {
      report(message: PlainText.clean("\(problem)"), hint: (problem as? any Explained)?.hint.map(PlainText.cleanLines))
    }
    if !made.problems.isEmpty { throw ExitStatus.someFailed }
  }

  private var isAtHand: Bool { data.dataset.isDemo || data.rootURL != nil }

  /// None without a data set.
  private func predictions(of report: HTMLReport) async throws -> PredictionGallery {
    guard queries > 0, isAtHand, !report.evaluationReports.isEmpty else { return .empty }
    let workbench = try Workbench.open(data, runtime)
    let work = Task { [reports = report.evaluationReports, queries] in try await workbench.predictions(of: reports, limit: queries) }
    Interrupt.shared.onRequest { work.cancel() }
    do { return try await work.value } catch is CancellationError where Interrupt.shared.isRequested { throw ExitStatus.interrupted }
  }

  private func makeReport() throws -> HTMLReport {
    let isStored = evaluation.isEmpty && images == nil
    // Without its folder there are no real images to show, but all the rest.
    let dataset = try (isStored || images != nil) && isAtHand ? ImportedDataset(data.open(), folder: DataFolder.standard()) : nil
    if isStored { return try HTMLReport(store: .opened(), name: dataset?.name ?? data.dataset.rawValue, dataset: dataset, limit: limit) }
    return try HTMLReport(
      evaluations: evaluation.map { URL(fileURLWithPath: $0) }, images: images.map { URL(fileURLWithPath: $0, isDirectory: true) },
      dataset: dataset, limit: limit)
  }
}
