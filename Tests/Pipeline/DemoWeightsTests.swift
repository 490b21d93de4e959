import Core
import Data
import Foundation
import Generation
import Pipeline
import TestSupport
import Testing

/// The weights that come with the program, on data that they do not know.
@Suite struct DemoWeightsTests {
  private func library(_ folders: [URL] = []) throws -> (library: ModelLibrary, home: TemporaryFolder) {
    let home = try TemporaryFolder()
    return (ModelLibrary(folders: folders, searchesHub: false, environment: ["XDG_CACHE_HOME": home.url.path]), home)
  }

  @Test func theyAreToldWhereverTheyWereFound() throws {
    let (library, home) = try library(), options = library.menu.defaults()
    #expect(library.demoWeights(on: "demo", generating: options, segmenting: .hsnet, fold: 0) == nil)
    let found = try #require(library.demoWeights(on: "coco", generating: options, segmenting: .hsnet, fold: 0))
    let ids = library.entries.filter(\.isDemo).map(\.id)
    #expect(found.models.count == 3 && found.models.allSatisfy(ids.contains))
    #expect(found.remark.hasPrefix("Demo weights (") && found.models.allSatisfy(found.remark.contains))
    // Named with --models they are the same weights, also behind a link.
    let demo = try #require(AssetFolder.url("demo")), link = home.file("mine")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: demo)
    for folder in [demo, link] {
      let (own, _) = try self.library([folder])
      #expect(own.entries.allSatisfy { $0.isDemo } && own.demoWeights(on: "fss", segmenting: .bam, fold: 1) != nil, "\(folder.path)")
    }
    #expect(DemoWeights(at: [demo.appendingPathComponent("sd"), home.url])?.models == ["sd"])
    #expect(DemoWeights(at: [home.url, demo]) == nil)
  }

  @Test func othersAreNone() throws {
    let bench = try TinyModels()
    #expect(bench.workbench.models.demoWeights(on: "squares", generating: bench.options, segmenting: .dcama, fold: 0) == nil)
    #expect(!bench.workbench.models.menu.usesDemoWeights(bench.options, segmenting: .dcama, fold: 0))
    #expect(bench.workbench.models.menu.usesDemoWeights(bench.options, segmenting: .hsnet, fold: 0))
  }

  @Test func theImageSaysSoAndItsKeyIsTheSame() throws {
    let request = plainRequest(), plain = ImageMetadata(key: "k", request: request, weights: ["sd": "aa"])
    let marked = ImageMetadata(key: "k", request: request, weights: ["sd": "aa"], demoWeights: ["sd"])
    let (entries, own) = (try marked.entries(), try plain.entries())
    #expect(entries["Warning"]?.hasPrefix("Demo weights (sd): ") == true && ImageMetadata(entries: entries) == marked)
    #expect(Set(own.keys) == ["diffss", "parameters"] && own["diffss"]?.contains("demoWeights") == false)
    #expect(entries["parameters"] == own["parameters"])
  }

  /// The demo's scenes are what the weights were made for; an image that the user imported into it is none of them.
  @Test func importedImagesAreOtherData() throws {
    let (library, _) = try library(), ids = library.entries.filter(\.isDemo).map(\.id)
    #expect(DemoWeights(ids, of: library, on: "demo", items: ["scene-00000", "scene-00001"]) == nil)
    #expect(DemoWeights(ids, of: library, on: "demo", items: ["scene-00000", "own/cup-0a1b2c3d"])?.models.isEmpty == false)
  }

  @Test func theDoctorTellsForOtherDataSets() throws {
    let (library, home) = try library()
    let demo = Diagnosis.findings(models: library, sources: [DatasetSource(.demo)])
    #expect(!demo.contains { $0.subject.hasPrefix("weights for ") })
    let coco = Diagnosis.findings(models: library, sources: [DatasetSource(.coco, root: home.url)])
    let finding = try #require(coco.first { $0.subject == "weights for coco" })
    #expect(finding.state == .limited && finding.text.hasPrefix("Demo weights (") && finding.advice != nil)
  }
}
