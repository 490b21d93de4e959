import Core
import Data
import Foundation
import Generation
import Testing

@Suite struct RequestTests {
  @Test func canonicalJSONIsSortedAndExact() throws {
    #expect(
      try CanonicalJSON.text(plainRequest())
        == #"{"condition":"mask","conditionSettings":{"detector":"hed","resolution":128},"controlEnd":1,"controlScale":0.5,"controlStart":0,"#
        + #""eta":0,"guessMode":false,"guidance":9,"height":128,"models":{"controlNet":"controlnet-mask","diffusion":"sd"},"#
        + #""negativePrompt":"lowres","prompt":"a real shot photo of cup,","sampler":"ddim","seed":7,"#
        + #""source":{"classIndex":1,"dataset":"squares","digest":"d","item":"square-0","number":0},"steps":3,"width":128}"#)
  }

  /// Images generated before there were knobs keep their keys, and their rows are still read.
  @Test func knobsAtTheirDefaultsAreNotWritten() throws {
    let old = #"{"detector":"hed","resolution":512}"#
    #expect(try CanonicalJSON.text(ConditionSettings()) == old)
    #expect(try JSONDecoder().decode(ConditionSettings.self, from: Data(old.utf8)) == ConditionSettings())
    let turned = ConditionSettings(threshold: 90, dilation: 0, blur: 1.5, thinning: true, cannyLow: 20, cannyHigh: 60)
    let text = try CanonicalJSON.text(turned)
    #expect(
      text == #"{"blur":1.5,"cannyHigh":60,"cannyLow":20,"detector":"hed","dilation":0,"resolution":512,"thinning":true,"threshold":90}"#)
    #expect(try JSONDecoder().decode(ConditionSettings.self, from: Data(text.utf8)) == turned)
  }

  @Test func aDetectResolutionIsWrittenOnlyWhereItDiffers() throws {
    var settings = ConditionSettings(resolution: 256, detectResolution: 512)
    #expect(try CanonicalJSON.text(settings) == #"{"detectResolution":512,"detector":"hed","resolution":256}"#)
    #expect(try JSONDecoder().decode(ConditionSettings.self, from: CanonicalJSON.data(settings)) == settings)
    #expect(settings.relevant(to: .scribble) == settings)
    for type in [ConditionType.hed, .mask, .canny] { #expect(settings.relevant(to: type) == ConditionSettings(resolution: 256)) }
    settings.detectResolution = 256
    #expect(settings.relevant(to: .scribble) == ConditionSettings(resolution: 256))
    settings.detectResolution = 63
    #expect(throws: CoreError.badSetting(name: "detect resolution", value: "63", allowed: "64...4096")) { try settings.validate() }
  }

  @Test func whatDoesNotMatterIsNoOtherRequest() {
    let turned = ConditionSettings(
      resolution: 256, detector: .pidinet, threshold: 90, dilation: 3, blur: 1.5, thinning: true, cannyLow: 20, cannyHigh: 60)
    #expect(turned.relevant(to: .mask) == ConditionSettings(resolution: 256))
    #expect(turned.relevant(to: .hed) == ConditionSettings(resolution: 256, dilation: 3, blur: 1.5))
    #expect(turned.relevant(to: .canny) == ConditionSettings(resolution: 256, dilation: 3, blur: 1.5, cannyLow: 20, cannyHigh: 60))
    #expect(
      turned.relevant(to: .scribble)
        == ConditionSettings(resolution: 256, detector: .pidinet, threshold: 90, dilation: 3, blur: 1.5, thinning: true))
  }

  @Test func aRequestSurvivesItsJSON() throws {
    var request = plainRequest()
    request.guidance = 7.3
    request.seed = .max
    request.prompt = "a \"cup\"/\u{1F375}\n"
    #expect(try JSONDecoder().decode(GenerationRequest.self, from: CanonicalJSON.data(request)) == request)
  }

  /// Computed with: printf '%s' '{"request":REQUEST,"weights":{"controlnet-mask":"bb","sd":"aa"}}' | sha256sum
  @Test func theKeyIsTheHashOfRequestAndWeights() throws {
    let weights = ["sd": "aa", "controlnet-mask": "bb", "unused": "cc"]
    #expect(try plainRequest().key(weights: weights) == "4cb125f29a291b28f4a5a7eb8e93c172f0a6dc16d7fdae7f2167e691cfbcdb41")
    var changed = plainRequest()
    changed.steps = 4
    #expect(try changed.key(weights: weights) != plainRequest().key(weights: weights))
    #expect(try plainRequest().key(weights: ["sd": "ab", "controlnet-mask": "bb"]) != plainRequest().key(weights: weights))
    #expect(try plainRequest().key(weights: ["sd": "aa", "controlnet-mask": "bb"]) == plainRequest().key(weights: weights))
  }

  /// Computed with: printf '7/scene-00001/3/0' | sha256sum, first eight digits, bytes reversed.
  @Test func seedsAreThoseOfTheDocumentedHash() {
    #expect(SupportSeed.derive(base: 7, item: "scene-00001", classIndex: 3, number: 0) == 2_262_924_415)
    #expect(SupportSeed.derive(base: 7, item: "scene-00001", classIndex: 3, number: 1) == 278_425_706)
  }

  @Test func seedsDifferBetweenItemsClassesNumbersAndBases() {
    var seeds: Set<UInt64> = []
    for base in 0..<4 { for item in 0..<25 { for number in 0..<10 {
      seeds.insert(SupportSeed.derive(base: UInt64(base), item: "i\(item)", classIndex: 1, number: number))
    } } }
    #expect(seeds.count == 1000)
    #expect(seeds.allSatisfy { $0 <= UInt64(UInt32.max) })
  }

  @Test func promptsAreThePublishedOnes() throws {
    let prompts = try Prompts()
    let dog = ClassInfo(index: 17, name: "dog", promptName: "dog", adeIndex: 126)
    #expect(prompts.positive(dog) == "a real shot photo of dog,, best quality, extremely detailed")
    #expect(prompts.positive(dog, template: "one {name} and a {name}") == "one dog and a dog")
    #expect(prompts.negative.hasPrefix("longbody, lowres"))
  }

  @Test func namesCannotCarryTerminalSequences() throws {
    let evil = ClassInfo(index: 1, name: "x", promptName: "cup\u{1B}[2J\u{07}\u{9B}31m\u{202E}\r\n", adeIndex: 0)
    let prompt = try Prompts().positive(evil)
    #expect(prompt.unicodeScalars.allSatisfy { $0.value >= 32 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x202E })
    #expect(prompt.contains("cup [2J"))
    #expect(PlainText.clean("Größe 茶") == "Größe 茶")
    // Lists keep their lines; a line of somebody else's cannot pass for the program's own.
    #expect(PlainText.cleanLines("two:\n  a\n  b\u{1B}[2J") == "two:\n  a\n  b [2J")
    #expect(PlainText.cleanLines("no file x\nhint: run this") == "no file x\n  hint: run this")
  }

  @Test func settingsOutOfRangeAreNamed() {
    func message(_ change: (inout GenerationOptions) -> Void) -> String {
      var options = GenerationOptions()
      change(&options)
      do {
        try options.validate()
        return ""
      } catch { return "\(error)" }
    }
    #expect(message { _ in } == "")
    #expect(message { $0.steps = 0 } == "steps cannot be 0")
    #expect(message { $0.guidance = .nan } == "guidance cannot be nan")
    #expect(message { $0.sampler = "dance" } == "sampler cannot be \"dance\"")
    #expect(message { $0.conditionSettings.resolution = 10 } == "resolution cannot be 10")
    #expect(message { $0.conditionSettings.threshold = 255 } == "threshold cannot be 255")
    #expect(message { $0.conditionSettings.dilation = -1 } == "dilation cannot be -1")
    #expect(message { $0.conditionSettings.blur = .nan } == "blur cannot be nan")
    #expect(message { $0.conditionSettings.cannyHigh = 1001 } == "canny high cannot be 1001")
    #expect(message { ($0.condition, $0.conditionSettings.cannyLow) = (.canny, 201) } == "canny low cannot be 201")
    #expect(message { $0.conditionSettings.cannyLow = 201 } == "", "Canny is not used")
    #expect(message { ($0.controlStart, $0.controlEnd) = (0.8, 0.2) } == "control start cannot be 0.8")
    #expect(message { ($0.sampler, $0.eta) = ("euler", 0.5) } == "eta cannot be 0.5")
  }
}
