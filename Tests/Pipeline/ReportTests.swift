import Core
import Data
import Evaluation
import Foundation
import Generation
import Render
import TestSupport
import Testing

@Suite struct ReportTests {
  private static let hostile = "</details></pre>\"'><script>alert(1)</script>\u{1b}[2J\u{202e}&amp;"

  /// Two episodes of one class, with a generated support that helps in the first.
  private func evaluation(
    dataset: String = "squares", className: String = "square 1", prompt: String? = nil, guidance: Double = 3, fold: Int = 0,
    change: (inout EvaluationPlan) -> Void = { _ in }
  ) -> EvaluationReport {
    func areas(_ intersection: Int) -> Areas {
      Areas(backgroundIntersection: 800, foregroundIntersection: intersection, backgroundUnion: 1000, foregroundUnion: 100)
    }
    let item = DatasetItem(id: "square-0", classes: [1]), options = GenerationOptions(DiffusionSettings { $0.guidance = guidance }, prompt: prompt)
    let results = [(20, 40), (30, 30)].enumerated().map { index, hits in
      EpisodeResult(
        episode: Episode(index: index, fold: fold, classIndex: 1, query: item, supports: [item]), baseline: areas(hits.0), augmented: areas(hits.1))
    }
    var plan = EvaluationPlan(fold: fold, options: options)
    change(&plan)
    return EvaluationReport(
      dataset: dataset, plan: plan, weights: ["dcama-0": "cafe"], results: results,
      classes: [ClassInfo(index: 1, name: className, promptName: className, adeIndex: 0)], comparison: Comparison(.hsnet), seconds: 1)
  }

  /// A request for a support of `SquaresDataset`.
  private func request(item: Int = 0, number: Int = 0, prompt: String = "a square") throws -> GenerationRequest {
    let squares = SquaresDataset(), index = item % 4 + 1
    var request = plainRequest(item)
    request.source = SupportSource(
      dataset: "squares", item: "square-\(item)", classIndex: index, number: number,
      digest: Digest.hex(image: try squares.image(squares.items[item]), mask: try squares.mask(squares.items[item], of: index)))
    (request.seed, request.prompt) = (UInt64(100 + number), prompt)
    return request
  }

  private func plant(_ request: GenerationRequest, as name: String, in folder: TemporaryFolder, key: String? = nil) throws {
    let image = Image(width: 128, height: 128, color: [40, 90, UInt8(request.seed % 256)])
    let metadata = ImageMetadata(key: try key ?? request.key(weights: [:]), request: request, weights: [:])
    try AtomicFile.write(image.pngData(text: metadata.entries()), to: folder.file(name))
  }

  private func page(_ documents: [ReportDocument], _ gallery: ReportGallery = .empty) throws -> String {
    try HTMLReport(documents: documents, gallery: gallery).html
  }

  @Test func figuresSettingsAndAPlot() throws {
    let report = evaluation(), html = try page([ReportDocument(name: "a.json", .evaluations([report]))])
    let difference = try #require(report.difference).miou.text(signed: true)
    for text in [
      "<h2>Evaluation 1: dcama, fold 0, 1+4 shots</h2>", "<p>From a.json.</p>", "<dt>guidance</dt><dd>3</dd>", "<dt>sampler</dt><dd>ddim</dd>",
      "<th scope=\"row\">square 1</th><td>2</td><td>25.0", "<td>35.0", "<td>\(difference)</td><td>1/0</td><td>1</td>", "FB-IoU", "<svg ", ">square 1</text>",
    ] { #expect(html.contains(text), "\(text)") }
    #expect(difference.hasPrefix("+10.0 ± "))
    #expect(!html.contains("<h2>Comparison</h2>") && !html.contains("<h2>Supports</h2>"))
  }

  /// Where somebody keeps files is nobody's business.
  @Test func pathsAreCut() throws {
    let report = evaluation { ($0.lists, $0.episodeList) = ("/home/me/splits/coco", "/home/me/episodes/mine.json") }
    let html = try page([ReportDocument(name: "a.json", .evaluations([report]))])
    for text in ["splits/coco", "episodes/mine.json"] { #expect(html.contains("<dd>\(text)</dd>"), "\(text)") }
    #expect(!html.contains("/home/me"))
  }

  /// A table that was pasted somewhere says what it is of.
  @Test func aTableSaysWhatItIsOf() throws {
    let report = evaluation()
    #expect(
      report.caption
        == "squares fold 0, 2 episodes (protocol hsnet, seed 0); dcama, 1+4 shots; mask, ddim, 20 steps, guidance 3, seed 0; "
        + "weights dcama-0 cafe; diffss \(ProgramVersion.current)")
    #expect(report.table.hasPrefix(report.caption + "\n\n| class"))
    let prompted = evaluation(dataset: "two\nlines", prompt: "a {name}")
    #expect(prompted.caption.contains(", prompt a {name};") && !prompted.caption.contains("\n"))
    let html = try page([ReportDocument(name: "a.json", .evaluations([report]))])
    #expect(html.contains("<caption>\(report.caption)</caption>") && html.contains("<h2>Runs</h2>"))
    let row = ["squares, fold 0", "dcama", "1+4 shots", "mask, ddim, 20 steps, guidance 3, seed 0"].map { "<td>\($0)</td>" }.joined()
    #expect(html.contains("<th scope=\"row\">1</th>\(row)"))
  }

  @Test func evaluationsAreComparedByTheSettingsInWhichTheyDiffer() throws {
    let html = try page([evaluation(guidance: 3), evaluation(guidance: 7.5)].map { ReportDocument(name: "e", .evaluations([$0])) })
    #expect(html.contains("<th scope=\"col\">evaluation</th><th scope=\"col\">guidance</th><th scope=\"col\">mIoU</th>"))
    #expect(html.contains("<th scope=\"row\">2</th><td>7.5</td><td>25.0"))
  }

  /// Rows that would be alike say in what they differ.
  @Test func rowsOfRunsCanBeToldApart() throws {
    let plain = evaluation(), seeded = evaluation { $0.seed = 5 }, other = evaluation { $0.episodeProtocol = .bam }
    let two = try page([plain, seeded].map { ReportDocument(name: "e", .evaluations([$0])) })
    #expect(two.contains("<td>2</td><td>0</td><td>25.0") && two.contains("<td>2</td><td>5</td><td>25.0") && !two.contains(">otherwise<"))
    let three = try page([plain, seeded, other].map { ReportDocument(name: "e", .evaluations([$0])) })
    #expect(three.contains("<td>0</td><td>protocol hsnet</td>") && three.contains("<td>0</td><td>protocol bam</td>"))
  }

  /// The explorer and the page call an evaluation by the same number, and one that stands for others says so.
  @Test func evaluationsOfTheStoreHaveTheExplorersNumbers() throws {
    let folder = try TemporaryFolder(), store = try Store(folder: folder.url)
    // Stores of earlier programs hold a run once for each time that it was asked for; the class has another name so that this one does.
    for report in [evaluation(className: "older"), evaluation(fold: 1), evaluation(), evaluation(guidance: 7.5)] { try store.save(report) }
    let html = try HTMLReport(store: store, name: "squares", dataset: nil, limit: 9).html
    for text in [
      "<h2>Run 3 of fold 0: dcama, fold 0, 1+4 shots</h2>", "<h2>Run 2 of fold 0: ", "<h2>Run 1 of fold 1: ",
      "<th scope=\"row\">3 of fold 0</th>",
      "<p>2 runs of one plan with the same figures: it stands for 1 of fold 0 too.</p>",
      "<p>Numbered as in the explorer: of each fold the oldest evaluation is 1.</p>",
    ] { #expect(html.contains(text), "\(text)") }
    #expect(!html.contains("<h2>Run 1 of fold 0: "))
  }

  @Test func imagesOfAFolderStandBesideTheirSupports() throws {
    let folder = try TemporaryFolder()
    for number in 0..<2 { try plant(request(number: number), as: "square-0_1_\(number).png", in: folder) }
    try plant(request(item: 2), as: "square-2_3_0.png", in: folder, key: "forged")
    try AtomicFile.write(Image(width: 8, height: 8, color: [1, 2, 3]).pngData(), to: folder.file("holiday.png"))
    let gallery = try ReportGallery(folder: folder.url, dataset: SquaresDataset(), limit: 5), html = try page([], gallery)
    #expect(gallery.rows.map(\.title) == ["square-0, class 1 (square 1), mask", "square-2, class 3 (square 3), mask"])
    #expect(gallery.rows.map(\.images.count) == [2, 1] && gallery.problems.isEmpty)
    #expect(gallery.rows[0].real != nil && gallery.rows[0].control?.width == 128, "the mask's condition needs no network")
    #expect(gallery.rows[1].images[0].remark != nil && gallery.rows[0].images[0].remark == nil)
    #expect(gallery.remarks == ["Images left out because they do not say how they were generated: 1."])
    #expect(html.components(separatedBy: "src=\"data:image/png;base64,").count == 8)
    // Numbered as in the explorer, each support for itself, and by their files.
    #expect(html.contains(">generated 2</a><br>square-0_1_1.png<br>seed 101") && html.contains(">generated 1</a><br>square-2_3_0.png<br>"))
    #expect(html.contains("<h3>square-2, class 3 (square 3), mask, generated 1: square-2_3_0.png</h3>"))
    for text in ["seed 101, 3 steps, guidance 9", "Steps: 3, Sampler: ddim", "&quot;conditionSettings&quot;"] { #expect(html.contains(text), "\(text)") }
    // The mask's outline, of both colours.
    let pixels = gallery.rows[0].images[0].image, yellow = RGB(240, 228, 66)
    let outline = (0..<128).flatMap { y in (0..<128).map { pixels[$0, y] } }.filter { $0 == yellow || $0 == .black }
    #expect(Set(outline).count == 2)

    let sheet = try gallery.sheet()
    #expect(sheet.width == 4 * 132 + 4 && sheet.height == 2 * 132 + 4)
    #expect(try ReportGallery(folder: folder.url, dataset: nil, limit: 1).rows.map { $0.real == nil && $0.control == nil } == [true])
  }

  @Test func nothingFromAFileIsMarkup() throws {
    let folder = try TemporaryFolder()
    try plant(request(prompt: Self.hostile), as: "<img src=x onerror=alert(1)>_1_0.png", in: folder)
    let gallery = try ReportGallery(folder: folder.url, dataset: nil, limit: 5)
    let hostile = evaluation(dataset: Self.hostile, className: Self.hostile, prompt: Self.hostile)
    let html = try page([ReportDocument(name: Self.hostile, .evaluations([hostile]))], gallery)
    #expect(!html.contains("<script") && !html.contains("<img src=x") && html.contains("&lt;script&gt;alert(1)"))
    #expect(html.contains("&amp;amp;"))
    #expect(!html.unicodeScalars.contains { ($0.value < 32 && $0 != "\n") || $0 == "\u{202e}" })
    // Every element that is opened is closed, and only by ours.
    for element in ["details", "pre", "section", "table", "figure", "svg", "dl"] {
      let opened = html.components(separatedBy: "<\(element)>").count + html.components(separatedBy: "<\(element) ").count - 2
      #expect(opened == html.components(separatedBy: "</\(element)>").count - 1, "\(element)")
    }
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    for number in 0..<3 { try plant(request(number: number), as: "square-0_1_\(number).png", in: folder) }
    try Data(JSONEncoder().encode(evaluation())).write(to: folder.file("e.json"))
    func write(_ name: String) throws -> Data {
      let report = try HTMLReport(evaluations: [folder.file("e.json")], images: folder.url, dataset: SquaresDataset(), limit: 3)
      try report.write(to: folder.file(name))
      return try Data(contentsOf: folder.file(name))
    }
    let first = try write("a.html"), second = try write("b.html"), html = String(decoding: first, as: UTF8.self)
    #expect(first == second && !first.isEmpty)
    // Nothing is fetched, and nothing runs.
    for text in ["http://", "https://", "<link", "<script", "@import", "url("] {
      #expect(!html.replacingOccurrences(of: "xmlns=\"http://www.w3.org/2000/svg\"", with: "").contains(text), "\(text)")
    }
  }

  @Test func theStoreHasImagesAndEvaluations() throws {
    let folder = try TemporaryFolder(), store = try Store(folder: folder.url)
    #expect(throws: EvaluationError.self) { try HTMLReport(store: store, name: "squares", dataset: nil, limit: 3) }
    for item in [2, 0] {
      let request = try request(item: item), image = Image(width: 128, height: 128, color: [9, 9, 9])
      try store.save(png: image.pngData(), key: request.key(weights: [:]), request: request, weights: [:], seconds: 1)
    }
    // Asked for again, an evaluation is saved again.
    for _ in 0..<2 { try store.save(evaluation()) }
    let report = try HTMLReport(store: store, name: "squares", dataset: SquaresDataset(), limit: 1)
    #expect(report.documents.count == 1 && report.gallery.rows.map(\.title) == ["square-0, class 1 (square 1), mask"])
    #expect(report.gallery.remarks == ["Supports left out: 1."] && report.remarks.isEmpty)
    #expect(throws: EvaluationError.self) { try HTMLReport(store: store, name: "other", dataset: nil, limit: 1) }
  }

  @Test func documentsThatCannotBeAreRefused() throws {
    let folder = try TemporaryFolder(), good = try folder.write([UInt8](JSONEncoder().encode(evaluation())), to: "good.json")
    let text = String(decoding: try Data(contentsOf: good), as: UTF8.self)
    for (number, bad) in ["", "{}", "[1]", String(repeating: "[", count: 100_000), text.replacing("\"value\":25", with: "\"value\":1e300")].enumerated() {
      let file = try folder.write(bad, to: "bad-\(number).json")
      #expect(throws: CoreError.self, "\(number)") { try ReportDocument(file) }
      let report = try HTMLReport(evaluations: [file, good], images: nil, dataset: nil, limit: 1)
      #expect(report.documents.count == 1 && report.problems.count == 1)
    }
    let summary = EvaluationSummary([evaluation(fold: 0), evaluation(fold: 1)])
    let several = try ReportDocument(folder.write([UInt8](JSONEncoder().encode(summary)), to: "several.json"))
    #expect(try page([several]).contains("<h2>Mean of the folds</h2>"))
  }

  @Test func aBrokenImageStopsNoOther() throws {
    let folder = try TemporaryFolder()
    try plant(request(), as: "square-0_1_0.png", in: folder)
    try folder.write("no image", to: "a.png")
    try Data(contentsOf: folder.file("square-0_1_0.png")).dropLast(30).write(to: folder.file("square-0_1_1.png"))
    let gallery = try ReportGallery(folder: folder.url, dataset: SquaresDataset(), limit: 5)
    #expect(gallery.rows.map(\.images.count) == [1] && gallery.problems.count == 2)
    #expect(throws: EvaluationError.self) { try ReportGallery.empty.sheet() }
  }
}
