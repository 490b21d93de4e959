import Core
import Foundation
import Generation
import TestSupport
import Testing

/// The models with short names, and what is said where one is missing.
@Suite struct ModelCatalogueTests {
  private func catalogue() throws -> ModelCatalogue { try ModelCatalogue.standard.get() }

  @Test func shortNamesAreRepositories() throws {
    let sd = try catalogue().model("sd15")
    #expect(sd.repository == "stable-diffusion-v1-5/stable-diffusion-v1-5" && sd.files == nil && sd.size == "4.27 GB")
    #expect(try catalogue().model("HED").files == ["ControlNetHED.pth"])
    let other = try catalogue().model("org/net")
    #expect(other.repository == "org/net" && other.size == nil && other.licence == nil)
    let all = try catalogue().models
    #expect(Set(all.map(\.name)).count == all.count)
    for model in all { _ = try HubRepository(model.repository, environment: [:]) }
  }

  @Test func aNameThatIsNoneIsToldWithTheNearest() throws {
    let fault = #expect(throws: GenerationError.self) { try catalogue().model("controlnet-sge") }
    #expect(fault?.message.contains("\"controlnet-sge\" is no model") == true)
    #expect(fault?.hint?.hasPrefix("did you mean controlnet-seg? there are sd15, ") == true && fault?.hint?.contains("ORG/NAME") == true)
    let stranger = #expect(throws: GenerationError.self) { try catalogue().model("flux") }
    #expect(stranger?.hint?.hasPrefix("there are sd15, ") == true)
  }

  /// Five lines that fit a terminal, the same in the readme.
  @Test func theRecipeIsTheReadmes() throws {
    let lines = try catalogue().recipeLines
    #expect((1...5).contains(lines.count) && lines.allSatisfy { $0.count <= 112 })
    for network in ["BAM", "HDMNet", "hsnet", "DCAMA"] { #expect(lines.contains { $0.contains("/\(network)") }) }
    let readme = try String(contentsOf: Golden.projectRoot.appendingPathComponent("README.md"), encoding: .utf8)
    let block = lines.map { "      \($0)" }.joined(separator: "\n")
    #expect(readme.contains(block), "README.md should hold:\n\(block)")
  }

  /// A library that has found nothing says how each thing is got.
  @Test func whatIsMissingIsToldWithTheWayToIt() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(at: folder.file("tiny-sd15"), withDestinationURL: TinyModels.diffusion)
    let library = ModelLibrary(folders: [folder.url], searchesHub: false, environment: ["XDG_CACHE_HOME": folder.file("cache").path])
    func hint(_ work: () throws -> Void) -> String {
      do { try work() } catch { return (error as? any Explained)?.hint ?? "" }
      return "nothing is missing"
    }
    #expect(
      hint { _ = try library.choice(for: .canny, settings: ConditionSettings()) }.hasPrefix(
        "fetch it with: diffss models pull controlnet-canny (1.45 GB); "))
    #expect(hint { _ = try library.detector(.pidinet) }.hasPrefix("fetch it with: diffss models pull pidinet (2.87 MB); "))
    #expect(
      hint { _ = try library.segmentation(.bam, fold: 9) }.contains(
        "github.com/chunbolang/BAM: put it into a folder of models as bam/fold9.pth; "))
    #expect(hint { _ = try library.entry("tiny-sd51") }.hasPrefix("did you mean tiny-sd15?; "))
    #expect(hint { _ = try library.entry("sd15") }.hasPrefix("fetch it with: diffss models pull sd15; "))
  }
}
