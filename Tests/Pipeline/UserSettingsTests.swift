import Core
import Foundation
import Pipeline
import TestSupport
import Testing

/// `config.toml`: the TOML that it may hold, and what is said of the rest.
@Suite struct UserSettingsTests {
  private func settings(_ text: String) throws -> UserSettings {
    let folder = try TemporaryFolder()
    return try UserSettings(file: folder.write(text, to: "config.toml"))
  }

  @Test func nothingThere() throws {
    #expect(try UserSettings(file: URL(fileURLWithPath: "/nowhere/config.toml")) == UserSettings())
    #expect(try settings("") == UserSettings())
    #expect(try settings("# nothing\r\n\n  # yet") == UserSettings())
  }

  @Test func everyKindOfValue() throws {
    let read = try settings(
      "threads = 1_2 # dozen\r\n'low-memory'=true\n\"models\" = [\n \"/a\\u0020\\\"b\\\"\", # one\n '/c\\d',\n]\nlog-level=\"debug\"\n\n[ roots ]\ncoco = '/x'\n\"fss\" = \"/y\"")
    #expect(try settings("jobs = \"auto\"").jobs == .auto && settings("jobs = 3").jobs == .most(3))
    #expect(read.threads == 12 && read.lowMemory && read.logLevel == .debug)
    #expect(read.models.map(\.path) == ["/a \"b\"", "/c\\d"])
    #expect(read.roots.mapValues(\.path) == [.coco: "/x", .fss: "/y"])
    #expect(try settings("models = '~/m'").models[0].path == FileManager.default.homeDirectoryForCurrentUser.path + "/m")
  }

  @Test(arguments: [
    ("threads = 1\nthreads = 2", "line 2: \"threads\" is there twice"), ("[roots]\n[roots]", "line 2: \"roots\" is there twice"),
    ("threads 1", "line 1: \"threads\" must be followed by ="), ("\n\nthreads =", "line 3: a value is missing"), ("= 1", "line 1: a key is missing"),
    ("threads = 1 2", "line 1: something follows"), ("threads = 99999999999999999999", "is neither a text"), ("[roots\n", "must be followed by ]"),
    ("models = ['a' 'b']", "must be divided by ,"), ("models = 'a\n'", "line 1: a text does not end"), ("models = \"\\x\"", "\\x means nothing"),
    ("models = \"\\uD800\"", "\\uD800 is no character"), ("models = " + String(repeating: "[", count: 99), "nested too deeply"),
    ("threads = '4'", "must be a whole number"), ("roots = { coco = '/x' }", "line 1:"), ("model = 'a'", "there is no setting \"model\""),
    ("engines = ['cpu', 'torch:dtype=int8']", "\"engines\": entry 2: the engine \"torch:dtype=int8\" is not understood: dtype is one of"),
    ("engines = [1]", "\"engines\": entry 1 is no text; it must be"),
  ])
  func mistakes(_ text: String, _ message: String) {
    #expect { _ = try settings(text) } throws: { "\($0)".contains(message) }
  }

  /// A data set's folder is noted without touching anything else, or not at all.
  @Test(arguments: [
    ("", "[roots]\nfss = \"/d\"\n"), ("threads = 2 # two", "threads = 2 # two\n\n[roots]\nfss = \"/d\"\n"),
    ("[roots] # mine\ncoco = '/c'\n", "[roots] # mine\nfss = \"/d\"\ncoco = '/c'\n"),
    ("[ roots ]\n  fss = '/old' # was\ncoco = '/c'", "[ roots ]\nfss = \"/d\"\ncoco = '/c'\n"),
    ("threads = 2\r\n[roots]\r\n\"fss\"='/old'\r\n", "threads = 2\r\n[roots]\r\nfss = \"/d\"\r\n"),
  ])
  func aFolderIsRemembered(_ before: String, _ after: String) throws {
    let folder = try TemporaryFolder(), file = try folder.write(before, to: "config.toml")
    try UserSettings.remember(URL(fileURLWithPath: "/d"), of: .fss, in: file)
    #expect(try String(contentsOf: file, encoding: .utf8) == after)
    #expect(try UserSettings(file: file).roots[.fss]?.path == "/d")
  }

  @Test func foldersOfAnyNameAndBrokenFiles() throws {
    let folder = try TemporaryFolder(), odd = URL(fileURLWithPath: "/a \"b\" \\c\u{1B}[2J")
    let file = folder.file("new/config.toml")
    try UserSettings.remember(odd, of: .coco, in: file)
    #expect(try UserSettings(file: file).roots[.coco]?.path == odd.path)
    #expect(try !String(contentsOf: file, encoding: .utf8).unicodeScalars.contains("\u{1B}"))
    for broken in ["threads =", "[roots", "colour = 3"] {
      let file = try folder.write(broken, to: "broken.toml")
      #expect(throws: CoreError.self) { try UserSettings.remember(odd, of: .coco, in: file) }
      #expect(try String(contentsOf: file, encoding: .utf8) == broken)
    }
  }

  @Test func damagedFiles() throws {
    let good = Array("models = ['/a', \"/b\\n\"]\nthreads = 3\n[roots]\ncoco = '/c'\n".utf8), folder = try TemporaryFolder()
    for seed in 0..<3000 {
      var mutations = Mutations(seed: UInt64(seed))
      let file = try folder.write(mutations.damaged(good, focus: good.count), to: "config.toml")
      // A setting or an error of its own: nothing else.
      #expect(throws: Never.self) { do { _ = try UserSettings(file: file) } catch is CoreError {} }
    }
  }
}
