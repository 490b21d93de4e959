import ArgumentParser
import Core
import Data
import Evaluation
import Foundation

struct DatasetInfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Folds, classes and how many images hold each, and what is wrong with the files.",
    discussion:
      "All splits are counted unless --split says otherwise. Exit 1 when something is wrong with the files; a mask that is resized as the published loaders do is not."
      + String.examples(
        "diffss dataset info", "diffss dataset info --dataset pascal --root /data/VOCdevkit --split val",
        "diffss dataset info --root ~/mugs --json"))

  @OptionGroup(title: "Data") var data: DatasetOptions

  @Flag(help: "Print one JSON document, every problem in it.")
  var json = false

  func run() throws {
    var source = data.source
    source.split = data.split ?? .all
    let dataset = try data.open(source)
    let line = ProgressLine("checking", unit: "images")
    let problems: [DatasetProblem]
    do {
      problems = try DatasetCheck.problems(of: dataset) { done, of in
        if of > 500 { line.update(Double(done), of: Double(of)) }
        return !Interrupt.shared.isRequested
      }
    } catch is CancellationError { throw ExitStatus.interrupted }
    line.finish()
    let report = DatasetReport(dataset, problems: problems)
    if json {
      print(try CanonicalJSON.text(report))
    } else {
      let amounts = [
        Counted(dataset.items.count, "image"), Counted(dataset.classes.count, "class", "classes"), Counted(dataset.folds, "fold"),
      ]
      print("\(dataset.name), split \(dataset.split.rawValue): \(amounts.map(\.description).joined(separator: ", "))\n")
      let rows = report.classes.map { own in
        [PlainText.clean(own.info.name), "\(own.info.index)", "\(own.fold)", "\(own.info.adeIndex)", "\(own.images)", "\(own.listed)"]
      }
      print(TextTable.markdown([["class", "index", "fold", "ADE20K", "images", "listed"]] + rows))
      print("\n" + Self.table(problems))
      for line in Self.cases(problems) { print(line) }
      let turned = dataset.items.count { (dataset.turn(of: $0) ?? .upright) != .upright }
      if turned > 0 { print("\n\(Counted(turned, "image")) \(turned == 1 ? "is" : "are") turned as the EXIF data says (--orientation)") }
    }
    if !problems.allSatisfy(\.kind.isNote) { throw ExitStatus.someFailed }
  }

  /// The most cases of a kind that are named; `--json` has all.
  private static let mostNamed = 500

  /// Every case of the kinds that have several.
  private static func cases(_ problems: [DatasetProblem]) -> [String] {
    DatasetProblem.Kind.allCases.flatMap { kind -> [String] in
      let own = problems.filter { $0.kind == kind }
      guard own.count > 1 else { return [] }
      let more = own.count > mostNamed ? ["- \(own.count - mostNamed) more: see them with --json"] : []
      return ["\n\(kind.title):"] + own.prefix(mostNamed).map { PlainText.clean("- \($0.name): \($0.detail)") } + more
    }
  }

  /// One row a kind of problem, with its first case.
  private static func table(_ problems: [DatasetProblem]) -> String {
    let rows = DatasetProblem.Kind.allCases.compactMap { kind -> [String]? in
      let own = problems.filter { $0.kind == kind }
      guard let first = own.first else { return nil }
      return [kind.title, "\(own.count)", PlainText.clean("\(first.name): \(first.detail)"), kind.advice]
    }
    return rows.isEmpty
      ? "no problem found" : TextTable.markdown([["check", "found", "first", "what becomes of it"]] + rows, flushLeft: [0, 2, 3])
  }
}
