import ArgumentParser
import Evaluation
import Foundation
import Models

/// How predictions are compared.
struct ComparisonOptions: ParsableArguments {
  @Option(help: "Side of the network's input square in pixels; when absent the one its weights recommend (recommended.json), else the published one.")
  var size: Int?

  @Option(help: "How IoU is made: \(IoUConvention.allCases.map(\.rawValue).joined(separator: ", ")); the network's own when absent.")
  var convention: IoUConvention?

  @Flag(help: "Compare at the query's original size also by HSNet's convention, which compares at the input square.")
  var originalSize = false

  func validate() throws {
    if let size, !(16...2048).contains(size) { throw ValidationError("--size must be 16...2048") }
  }

  /// Nil for the network's own way.
  func comparison(_ network: SegmentationNetwork) -> Comparison? {
    convention == nil && !originalSize ? nil : Comparison(convention ?? network.convention, atOriginalSize: originalSize)
  }
}

/// How figures are printed.
struct FigureOptions: ParsableArguments {
  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print comma-separated values in place of the Markdown table.")
  var csv = false

  @Flag(help: "Print the Markdown table, which is what is printed anyway.")
  var markdown = false

  func validate() throws {
    if [json, csv, markdown].count(where: { $0 }) > 1 { throw ValidationError("give one of --json, --csv and --markdown") }
  }

  func print(json document: @autoclosure () throws -> Data, csv rows: @autoclosure () -> String, table: @autoclosure () -> String) throws {
    Swift.print(json ? String(decoding: try document(), as: UTF8.self) : csv ? rows() : table())
  }
}

extension IoUConvention: ExpressibleByArgument {}
extension ClassMean: ExpressibleByArgument {}
