import Foundation
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
    let picture = Image(width: 24, height: 16, channels: 3, pixels: (0..<24 * 16 * 3).map { UInt8(truncatingIfNeeded: $0 * 37) })
    let text = ["parameters": "a cat\nSteps: 20, Seed: 1", "diffss": "{\"key\":\"aa\",\"request\":{}}"]
    let mask = try Image(width: 24, height: 16, channels: 1, pixels: (0..<24 * 16).map { UInt8($0 / 24 % 3) }).pngData()
    return [
      FuzzTarget("safetensors", weight: 20, seeds: [try fixture("preview/taesd_decoder.safetensors").prefixed(64 << 10)], focus: 600, fileName: "w.safetensors", readAll),
      FuzzTarget("torch zip", weight: 12, seeds: [try fixture("torch/training.pth"), try fixture("torch/bare.pth")], focus: 1800, fileName: "w.pth", readAll),
      FuzzTarget("torch pickle", weight: 12, seeds: [try fixture("torch/training-1.4.pth"), try fixture("torch/hostile.pth")], focus: 1800, fileName: "w.pth", readAll),
      FuzzTarget("PNG", weight: 12, seeds: [try picture.pngData(text: text), mask], focus: 400) { bytes in
        _ = try Image.decode(bytes: bytes)
      },
      FuzzTarget("PNG labels", weight: 4, seeds: [mask], focus: 400) { bytes in _ = try PNG.decodeLabels(bytes) },
      FuzzTarget(
        "JPEG", weight: 10, seeds: [try picture.jpegData(text: text), try fixture("render/progressive.jpg"), try fixture("render/cmyk.jpg")], focus: 700
      ) { bytes in _ = try Image.decode(bytes: bytes) },
      FuzzTarget("picture text", weight: 12, seeds: [try picture.pngData(text: text), try picture.jpegData(text: text)], focus: 500) { bytes in
        _ = PictureMetadata(entries: try PictureText.of(bytes))
      },
      FuzzTarget("published lists", weight: 12, seeds: lists, focus: 200, fileName: "list") { _ = try PublishedList($0) },
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
      try coco(),
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
        }
      },
    ]
  }

  private static var lists: [[UInt8]] {
    let pickle: [UInt8] = [0x80, 3, 0x7D, 0x71, 0, 0x28, 0x4B, 0, 0x5D, 0x71, 1, 0x28, 0x58, 3, 0, 0, 0] + Array("a.b".utf8)
      + [0x71, 2, 0x58, 1, 0, 0, 0, 0x63, 0x65, 0x4B, 1, 0x5D, 0x75, 0x2E]
    return [pickle] + ["{1: [('a.jpg', 'a.png'), ('b', 'c')], 22: []}", "a__01\nb__12\nc__20\n", "a b\nc d\n"].map { Array($0.utf8) }
  }

  private static let vocabulary = #"{"a": 0, "b</w>": 1, "ab</w>": 2, "<|startoftext|>": 3, "<|endoftext|>": 4}"#

  private static func configurations(_ seed: [UInt8], name: String, _ read: @escaping (URL) throws -> Void) -> FuzzTarget {
    FuzzTarget(name, weight: 4, seeds: [seed], focus: 1000, fileName: "config.json") { try read($0.deletingLastPathComponent()) }
  }

  private static func episodes() throws -> EpisodeList { try EpisodeList(Shared.demo.get(), fold: 0, draw: EpisodeDraw(), count: 3) }

  /// Polygons and both kinds of run lengths, read and painted.
  private static func coco() throws -> FuzzTarget {
    let json = #"""
      {"images":[{"id":7,"file_name":"0.jpg","width":5,"height":4}],"categories":[{"id":1,"name":"person"},{"id":2,"name":"dog"}],
      "annotations":[{"id":0,"image_id":7,"category_id":1,"iscrowd":0,"area":5000,"segmentation":{"size":[4,5],"counts":"34=0"}},
      {"id":1,"image_id":7,"category_id":2,"iscrowd":0,"area":5000,"segmentation":[[0.5,0.5,4.2,0.5,4.2,3.1,1,3]]},
      {"id":2,"image_id":7,"category_id":1,"iscrowd":1,"area":5000,"segmentation":{"size":[4,5],"counts":[3,4,13]}}]}
      """#
    return FuzzTarget(name: "COCO", weight: 8, seeds: [Array(json.utf8)], focus: json.utf8.count) { folder in
      for name in ["annotations", "val2017"] {
        try FileManager.default.createDirectory(at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
      }
      try Image(width: 5, height: 4, color: [9, 9, 9]).writeJPEG(to: folder.appendingPathComponent("val2017/0.jpg"))
      let file = folder.appendingPathComponent("annotations/instances_val2017.json")
      return { bytes in
        try Data(bytes).write(to: file)
        let dataset = try Datasets.open(DatasetSource(.coco, root: folder))
        for item in dataset.items.prefix(3) { _ = try? dataset.mask(item) }
      }
    }
  }

  /// One whose parser reads bytes.
  private init(_ name: String, weight: Int, seeds: [[UInt8]], focus: Int, _ read: @escaping ([UInt8]) throws -> Void) {
    self.init(name: name, weight: weight, seeds: seeds, focus: focus) { _ in read }
  }
}

private enum Shared {
  static let demo = Result { try DemoDataset() }
}

extension CanonicalJSON {
  fileprivate static func bytes(of value: some Encodable) throws -> [UInt8] { Array(try data(value)) }
}

extension [UInt8] {
  fileprivate func prefixed(_ count: Int) -> [UInt8] { Array(prefix(count)) }
}
