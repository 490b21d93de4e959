import Foundation

/// The files that may hold a network's weights in its folder, under diffusers' and transformers' names.
struct WeightFiles {
  /// Names of single files and of shards' indexes, the preferred one first: the averaged weights (not `non_ema`), full precision,
  /// safetensors, one file.
  let names: [String]
  /// Files in the folder that look like weights and are none of these.
  let others: [String]

  init(in folder: URL) {
    // With `contentsOfDirectory(at:)` a folder that is a symbolic link cannot be listed.
    let all = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    let known = all.compactMap { name in Rank(name).map { (name: name, rank: $0) } }
    let names = known.sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }.map(\.name)
    self.names = names
    let endings = ["safetensors", "bin", "msgpack", "h5", "onnx", "ckpt", "pth", "pt", "gguf", "index.json", "data", "xml"]
    others = all.filter { name in !names.contains(name) && endings.contains { name.hasSuffix("." + $0) } }
  }

  /// How much a file is preferred; less is more.
  private struct Rank: Comparable {
    private let order: [Int]

    init?(_ name: String) {
      guard let stem = ["diffusion_pytorch_model", "pytorch_model", "model"].first(where: { name.hasPrefix($0 + ".") }) else { return nil }
      var parts = name.dropFirst(stem.count + 1).split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      let isIndex = parts.count > 2 && parts.last == "json" && parts.contains("index")
      if isIndex {
        parts.removeLast()
        parts.removeAll { $0 == "index" }
      }
      guard let form = ["safetensors", "bin"].first(where: parts.contains), isIndex || parts.last == form else { return nil }
      parts.removeAll { $0 == form }
      // What is left is the variant, and part of a shard's name where it has a number.
      guard parts.count <= 2, !parts.contains(where: { $0.contains("-of-") || $0.isEmpty }) else { return nil }
      let variant = parts.joined(separator: ".")
      order = [variant.contains("non_ema") ? 1 : 0, ["16", "8"].contains(where: variant.contains) ? 1 : 0, form == "bin" ? 1 : 0, isIndex ? 1 : 0]
    }

    static func < (a: Rank, b: Rank) -> Bool { a.order.lexicographicallyPrecedes(b.order) }
  }
}

extension Checkpoint {
  /// The names of the files in a network's folder that are read for its weights: one file, or an index and its shards. Empty where there is none.
  public static func weightFiles(in folder: URL) -> [String] {
    guard let name = WeightFiles(in: folder).names.first else { return [] }
    guard name.hasSuffix(".json") else { return [name] }
    return [name] + ((try? shards(of: folder.appendingPathComponent(name))) ?? [:]).reduce(into: Set<String>()) { $0.insert($1.value) }.sorted()
  }

  /// The file of each weight, by an index (`*.safetensors.index.json`, `*.bin.index.json`). Throws for a name that leads elsewhere.
  static func shards(of index: URL) throws -> [String: String] {
    let map = try ConfigFile.decode(ShardIndex.self, at: index).weightMap
    for shard in Set(map.values) where shard.isEmpty || shard.contains("/") || shard == ".." {
      throw ModelError.badWeights(path: index.path, reason: "it names the shard \(shard), which is not a file beside it")
    }
    return map
  }

  /// Which shard holds which weight.
  private struct ShardIndex: Decodable {
    let weightMap: [String: String]

    enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
  }
}
