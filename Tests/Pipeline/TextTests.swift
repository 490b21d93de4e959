import Core
import Testing

@Suite struct TextTests {
  @Test func aMistypedWordIsNearTheOneMeant() {
    let commands = ["explore", "condition", "generate", "evaluate", "sweep", "dataset", "models", "queue", "verify", "report", "doctor"]
    for (typed, meant) in [
      ("genrate", "generate"), ("evalaute", "evaluate"), ("swep", "sweep"), ("docter", "doctor"), ("model", "models"),
      ("cond", "condition"),
      ("GENERATE", "generate"), ("veryfi", "verify"), ("queu", "queue"),
    ] { #expect(NearestWord.to(typed, in: commands) == meant, "\(typed)") }
    for stranger in ["", "x", "train", "pspnet", "qqqqq", "--"] { #expect(NearestWord.to(stranger, in: commands) == nil, "\(stranger)") }
    #expect(NearestWord.to("msk", in: ["mask", "hed", "none"]) == "mask" && NearestWord.to("hde", in: ["mask", "hed"]) == "hed")
    #expect(NearestWord.to("sd5", in: ["sd15", "hed"]) == "sd15" && NearestWord.to("a", in: []) == nil)
    #expect(NearestWord.to(String(repeating: "a", count: 100_000), in: ["aa"]) == nil)
  }

  @Test func amountsOfBytes() {
    for (bytes, text) in [
      (0, "0 bytes"), (999, "999 bytes"), (1450, "1.45 kB"), (29_400_000, "29.4 MB"), (4_270_000_000, "4.27 GB"), (99_960, "100 kB"),
      (999_600, "1.00 MB"),
    ] { #expect(ByteText.decimal(bytes) == text) }
  }

  @Test func lengthsOfTime() {
    for (seconds, text) in [
      (0, "0.00 s"), (0.031, "0.03 s"), (0.42, "0.4 s"), (9.96, "10 s"), (59.6, "1 min"), (250, "4 min 10 s"), (3599.7, "1 h"),
      (12_000, "3 h 20 min"),
      (86_399, "1 day"), (190_800, "2 days 5 h"), (-1, "0.00 s"), (.infinity, "years"), (.nan, "years"),
    ] { #expect(DurationText.estimate(seconds) == text, "\(seconds)") }
  }
}
