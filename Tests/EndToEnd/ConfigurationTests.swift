import Foundation
import Render
import Testing

/// The configuration file gives defaults that the command line overrides.
@Suite(.timeLimit(.minutes(15))) struct ConfigurationTests {
  private func configured(_ text: String) throws -> Program {
    let program = try Program()
    let folder = program.home.appendingPathComponent("config/diffss")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: folder.appendingPathComponent("config.toml"))
    return program
  }

  @Test func rootsAndThreads() throws {
    let mine = FileManager.default.temporaryDirectory.appendingPathComponent("diffss-mine-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: mine) }
    let program = try configured("threads = 1 # one\nlog-level = \"debug\"\n[roots]\nfolder = \"\(mine.path)\"\n")
    defer { program.remove() }
    try FileManager.default.createDirectory(at: mine, withIntermediateDirectories: true)
    try Data("cup\n".utf8).write(to: mine.appendingPathComponent("names.txt"))
    for (part, values) in [("images", [90, 180]), ("masks", [0, 1])] as [(String, [UInt8])] {
      try FileManager.default.createDirectory(at: mine.appendingPathComponent(part), withIntermediateDirectories: true)
      for name in ["a.png", "b.png"] {
        try Image(width: 8, height: 8, channels: 1, pixels: (0..<64).map { values[$0 / 32] }).writePNG(to: mine.appendingPathComponent("\(part)/\(name)"))
      }
    }
    let info = try program.run(["dataset", "info", "--dataset", "folder"])
    #expect(info.status == 0 && info.standardOutput.contains("folder"), "\(info)")
    #expect(try program.run(["dataset", "info", "--dataset", "folder", "--root", "/nowhere"]).status == 2)
    let doctor = try program.run(["doctor"]).standardOutput
    for part in ["1 thread used", "config/diffss/config.toml", "data set: folder"] { #expect(doctor.contains(part), "\(doctor)") }
    #expect(try program.run(["doctor", "--threads", "2"]).standardOutput.contains("2 threads used"))
  }

  /// Engines that are configured are those of the commands, and the doctor says which of them does not work.
  @Test func engines() throws {
    let program = try configured("engines = [\"cpu\", \"echo no such card >&2; exit 3\", \"torch:models=/nowhere\"]\n")
    defer { program.remove() }
    let doctor = try program.run(["doctor"]), lines = doctor.standardOutput, entry = "of engines in config.toml"
    #expect(doctor.status == 1 && lines.contains("BROKEN   engine: entry 2 \(entry): the engine echo no such card"), "\(lines)")
    #expect(lines.contains("it has ended with exit status 3; its last words: no such card"), "\(lines)")
    #expect(lines.contains("BROKEN   engine: entry 3 \(entry)") && lines.contains("there is no folder /nowhere"), "\(lines)")
    let own = try program.run(["doctor", "--engine", "cpu"])
    #expect(own.standardOutput.contains("ok       engine: cpu, this program itself"), "\(own)")
    // What can be seen before anything is started is said before anything is done.
    let run = try program.run(["queue", "run"])
    #expect(run.status == 2 && run.standardError.contains("there is no folder /nowhere"), "\(run)")
  }

  @Test(arguments: [
    ("threads = 0", "\"threads\" must be a whole number, 1...64"),
    (
      "thread = 2",
      "there is no setting \"thread\"; there are engines, graphics, jobs, log-level, low-memory, models, roots, symbols, threads"
    ),
    ("threads = 2\nmodels = [", "line 2: a value is missing"),
    ("[roots]\nimagenet = \"/x\"", "\"roots\" must be a table of folders for pascal, coco, fss, folder"),
    ("models = [\"a\u{1B}[2J\", 7]", "\"models\" must be a folder, or a list of folders"),
    ("log-level = \"loud\"", "\"log-level\" must be one of \"trace\""),
    ("jobs = 0", "\"jobs\" must be \"auto\" or a whole number, 1...64"), ("jobs = \"all\"", "\"jobs\" must be \"auto\""),
    ("symbols = \"blocks\"", "\"symbols\" must be one of \"half\", \"quadrant\", \"sextant\", \"wedge\", \"octant\", \"best\""),
    (
      "engines = [\"torch\", \"torch:batch=all\"]",
      "\"engines\": entry 2: the engine \"torch:batch=all\" is not understood: batch is auto or 1...64"
    ),
    ("low-memory = 1", "\"low-memory\" must be true or false"),
    ("graphics = \"dots\"", "\"graphics\" must be one of \"auto\", \"kitty\", \"sixel\", \"iterm\", \"cells\""),
  ])
  func mistakesAreNamed(_ text: String, _ message: String) throws {
    let program = try configured(text)
    defer { program.remove() }
    let output = try program.run(["dataset", "info"])
    #expect(output.status == 2 && output.standardError.contains(message), "\(output.standardError)")
    #expect(!output.standardError.contains("\u{1B}") && output.standardError.contains("hint: correct the file"))
    #expect(try program.run(["doctor"]).standardOutput.contains("BROKEN   configuration"))
  }

  @Test func renderReadsItIntoAFileToo() throws {
    let program = try configured("graphics = \"dots\"")
    defer { program.remove() }
    let file = program.home.appendingPathComponent("i.png")
    try Image(width: 8, height: 8, color: [9, 9, 9]).writePNG(to: file)
    let output = try program.run(["render", file.path])
    #expect(output.status == 2 && output.standardError.contains("\"graphics\" must be one of"), "\(output)")
  }
}
