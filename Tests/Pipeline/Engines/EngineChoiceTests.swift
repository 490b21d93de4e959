import Core
import Foundation
import Generation
import Testing

@Suite struct EngineChoiceTests {
  @Test(arguments: [
    "torch", "torch:device=cuda:1", "torch:python=/opt/venv/bin/python,device=cuda:1,dtype=float16,models=/data/a,models=/data/b,threads=4",
    "torch:batch=4", "ssh gpubox diffss-engine --device cuda:0", "/usr/local/bin/engine",
  ])
  func readsWhatItWrites(text: String) throws { #expect("\(try EngineChoice(text))" == text) }

  @Test func homesAreTheUsers() throws {
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    #expect("\(try EngineChoice("torch:python=~/venv/bin/python"))" == "torch:python=\(home)/venv/bin/python")
  }

  @Test(arguments: [
    ("", "it is empty"), ("  ", "it is empty"), ("torch:cuda", "no KEY=VALUE"), ("torch:device=", "no KEY=VALUE"),
    ("torch:dtype=int8", "float16"),
    ("torch:threads=0", "1...1024"), ("torch:batch=65", "1...64"), ("torch:colour=red", "no setting colour"),
  ])
  func refusesOthers(text: String, reason: String) {
    let error = #expect(throws: GenerationError.self) { try EngineChoice(text) }
    #expect(error?.message.contains(reason) == true && error?.hint?.contains("torch:python=PATH") == true, "\(error.debugDescription)")
  }
}
