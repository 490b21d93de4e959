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
  ])
  func mistakes(_ text: String, _ message: String) {
    #expect { _ = try settings(text) } throws: { "\($0)".contains(message) }
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
