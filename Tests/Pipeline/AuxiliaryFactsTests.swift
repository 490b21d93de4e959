import Core
import Evaluation
import Foundation
import Generation
import Render
import TestSupport
import Testing

/// Figures of a folder of generated supports say how its images were made, and nothing of settings that made none of them.
@Suite struct AuxiliaryFactsTests {
  /// An image for every support of the tiny data set.
  private func plant(in folder: TemporaryFolder, steps: (Int) -> Int) throws {
    for item in SquaresDataset().items {
      for classIndex in item.classes {
        var request = plainRequest()
        (request.condition, request.steps, request.guidance) = (.hed, steps(classIndex), 5)
        let metadata = ImageMetadata(key: try request.key(weights: [:]), request: request, weights: [:])
        let image = Image(width: 64, height: 64, color: [40, 90, 120])
        try AtomicFile.write(image.pngData(text: metadata.entries()), to: folder.file("\(item.id)_\(classIndex)_0.png"))
      }
    }
  }

  @Test func aFolderSaysHowItsImagesWereMade() async throws {
    let bench = try TinyModels(), folder = try TemporaryFolder()
    try plant(in: folder) { _ in 4 }
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: 1, options: bench.options, episodes: 6, auxiliaryFolder: folder.url.path + "/")
    let report = try await bench.workbench.evaluate(plan)
    #expect(report.caption.contains("; supports from \(folder.url.path) (hed, ddim, 4 steps, guidance 5"), "\(report.caption)")
    #expect(report.auxiliaries?.settings["condition"] == "hed" && report.auxiliaries?.silent == 0)
    let document = try CanonicalJSON.text(report), plans = document.components(separatedBy: "\"plan\":")
    #expect(
      plans.count == 2 && !plans[1].contains("\"options\"") && !document.contains("\"condition\":\"mask\""), "\(plans[1].prefix(300))")
    #expect(try JSONDecoder().decode(EvaluationReport.self, from: Data(document.utf8)) == report)
    let head = EvaluationReport.csvHead.split(separator: ",").map(String.init)
    let cells = report.csvRows[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let row = Dictionary(uniqueKeysWithValues: zip(head, cells))
    #expect([row["condition"], row["sampler"], row["steps"], row["guidance"], row["generation_seed"]] == ["hed", "ddim", "4", "5", ""])
    #expect(
      row["shots"] == "1" && row["aux_shots"] == "1" && row["aux"] == plan.auxiliaryFolder
        && row["weights"]?.hasPrefix("dcama/fold0") == true)
    let html = try HTMLReport(documents: [ReportDocument(name: "a", .evaluations([report]))], gallery: .empty).html
    #expect(html.contains("<dt>condition</dt><dd>hed</dd>") && html.contains("<dt>steps</dt><dd>4</dd>"))

    try plant(in: folder) { $0 }
    try Image(width: 64, height: 64, color: [1, 2, 3]).writePNG(to: folder.file("square-0_1_0.png"))
    let mixed = try await bench.workbench.evaluate(plan)
    #expect(mixed.caption.contains("(hed, ddim, several values of steps, guidance 5"), "\(mixed.caption)")
  }

  @Test func generatedSupportsAreInTheColumnsToo() throws {
    let bench = try TinyModels(), plan = EvaluationPlan(fold: 0, shots: 2, auxiliaryShots: 3, options: bench.options)
    let none = EvaluationPlan(fold: 0, auxiliaryShots: 0, options: bench.options)
    func row(_ plan: EvaluationPlan) -> String {
      EvaluationReport(
        dataset: "squares", plan: plan, weights: ["w": "cafe"], results: [], classes: [], comparison: Comparison(.hsnet), seconds: 1
      ).csvRows[0]
    }
    #expect(row(plan).hasSuffix(",float32,2,3,mask,ddim,3,3,7,,hsnet,w:cafe"), "\(row(plan))")
    #expect(row(none).hasSuffix(",float32,1,0,,,,,,,hsnet,w:cafe"), "\(row(none))")
    #expect(try !CanonicalJSON.text(none).contains("condition"))
  }

  /// Documents of programs that wrote settings beside a folder are read.
  @Test func olderPlansAreRead() throws {
    let plan = try CanonicalJSON.text(EvaluationPlan(fold: 2, auxiliaryShots: 1))
    let older = plan.replacing("\"auxiliaryShots\":1", with: "\"auxiliaryFolder\":\"hed/\",\"auxiliaryShots\":1")
    let read = try JSONDecoder().decode(EvaluationPlan.self, from: Data(older.utf8))
    #expect(older.contains("\"condition\":\"mask\"") && read.auxiliaryFolder == "hed/" && read.fold == 2)
    #expect(try !CanonicalJSON.text(read).contains("condition"))
  }
}
