import Core
import Data
import Foundation
import Generation
import Render

/// One HTML page that holds everything it shows, to be sent to somebody: figures, plots, images, and the requests they were painted by.
///
/// It needs no script, fetches nothing and holds no date: the same input gives the same bytes. Whatever comes from files is text in it.
public struct HTMLReport: Sendable {
  public let documents: [ReportDocument]
  public let gallery: ReportGallery
  /// What is left out beside what the gallery says, in words.
  public let remarks: [String]
  /// Why something that was asked for is not in it.
  public let problems: [any Error]

  /// Throws `EvaluationError.nothingToReport` without figures and images.
  public init(documents: [ReportDocument], gallery: ReportGallery) throws {
    try self.init(documents: documents, gallery: gallery, problems: gallery.problems, absent: Self.nothingGiven)
  }

  private static let nothingGiven = "no figures and no images were given"

  /// Of files: documents of figures, and a folder of generated images whose supports are in `dataset`, where that is at hand.
  ///
  /// A document that cannot be read is among the problems. Throws the first of them when nothing is left, and
  /// `CoreError.unreadableFile` when there is no such folder.
  public init(evaluations: [URL], images: URL?, dataset: (any Dataset)?, limit: Int) throws {
    var documents: [ReportDocument] = [], problems: [any Error] = []
    for file in evaluations {
      do { documents.append(try ReportDocument(file)) } catch { problems.append(error) }
    }
    let gallery = try images.map { try ReportGallery(folder: $0, dataset: dataset, limit: limit) } ?? .empty
    try self.init(
      documents: documents, gallery: gallery, problems: problems + gallery.problems,
      absent: images.map { "\($0.path) holds no image that this program painted" } ?? Self.nothingGiven)
  }

  /// Of what a store has for the data set `name`: its evaluations and images, at most `limit` of each, the images' supports in `dataset`.
  ///
  /// Throws `GenerationError.storeUnusable`, and `.nothingToReport` when it has neither.
  public init(store: Store, name: String, dataset: (any Dataset)?, limit: Int) throws {
    let gallery = try ReportGallery(store: store, name: name, dataset: dataset, limit: limit)
    let stored = try ReportDocument.stored(store, dataset: name), older = stored.dropFirst(limit).count
    try self.init(
      documents: Array(stored.prefix(limit)), gallery: gallery, remarks: older > 0 ? ["Older evaluations of the store left out: \(older)."] : [],
      problems: gallery.problems, absent: "the store has no evaluation and no image of data set \(name)")
  }

  private init(
    documents: [ReportDocument], gallery: ReportGallery, remarks: [String] = [], problems: [any Error], absent: String
  ) throws {
    guard !documents.isEmpty || !gallery.rows.isEmpty else { throw problems.first ?? EvaluationError.nothingToReport(what: absent) }
    self.documents = documents
    self.gallery = gallery
    self.remarks = remarks
    self.problems = problems
  }

  /// Writes the page, whole or not at all. Throws `CoreError.cannotWrite`, or `RenderError` for an image that cannot be encoded.
  public func write(to url: URL) throws { try AtomicFile.write(Data(html.utf8), to: url) }

  /// The page's source.
  public var html: String { get throws { try page.source } }

  private var page: Markup {
    get throws {
      let title = datasets.isEmpty ? "diffss report" : "diffss report: \(datasets.joined(separator: ", "))"
      return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="generator" content="diffss \(ProgramVersion.current)">
        <title>\(title)</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <h1>\(title)</h1>
        <p>diffss \(ProgramVersion.current). \(summary). Figures are percent ± one standard error over the episodes.</p>
        \(Self.paragraphs(remarks))\(figures)\(try contactSheet)\(requests)</body>
        </html>

        """
    }
  }

  private var datasets: [String] {
    Set(documents.flatMap(\.datasets) + gallery.rows.compactMap(\.dataset)).sorted()
  }

  private var summary: String {
    func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
    return [
      count(evaluations.count, "evaluation"), count(documents.count { if case .sweep = $0.figures { true } else { false } }, "sweep"),
      count(gallery.rows.count, "support"), count(gallery.rows.reduce(0) { $0 + $1.images.count }, "generated image"),
    ].joined(separator: ", ")
  }
}
