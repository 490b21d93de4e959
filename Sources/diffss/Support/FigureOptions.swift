import ArgumentParser
import Foundation
import Pipeline

/// How predictions are compared, and how figures are given out.
struct FigureOptions: ParsableArguments {
  @Option(help: "Side of the network's input square in pixels; when absent the one its weights recommend (recommended.json), else the published one.")
  var size: Int?

  @Option(help: "How IoU is made: \(IoUConvention.allCases.map(\.rawValue).joined(separator: ", ")); the network's own when absent.")
  var convention: IoUConvention?

  @Flag(help: "Compare at the query's original size also by HSNet's convention, which compares at the input square.")
  var originalSize = false

  @Flag(help: "Print the report as one JSON document, every episode in it.")
  var json = false

  @Flag(help: "Print a row a class as comma-separated values, in place of the Markdown table.")
  var csv = false

  @Option(help: ArgumentHelp("Also write the JSON document.", valueName: "file"))
  var out: String?

  func validate() throws {
    if json && csv { throw ValidationError("give --json or --csv, not both") }
    if let size, !(16...2048).contains(size) { throw ValidationError("--size must be 16...2048") }
  }

  /// Nil for the network's own way.
  func comparison(_ network: SegmentationNetwork) -> Comparison? {
    convention == nil && !originalSize ? nil : Comparison(convention ?? network.convention, atOriginalSize: originalSize)
  }

  /// One report is one document as ever, several are a summary.
  func print(_ summary: EvaluationSummary) throws {
    func document() throws -> Data {
      try summary.reports.count == 1 ? CanonicalJSON.data(summary.reports[0]) : CanonicalJSON.data(summary)
    }
    if let out { try AtomicFile.write(document(), to: URL(fileURLWithPath: out)) }
    Swift.print(json ? String(decoding: try document(), as: UTF8.self) : csv ? summary.csv : summary.table)
  }
}

extension IoUConvention: ExpressibleByArgument {}
