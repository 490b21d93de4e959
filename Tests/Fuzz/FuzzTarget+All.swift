import Core
import Data
import Evaluation
import Foundation
import Generation
import Models
import Pipeline
import Render
import TestSupport

extension FuzzTarget {
  /// Every parser of files that may come from others.
  static func all() throws -> [FuzzTarget] {
    func fixture(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: Golden.fixture(path))) }
    func readAll(_ url: URL) throws {
      let checkpoint = try Checkpoint(file: url)
      for name in checkpoint.names { _ = try checkpoint.tensor(name) }
    }
    let image = Image(width: 24, height: 16, channels: 3, pixels: (0..<24 * 16 * 3).map { UInt8(truncatingIfNeeded: $0 * 37) })
    let text = try ImageMetadata(key: "aa", request: request, weights: ["sd": "bb"]).entries()
    let mask = try Image(width: 24, height: 16, channels: 1, pixels: (0..<24 * 16).map { UInt8($0 / 24 % 3) }).pngData()
    return try datasets() + [
      FuzzTarget("safetensors", weight: 20, seeds: [try fixture("preview/taesd_decoder.safetensors").prefixed(64 << 10)], focus: 600, fileName: "w.safetensors", readAll),
      FuzzTarget("torch zip", weight: 12, seeds: [try fixture("torch/training.pth"), try fixture("torch/bare.pth")], focus: 1800, fileName: "w.pth", readAll),
      FuzzTarget("torch pickle", weight: 12, seeds: [try fixture("torch/training-1.4.pth"), try fixture("torch/hostile.pth")], focus: 1800, fileName: "w.pth", readAll),
      FuzzTarget(
        "training leftovers", weight: 12,
        seeds: try ["lightning.ckpt", "lightning-1.4.ckpt", "foreign-weight.pth", "float8.pth", "float8-1.4.pth"].map { try fixture("torch/\($0)") } + [objects],
        focus: 1200, fileName: "w.ckpt"
      ) { file in
        // What it is, what is in it, and whether it would be run: as `models list` and `models info` ask.
        _ = try? WeightSummary(file)
        _ = try ModelInspection(file, config: Golden.fixture("diffusion/model"))
        try readAll(file)
      },
      FuzzTarget("what is no weights", weight: 4, seeds: answers.map { Array($0.utf8) }, focus: 200, fileName: "w.safetensors", readAll),
      FuzzTarget("PNG", weight: 12, seeds: [try image.pngData(text: text), mask], focus: 400) { bytes in
        _ = try Image.decode(bytes: bytes)
      },
      FuzzTarget("PNG labels", weight: 4, seeds: [mask], focus: 400) { bytes in _ = try PNG.decodeLabels(bytes) },
      FuzzTarget(
        "JPEG", weight: 10, seeds: [try image.jpegData(text: text), try fixture("render/progressive.jpg"), try fixture("render/cmyk.jpg")], focus: 700
      ) { bytes in _ = try Image.decode(bytes: bytes) },
      FuzzTarget("EXIF", weight: 8, seeds: try [turned(image.jpegData(), at: 20), turned(image.pngData(), at: 33)], focus: 80) { bytes in
        _ = Orientation(of: bytes)
      },
      FuzzTarget("mask file", weight: 6, seeds: [mask, try image.pngData(), try image.jpegData()] + transparent, focus: 300, fileName: "mask.png") { file in
        let beside = file.deletingLastPathComponent().appendingPathComponent("image.png")
        if !FileManager.default.fileExists(atPath: beside.path) { try image.writePNG(to: beside) }
        _ = try OwnImage(image: beside, mask: file, info: OwnClass(1, of: .coco))
      },
      FuzzTarget("image text", weight: 12, seeds: [try image.pngData(text: text), try image.jpegData(text: text)], focus: 500) { bytes in
        _ = ImageMetadata(entries: try ImageText.of(bytes))
      },
      configurations(try fixture("diffusion/model/unet/config.json"), name: "unet config") { _ = try UNetConfig(folder: $0) },
      configurations(try fixture("diffusion/model/vae/config.json"), name: "vae config") { _ = try AutoencoderConfig(folder: $0) },
      configurations(try fixture("diffusion/model/text_encoder/config.json"), name: "text encoder config") { _ = try CLIPTextConfig(folder: $0) },
      FuzzTarget(
        "scheduler config", weight: 4, seeds: [try fixture("diffusion/model/scheduler/scheduler_config.json")], focus: 600, fileName: "scheduler_config.json"
      ) { _ = try SchedulerConfig(file: $0) },
      FuzzTarget("vocabulary", weight: 4, seeds: [Array(vocabulary.utf8)], focus: 100, fileName: "vocab.json") { file in
        let folder = file.deletingLastPathComponent(), merges = folder.appendingPathComponent("merges.txt")
        if !FileManager.default.fileExists(atPath: merges.path) { try Data("#version: 0.2\na b</w>\n".utf8).write(to: merges) }
        _ = try CLIPTokenizer(folder: folder).encode("ab ba é")
      },
      FuzzTarget("configuration", weight: 8, seeds: [Array(settings.utf8)], focus: 400, fileName: "config.toml") { _ = try UserSettings(file: $0) },
      FuzzTarget("hub listing", weight: 4, seeds: [Array(listing.utf8)], focus: 400) { bytes in
        _ = try HubListing(Data(bytes), from: URL(fileURLWithPath: "/hub"))
      },
      FuzzTarget("report document", weight: 6, seeds: [try CanonicalJSON.bytes(of: report)], focus: 3000, fileName: "evaluation.json") { file in
        _ = try HTMLReport(evaluations: [file], images: nil, dataset: nil, limit: 5).html
      },
      FuzzTarget("tar", weight: 12, seeds: try archives(), focus: 3000, fileName: "supports.tar") { file in
        let files = try SupportFiles(file)
        for (_, file) in files.all(endingIn: [""]) { _ = try? file.bytes(limit: 1 << 20) }
      },
      FuzzTarget(name: "tar to go on with", weight: 4, seeds: [try archives()[0]], focus: 3000) { folder in
        let file = folder.appendingPathComponent(Shard.whole.archiveName)
        return { bytes in
          try Data(bytes).write(to: file)
          let archive = try SupportArchive(creating: folder)
          _ = try archive.content("a_1_0.png")
          try archive.add([1, 2], name: "b_1_0.png")
          try archive.finish { ["b_1_0", "a_1_0"] }
          _ = try TarArchive(file)
        }
      },
      FuzzTarget("episode list", weight: 6, seeds: [try CanonicalJSON.bytes(of: episodes())], focus: 2000, fileName: "episodes.json") { file in
        _ = try EpisodeList(file, for: Shared.demo.get())
      },
      FuzzTarget(name: "store", weight: 1, seeds: [try fixture("store/schema-1.sqlite")], focus: 49_152) { folder in
        let file = folder.appendingPathComponent("store.sqlite")
        return { bytes in
          for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) { unlink(folder.appendingPathComponent(name).path) }
          try Data(bytes).write(to: file)
          let store = try Store(folder: folder)
          _ = try? store.jobs()
          _ = try? store.imageKeys()
          _ = try? store.evaluations(dataset: "demo")
          _ = try? store.supports(dataset: "demo")
          _ = try? store.keptKeys(dataset: "demo")
          _ = try? store.imageTimes()
          _ = try? HTMLReport(store: store, name: "demo", dataset: nil, limit: 2)
          _ = try? store.retry(nil)
          for key in (try? store.imageKeys()) ?? [] { _ = try? store.provenance(of: key) }
        }
      },
    ]
  }

  /// Of this program, and with every kind of header that others write.
  private static func archives() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    do {
      let writer = try TarWriter(folder.file("a.tar"))
      for (name, count) in [("a_1_0.png", 700), (String(repeating: "n", count: 120), 20), ("a_1_1.png", 512)] {
        try writer.add([UInt8](repeating: 7, count: count), name: name)
      }
    }
    // GNU tar: a name of 120 bytes (././@LongLink), a file, a link.
    let tar = Process(), long = String(repeating: "n", count: 120)
    try folder.write([1], to: long)
    tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    tar.arguments = ["tar", "-C", folder.url.path, "--format=gnu", "-b1", "-cf", folder.file("g.tar").path, long, "a.tar"]
    try tar.runToEnd()
    return try ["a.tar", "g.tar"].map { Array(try Data(contentsOf: folder.file($0))) }
  }

  /// A file with EXIF data in both byte orders behind its header.
  private static func turned(_ file: [UInt8], at header: Int) -> [UInt8] {
    let little = Array("Exif\0\0II*\0".utf8) + [8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
    let big = Array("MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
    let own = header == 20
      ? [0xFF, 0xE1, 0, UInt8(little.count + 2)] + little : [0, 0, 0, UInt8(big.count)] + Array("eXIf".utf8) + big + [0, 0, 0, 0]
    return Array(file[..<header]) + own + file[header...]
  }

  /// White where opaque, and a palette with its white first, by Pillow.
  private static let transparent = [
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAQAAAAZxLZ7AAAAH0lEQVR42mP8z4AKWBgYGBgYYKKMDAxMaAoYGNG1AACBTgMHhtl9ZAAAAABJRU5ErkJggg==",
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAEAQMAAACJA+yzAAAABlBMVEX///8AAABVwtN+AAAAEElEQVR42mP4z3SEiYHhPwAL6ALHcAuYzwAAAABJRU5ErkJggg==",
  ].compactMap { Data(base64Encoded: $0).map { Array($0) } }

  /// The older format with every way in which a pickle makes objects, and no weights.
  private static let objects: [UInt8] = {
    let made = [
      "cevil.m\nrun\n(tR", "cevil.m\nrun\n)\u{81}", "cevil.m\nrun\n)}\u{92}", "(ievil.m\nrun\n", "(cevil.m\nrun\nK\u{1}o", "cevil.m\nrun\n)\u{81}}U\u{1}aK\u{1}sb",
      "\u{82}\u{7}", "\u{83}\u{7}\u{1}", "\u{84}\u{7}\u{1}\u{1}\u{1}", "Psomewhere\n", "K\u{1}Q", "(U\u{6}modulecevil.m\nNet\nU\u{1}aU\u{1}btQ",
      "cevil.m\nDict\n)\u{81}(U\u{1}aK\u{1}u", "cevil.m\nList\n)\u{81}(K\u{1}K\u{2}e", "(K\u{1}\u{91}", "\u{97}\u{98}", "\u{8C}\u{4}evil\u{8C}\u{3}run\u{93})R",
    ]
    let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    return magic + Array("N.N.(".utf8) + made.joined().unicodeScalars.map { UInt8($0.value) } + Array("t.].".utf8)
  }()

  private static let answers = [
    "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 4265146304\n", "<!DOCTYPE html><html>", "{\"error\": {\"message\": [1]}, \"message\": \"no\"}",
    "<?xml version=\"1.0\"?><Error><Message>Denied</Message></Error>", "Entry not found",
  ]

  private static let vocabulary = #"{"a": 0, "b</w>": 1, "ab</w>": 2, "<|startoftext|>": 3, "<|endoftext|>": 4}"#

  private static let settings = """
    models = ["/a", '~/b']
    threads = 8 # all
    log-level = "debug"
    [roots]
    coco = "/c"
    "pascal" = \"\"\"/d\"\"\"
    """

  private static let listing = #"""
    {"sha": "0123456789012345678901234567890123456789", "siblings": [
    {"rfilename": "unet/config.json", "size": 7, "blobId": "0123456789012345678901234567890123456789"},
    {"rfilename": "unet/diffusion_pytorch_model.safetensors", "lfs": {"size": 9, "sha256": "0123456789012345678901234567890123456789012345678901234567890123"}}]}
    """#

  private static func configurations(_ seed: [UInt8], name: String, _ read: @escaping (URL) throws -> Void) -> FuzzTarget {
    FuzzTarget(name, weight: 4, seeds: [seed], focus: 1000, fileName: "config.json") { try read($0.deletingLastPathComponent()) }
  }

  private static func episodes() throws -> EpisodeList { try EpisodeList(Shared.demo.get(), fold: 0, draw: EpisodeDraw(), count: 3) }

  /// One whose parser reads bytes.
  private init(_ name: String, weight: Int, seeds: [[UInt8]], focus: Int, _ read: @escaping ([UInt8]) throws -> Void) {
    self.init(name: name, weight: weight, seeds: seeds, focus: focus) { _ in read }
  }
}

private let request = GenerationRequest(
  source: SupportSource(dataset: "demo", item: "a", classIndex: 1, number: 0, digest: "d"),
  settings: DiffusionSettings { ($0.conditionSettings.resolution, $0.steps, $0.controlScale) = (128, 3, 0.5) }, prompt: "a cup,", negativePrompt: "lowres",
  seed: 7, width: 128, height: 128,
  models: ModelChoice(diffusion: "sd", controlNet: "controlnet-mask"))

private let report = EvaluationReport(
  dataset: "demo", plan: EvaluationPlan(fold: 0), weights: ["bam": "aa"], episodes: [], baseline: scores, augmented: scores, difference: scores,
  leftOut: [LeftOutEpisode(episode: Episode(index: 2, fold: 0, classIndex: 1, query: DatasetItem(id: "a", classes: [1]), supports: []), reason: "it is cut off")],
  seconds: 1)

private let scores = Scores(
  miou: Estimate(value: 40, error: 1), fbIoU: Estimate(value: 50, error: 1),
  classes: [ClassScore(classIndex: 1, name: "cat", episodes: 3, iou: Estimate(value: 40, error: 2))])

private enum Shared {
  static let demo = Result { try DemoDataset() }
}

extension CanonicalJSON {
  fileprivate static func bytes(of value: some Encodable) throws -> [UInt8] { Array(try data(value)) }
}

extension [UInt8] {
  fileprivate func prefixed(_ count: Int) -> [UInt8] { Array(prefix(count)) }
}
