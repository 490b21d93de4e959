import Core
import Foundation
import Generation
import TestSupport
import Testing

/// Twelve images of `diffss generate --dataset demo`, as the program of 28 November 2026 wrote them (before requests could name a
/// spacing, an autoencoder or LoRA files): their JSON, keys and `parameters` must be what they were.
@Suite struct OldRequestTests {
  struct Old: Decodable, Sendable {
    let key: String
    let metadata: String
    let parameters: String
  }

  private static func load() throws -> [Old] {
    try JSONDecoder().decode([Old].self, from: Data(contentsOf: Golden.fixture("requests/plain.json")))
  }

  @Test func plainRequestsKeepTheirJSONTheirKeysAndWhatWebInterfacesShow() throws {
    let all = try Self.load()
    #expect(all.count == 12)
    for old in all {
      let metadata = try #require(ImageMetadata(entries: ["diffss": old.metadata]))
      #expect(metadata.key == old.key)
      #expect(try metadata.request.key(weights: metadata.weights) == old.key)
      #expect(try metadata.entries() == ["diffss": old.metadata, "parameters": old.parameters])
    }
  }

  @Test func aRowOfAnOldEvaluationIsStillRead() throws {
    let old = #"{"condition":"mask","conditionSettings":{"detector":"hed","resolution":512},"controlEnd":1,"controlScale":1,"controlStart":0,"eta":0,"guessMode":false,"guidance":9,"models":{"controlNets":["a"],"diffusion":"b"},"sampler":"ddim","seed":0,"steps":20}"#
    let options = try JSONDecoder().decode(GenerationOptions.self, from: Data(old.utf8))
    #expect(options == GenerationOptions(models: PreferredModels(diffusion: "b", controlNets: ["a"])))
    #expect(try CanonicalJSON.text(options) == old)
  }
}
