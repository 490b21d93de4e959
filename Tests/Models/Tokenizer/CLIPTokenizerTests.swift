import Foundation
import Models
import TestSupport
import Testing

@Suite struct CLIPTokenizerTests {
  private struct Case: Decodable {
    var text: String
    var ids: [Int]
  }

  /// The published vocabulary, which comes with the program.
  private static let published = Golden.projectRoot.appendingPathComponent("Assets/sd15/tokenizer")

  @Test(.enabled(if: Golden.isAvailable)) func publishedVocabulary() throws {
    let tokenizer = try CLIPTokenizer(folder: Self.published)
    #expect(tokenizer.vocabularySize == 49408)
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: Golden.url("sd/tokenizer.json")))
    for item in cases { #expect(tokenizer.encode(item.text) == item.ids, "\(item.text)") }
  }

  /// A small vocabulary in the same format: bytes a to e, inside a word and at its end.
  private func small(
    vocabulary: String? = nil, merges: String = "#version: 0.2\nb c\nbc d</w>\na b\n", settings: String? = nil
  ) throws -> CLIPTokenizer {
    let folder = try TemporaryFolder()
    let tokens = ["a", "b", "c", "d", "e", "a</w>", "b</w>", "c</w>", "d</w>", "e</w>", "bc", "bcd</w>", "ab", "<s>", "<e>"]
    let members = tokens.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    try folder.write(vocabulary ?? "{\(members)}", to: "vocab.json")
    try folder.write(merges, to: "merges.txt")
    try folder.write(
      settings ?? #"{"bos_token": {"content": "<s>"}, "eos_token": "<e>", "pad_token": "a", "model_max_length": 8}"#,
      to: "tokenizer_config.json")
    return try CLIPTokenizer(folder: folder.url)
  }

  @Test func smallVocabulary() throws {
    let tokenizer = try small()
    #expect(tokenizer.length == 8)
    // The lower rank wins: a+bc, not ab+c. What the vocabulary lacks is the end marker's id, once a byte.
    #expect(tokenizer.encode("ABCD  e") == [13, 0, 11, 9, 14, 0, 0, 0])
    #expect(tokenizer.encode("abc") == [13, 12, 7, 14, 0, 0, 0, 0])
    #expect(tokenizer.encode("aé") == [13, 0, 14, 14, 14, 0, 0, 0])
    #expect(tokenizer.encode("e e e e e e e e e") == [13, 9, 9, 9, 9, 9, 9, 14])
    #expect(tokenizer.encode("") == [13, 14, 0, 0, 0, 0, 0, 0])
    #expect(tokenizer.encode("a<e>a") == [13, 5, 14, 5, 14, 0, 0, 0])
  }

  /// A pointer that Git LFS has not replaced, in each file's place.
  @Test(arguments: ["vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json"]) func aPointerIsNamed(_ name: String) throws {
    let folder = try TemporaryFolder()
    if name != "tokenizer.json" {
      for file in ["vocab.json", "merges.txt"] {
        try FileManager.default.copyItem(at: Self.published.appendingPathComponent(file), to: folder.file(file))
      }
    }
    let digest = String(repeating: "b", count: 64)
    try folder.write("version https://git-lfs.github.com/spec/v1\noid sha256:\(digest)\nsize 1059962\n", to: name)
    do {
      _ = try CLIPTokenizer(folder: folder.url)
      Issue.record("a pointer was taken for a tokenizer")
    } catch let error as ModelError {
      #expect(error.message == "\(folder.file(name).path) is a Git LFS pointer in place of the file, which has 1059962 bytes")
      #expect(error.hint?.contains("git lfs pull") == true)
    }
  }

  /// transformers 5 saves one `tokenizer.json` in place of both files; older ones wrote its merges as texts. The ids are those of the two files.
  @Test func oneFileIsReadAsTwo() throws {
    let tokens = ["a", "b", "c", "d", "e", "a</w>", "b</w>", "c</w>", "d</w>", "e</w>", "bc", "bcd</w>", "ab", "<s>", "<e>"]
    let vocab = "{\(tokens.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", "))}"
    func joined(_ merges: String, suffix: String = "</w>", type: String = "BPE") throws -> CLIPTokenizer {
      let folder = try TemporaryFolder()
      try folder.write(#"{"version": "1.0", "normalizer": {"type": "NFC"}, "model": {"type": "\#(type)", "end_of_word_suffix": "\#(suffix)", "vocab": \#(vocab), "merges": \#(merges)}}"#, to: "tokenizer.json")
      try folder.write(#"{"bos_token": "<s>", "eos_token": "<e>", "pad_token": "a", "model_max_length": 8}"#, to: "tokenizer_config.json")
      return try CLIPTokenizer(folder: folder.url)
    }
    let two = try small()
    for merges in [#"[["b", "c"], ["bc", "d</w>"], ["a", "b"]]"#, #"["b c", "bc d</w>", "a b"]"#] {
      let one = try joined(merges)
      #expect(one.vocabularySize == two.vocabularySize && one.length == 8)
      for text in ["ABCD  e", "abc", "aé", "e e e e e e e e e", "", "a<e>a"] { #expect(one.encode(text) == two.encode(text), "\(text)") }
    }
    for bad in [#"[["b", "x"]]"#, #"[["b"]]"#, "[1]", "{}"] { #expect(throws: ModelError.self) { try joined(bad) } }
    #expect(throws: ModelError.self) { try joined("[]", suffix: "") }
    #expect(throws: ModelError.self) { try joined("[]", type: "WordPiece") }
  }

  /// By transformers 5.24.0 as diffusers 0.42.1 warns: `batch_decode(ids[:, model_max_length - 1 : -1])` of the published vocabulary.
  @Test func saysWhatIsCutAsDiffusersDoes() throws {
    let tokenizer = try CLIPTokenizer(folder: Self.published)
    func times(_ count: Int, _ word: String) -> String { String(repeating: word, count: count) }
    #expect(tokenizer.cut(from: times(80, "dog ")) == "dog dog dog dog dog")
    #expect(tokenizer.cut(from: times(75, "a ") + "b c") == "b c")
    #expect(tokenizer.cut(from: times(75, "a ")) == nil && tokenizer.cut(from: "") == nil)
    #expect(
      tokenizer.cut(from: times(70, "word ") + "it's a naïve café, best-quality 12 猫 <|endoftext|> x, y.")
        == "ve café , best - quality 1 2 猫 <|endoftext|>x , y .")
    #expect(tokenizer.cut(from: times(74, "word ") + "extraordinarily unbelievable things") == "arily unbelievable things")
    #expect(tokenizer.cut(from: times(76, "word ") + "A Dog, 2 cats!  (very:1.2)") == "word a dog , 2 cats ! ( very : 1 . 2 )")
    #expect(tokenizer.cut(from: times(2000, "dog "))?.hasSuffix("dog …") == true)
  }

  /// By transformers 5.24.0, with ftfy 6.3.1 installed and without: its tokenizer does not use it.
  @Test func readsPastedTextAsTransformersDoes() throws {
    let tokenizer = try CLIPTokenizer(folder: Self.published)
    func ids(_ text: String) -> [Int] { Array(tokenizer.encode(text).dropFirst().prefix { $0 != 49407 }) }
    #expect(ids("a dog’s tail") == [320, 1929, 728, 503, 338, 4132])
    #expect(ids("a dog's tail") == [320, 1929, 568, 4132])
    #expect(ids("ﬁre &amp; ice") == [171, 105, 223, 810, 261, 6259, 282, 733])
    #expect(ids("“quoted”") == [728, 506, 27706, 728, 507])
    #expect(ids("ｆｕｌｌ") == [171, 121, 228, 171, 121, 243, 171, 121, 234, 171, 121, 490])
    #expect(ids("schÃ¶n") == [844, 127, 352, 126, 370, 333])
    #expect(ids("&lt;3") == [261, 3333, 282, 274])
  }

  @Test func saysWhatASmallVocabularyCuts() throws {
    let tokenizer = try small()
    #expect(tokenizer.cut(from: "e e e e e e") == nil)
    #expect(tokenizer.cut(from: "e e e e e e bcd ab") == "bcd ab")
    #expect(tokenizer.cut(from: "e e e e e bcd <e> a") == "<e>a")
  }

  @Test func refusesFilesThatDoNotFit() throws {
    #expect(throws: ModelError.self) { try small(vocabulary: "{\"a\": 0, \"a\": 1}") }
    #expect(throws: ModelError.self) { try small(vocabulary: "{\"a\": 0}") }
    #expect(throws: ModelError.self) { try small(vocabulary: "[1]") }
    #expect(throws: ModelError.self) { try small(merges: "a q\n") }
    #expect(throws: ModelError.self) { try small(merges: "a b c\n") }
    #expect(throws: ModelError.self) { try small(settings: "{\"bos_token\": 7}") }
    #expect(try small(settings: #"{"bos_token": "<s>", "eos_token": "<e>", "model_max_length": 1e30}"#).length == 77)
  }

  @Test func damagedFilesNeverCrash() throws {
    let folder = try TemporaryFolder()
    let vocabulary = Array("{\"a\": 0, \"b</w>\": 1, \"ab</w>\": 2, \"<|startoftext|>\": 3, \"<|endoftext|>\": 4}".utf8)
    let merges = Array("#version: 0.2\na b</w>\n".utf8)
    var mutations = Mutations(seed: 2)
    for _ in 0..<1000 {
      try folder.write(mutations.damaged(vocabulary, focus: 80), to: "vocab.json")
      try folder.write(mutations.below(3) == 0 ? mutations.damaged(merges, focus: 30) : merges, to: "merges.txt")
      do {
        let tokenizer = try CLIPTokenizer(folder: folder.url)
        #expect(tokenizer.encode("ab ba é").count == tokenizer.length)
      } catch is ModelError {}
    }
  }
}
