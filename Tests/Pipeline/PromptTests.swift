import Core
import Foundation
import Generation
import Render
import TestSupport
import Testing

@Suite struct PromptTests {
  /// Every character that ftfy 6.3.1's `fix_text` changes between two letters and that composing (NFC) does not; none that it leaves.
  @Test func disputedCharactersAreThoseThatFtfyChanges() {
    #expect(PromptCharacters.disputed(in: "a dog’s “tail” ’ on ﬁre &amp; ice &#39;x&#x27; ｆ") == ["’", "“", "”", "ﬁ", "ｆ", "&amp;", "&#39;", "&#x27;"])
    #expect(PromptCharacters.disputed(in: "a dog's \"tail\", naïve café – 猫… & co; &c. &;&x; 100 % (very:1.2) «x» ß Ⅷ ½ à") == [])
    let counted = (0x20...0xFFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init).count { !PromptCharacters.disputed(in: "a\($0)b").isEmpty }
    #expect(counted == 295)
    #expect(PromptCharacters.warning("prompt", "a dog's tail") == nil)
    #expect(PromptCharacters.warning("prompt", "dog’s")?.hasPrefix("the prompt holds ’ (U+2019): read as transformers does") == true)
  }

  @Test func aPromptThatFitsIsNotMentioned() throws {
    let cut: (String) -> String? = { $0.count > 5 ? String($0.dropFirst(5)) : nil }
    #expect(PromptCut(prompt: "12345", negativePrompt: "1", guidance: 9, cut: cut) == nil)
    #expect(PromptCut(prompt: "12345", negativePrompt: "123456", guidance: 1, cut: cut) == nil)
    let own = try #require(PromptCut(prompt: "1234567", negativePrompt: "1", guidance: 9, cut: cut))
    #expect(try CanonicalJSON.text(own) == #"{"prompt":"67"}"#)
    #expect(own.lines == ["the prompt is longer than the text encoder reads, cut off: 67"])
    var request = plainRequest()
    request.prompt = "x"
    let text = try CanonicalJSON.text(ImageMetadata(key: "k", request: request, weights: [:]))
    #expect(!text.contains("cut") && ImageMetadata(entries: ["diffss": text])?.cut == nil)
    let with = ImageMetadata(key: "k", request: request, weights: [:], cut: own)
    #expect(try ImageMetadata(entries: with.entries()) == with)
  }

  /// What is cut is in the image and in nobody else's; the request and its key do not change.
  @Test func aCutPromptIsInTheImage() async throws {
    let tiny = try TinyModels(), item = tiny.workbench.dataset.items[0], index = item.classes[0]
    // A letter is a token here, and three of a prompt's 75 are a "dog ".
    var options = tiny.options
    (options.prompt, options.negativePrompt) = ("a {name}", "")
    func metadata() async throws -> ImageMetadata {
      let request = try await tiny.workbench.requests(item: item, classIndex: index, options: options, count: 1)[0]
      tiny.workbench.enqueue([request])
      try await within { await tiny.workbench.waitUntilIdle() }
      let image = try #require(try await tiny.workbench.generated(request))
      return try #require(ImageMetadata(entries: ImageText.read(image.file)))
    }
    #expect(try await metadata().cut == nil)
    #expect(try await tiny.workbench.promptRemarks(options, classes: [index]) == [])
    options.prompt = String(repeating: "dog ", count: 30)
    options.negativePrompt = "a ’mask’"
    let cut = try #require(try await metadata().cut)
    #expect(cut.prompt == "dog dog dog dog dog" && cut.negativePrompt == nil)
    let remarks = try await tiny.workbench.promptRemarks(options, classes: [index, index])
    #expect(remarks.count == 2 && remarks[0].hasSuffix("cut off: dog dog dog dog dog") && remarks[1].contains("U+2019"))
  }
}
