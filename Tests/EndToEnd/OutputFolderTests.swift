import Foundation
import Testing

/// Folders that output goes to are made where they are missing; those that nobody named are told.
@Suite(.timeLimit(.minutes(15))) struct OutputFolderTests {
  private let program: Program

  init() throws { program = try Program() }

  private func path(_ name: String) -> String { program.home.appendingPathComponent(name).path }

  private func note(_ name: String) -> String { "note: the folder \(path(name)) was not there and is made\n" }

  @Test func ofAFileItsFolder() throws {
    defer { program.remove() }
    let list = ["dataset", "list", "--episodes", "1", "--out"]
    let made = try program.run(list + [path("a/b/c.json")])
    #expect(made.status == 0 && made.standardError.contains(note("a/b")), "\(made)")
    #expect(try !program.run(list + [path("a/b/d.json")]).standardError.contains("was not there"))
    let evaluated = try program.run(["evaluate", "--episodes", "1", "--aux-shots", "0", "--out", path("x/e.json")])
    #expect(evaluated.status == 0 && evaluated.standardError.contains(note("x")))
    let report = try program.run(["report", "--out", path("p/q/r.html")])
    #expect(report.status == 0 && report.standardError.contains(note("p/q")), "\(report)")
  }

  @Test func ofAFolderThoseAboveIt() throws {
    defer { program.remove() }
    let generate = ["generate", "--limit", "1", "--shots", "1", "--steps", "1", "--out"]
    #expect(try !program.run(generate + [path("aux/")]).standardError.contains("was not there"))
    #expect(try program.run(generate + [path("g/h/aux/")]).standardError.contains(note("g/h")))
    let sweep = ["sweep", "--episodes", "1", "--aux-shots", "0", "--out"]
    #expect(try program.run(sweep + [path("s/t/sweep")]).standardError.contains(note("s/t")))
    #expect(try !program.run(sweep + [path("s/t/more")]).standardError.contains("was not there"))
    // A dry run makes none.
    #expect(try !program.run(generate + [path("n/o/aux"), "--dry-run"]).standardError.contains("was not there"))
    #expect(!FileManager.default.fileExists(atPath: path("n")))
  }
}
