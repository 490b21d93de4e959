import Core
import Data
import Testing

/// What `diffss dataset info` counts.
@Suite struct DatasetReportTests {
  @Test func everyClassOfEveryFoldIsCounted() throws {
    let dataset = SquaresDataset(), report = DatasetReport(dataset, problems: [])
    #expect(report.dataset == dataset.name && report.images == dataset.items.count && report.problems.isEmpty)
    #expect(report.classes.map(\.info.index) == (0..<dataset.folds).flatMap(dataset.classes(inFold:)))
    for own in report.classes {
      #expect(own.images == dataset.items.count { $0.classes.contains(own.info.index) })
      #expect(own.listed == dataset.items.count { dataset.listedClasses(of: $0).contains(own.info.index) })
      #expect(dataset.classes(inFold: own.fold).contains(own.info.index))
    }
    // Scripts read these names.
    let text = try CanonicalJSON.text(report)
    #expect(text.hasPrefix(#"{"classes":[{"fold":0,"info":{"#) && text.contains(#""listed":"#) && text.contains(#""pictures":"#))
  }
}
