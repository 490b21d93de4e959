import Foundation
import Render
import Testing

@Suite(.timeLimit(.minutes(15))) struct ReportCommandTests {
  /// The demo generated and measured, then a page of files and one of the store.
  @Test func aPageOfWhatWasGeneratedAndMeasured() throws {
    let program = try Program()
    defer { program.remove() }
    func path(_ name: String) -> String { program.home.appendingPathComponent(name).path }
    let generated = try program.run([
      "generate", "--limit", "2", "--shots", "2", "--steps", "2", "--condition", "scribble", "--out", path("painted"),
    ])
    #expect(generated.status == 0, "\(generated.standardError)")
    let measured = try program.run(["evaluate", "--episodes", "4", "--aux-shots", "1", "--steps", "2", "--out", path("figures.json")])
    #expect(measured.status == 0, "\(measured.standardError)")

    let files = ["report", "--evaluation", path("figures.json"), "--images", path("painted")]
    let made = try program.run(files + ["--out", path("a.html"), "--sheet", path("sheet.png")])
    #expect(made.status == 0, "\(made.standardError)")
    #expect(made.standardOutput == "\(path("a.html"))\n\(path("sheet.png"))\n")
    let html = try String(contentsOfFile: path("a.html"), encoding: .utf8)
    #expect(html.contains("<title>diffss report: demo</title>") && html.contains("Evaluation 1: dcama, fold 0, 1+1 shots"))
    // Two supports: the real image, the control image that the folder has, two images. Four queries: the support, the truth, two predictions.
    #expect(html.components(separatedBy: "<img ").count == 1 + 2 * 4 + 4 * 4 && html.components(separatedBy: ">control image<").count == 3)
    #expect(html.contains("<h2>Runs</h2>") && html.contains("<h2>Queries</h2>") && html.contains(">1+1: IoU "))
    #expect(
      html.components(separatedBy: "<br>TP ").count == 1 + 2 * 4
        && html.contains("<caption>demo fold 0, 4 episodes (protocol hsnet, seed 0); dcama"))
    let none = try program.run(files + ["--queries", "0", "--out", path("none.html")])
    #expect(try none.status == 0 && !String(contentsOfFile: path("none.html"), encoding: .utf8).contains("<h2>Queries</h2>"))
    let sheet = try Image(pngOrJpeg: URL(fileURLWithPath: path("sheet.png")))
    #expect(sheet.width == 4 * 132 + 4 && sheet.height == 2 * 132 + 4)
    let again = try program.run(files + ["--out", path("b.html")])
    #expect(again.status == 0)
    #expect(FileManager.default.contentsEqual(atPath: path("a.html"), andPath: path("b.html")))

    let stored = try program.run(["report", "--limit", "3", "--out", path("store.html")])
    #expect(stored.status == 0, "\(stored.standardError)")
    #expect(try String(contentsOfFile: path("store.html"), encoding: .utf8).contains("Supports left out: "))
  }

  /// An image of one's own says no support; its control image is known all the same.
  @Test func anImageOfOnesOwn() throws {
    let program = try Program()
    defer { program.remove() }
    func path(_ name: String) -> String { program.home.appendingPathComponent(name).path }
    try Image(width: 128, height: 128, color: [90, 120, 150]).writePNG(to: URL(fileURLWithPath: path("dog.png")))
    let labels = (0..<128 * 128).map { (32..<96).contains($0 % 128) ? UInt8(3) : 0 }
    try LabelMask(width: 128, height: 128, labels: labels).writePNG(to: URL(fileURLWithPath: path("mask.png")))
    let generated = try program.run([
      "generate", "--image", path("dog.png"), "--mask", path("mask.png"), "--class-index", "3", "--steps", "2", "--batch", "2", "--out",
      path("own"),
    ])
    #expect(generated.status == 0, "\(generated.standardError)")
    let made = try program.run(["report", "--images", path("own"), "--out", path("own.html")])
    #expect(made.status == 0, "\(made.standardError)")
    let html = try String(contentsOfFile: path("own.html"), encoding: .utf8)
    #expect(html.components(separatedBy: "<img ").count == 1 + 3 && html.contains("own image dog_3_0.png") && !html.contains("left out"))
  }

  @Test func nothingToReportAndBrokenFiles() throws {
    let program = try Program()
    defer { program.remove() }
    let out = program.home.appendingPathComponent("r.html").path, broken = program.home.appendingPathComponent("broken.json").path
    try Data("{".utf8).write(to: URL(fileURLWithPath: broken))
    for arguments in [[], ["--evaluation", broken], ["--images", broken], ["--dataset", "coco", "--root", broken], ["--limit", "0"]] {
      let output = try program.run(["report", "--out", out] + arguments)
      #expect(output.status == 2, "\(output.standardError)")
      #expect(output.standardError.contains("error: ") && output.standardError.contains("hint: "))
      #expect(!FileManager.default.fileExists(atPath: out))
    }
    #expect(try program.run(["report"]).status == 2)
  }
}
