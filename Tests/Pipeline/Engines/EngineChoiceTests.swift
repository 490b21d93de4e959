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

  @Test func batchesAreTheEnginesUnlessANumberIsGiven() throws {
    #expect(try EngineChoice("torch:batch=auto") == EngineChoice("torch"))
    #expect(try EngineChoice("torch:batch=3") != EngineChoice("torch"))
  }

  @Test func foldersAreLookedForBeforeItIsStarted() throws {
    let error = #expect(throws: GenerationError.self) { try EngineChoice("torch:models=/,models=/nowhere/at/all").check() }
    #expect(error?.message.contains("there is no folder /nowhere/at/all") == true, "\(error.debugDescription)")
    #expect(throws: Never.self) { try EngineChoice("torch:models=/").check() }
  }

  @Test(arguments: [
    ("", "it is empty"), ("  ", "it is empty"), ("torch:cuda", "cuda is no KEY=VALUE"),
    ("torch:device=", "device has no value, as in device=cuda:1"), ("torch:device", "device has no value, as in device=cuda:1"),
    ("torch:dtype=int8", "float16"),
    ("torch:threads=0", "1...1024"), ("torch:batch=65", "auto or 1...64"), ("torch:batch=0", "auto or 1...64"),
    ("torch:colour=red", "no setting colour"),
  ])
  func refusesOthers(text: String, reason: String) {
    let error = #expect(throws: GenerationError.self) { try EngineChoice(text) }
    #expect(error?.message.contains(reason) == true && error?.hint?.contains("torch:python=PATH") == true, "\(error.debugDescription)")
  }
}
