import Core
import Models

/// What the published script makes of a list of supports, slips included, for whoever must compare with its images
/// (goldens: `conditions` and `episodes`).
///
/// - Labels above 20 are left out.
/// - Every class of FSS-1000 is prompted and generated as entry 1 of the published list: masks are binary there, and it looks up the label.
/// - The images of a support share one seed, which is a function of the support before: `random.seed(s); random.randint(0, 65535)`.
public struct PublishedScript: Sendable {
  /// Its DDIM steps.
  public static let steps = 2

  /// What the script decides for one support, in place of what the settings say.
  public struct Terms: Hashable, Sendable {
    /// 0...65535, of all images of the support: each takes a row of one `torch.randn`.
    public let seed: UInt64
    /// The class whose word and colour are taken; nil for the support's own.
    public let info: ClassInfo?
  }

  private static let lastLabel = 20
  private let onlyClass: ClassInfo?

  /// Throws `CoreError` when FSS-1000's table is missing or broken.
  public init(dataset: any Dataset) throws {
    onlyClass = dataset.name == DatasetKind.fss.rawValue ? try Self.firstLabelOfFSS() : nil
  }

  /// The supports that the script generates, in order, with their terms; `base` is the seed it was started with.
  public func terms(for supports: [Support], base: UInt64) -> [(support: Support, terms: Terms)] {
    var seed = base
    return supports.filter { onlyClass != nil || $0.classIndex <= Self.lastLabel }.map { support in
      seed = Self.seed(after: seed)
      return (support, Terms(seed: seed, info: onlyClass))
    }
  }

  /// The seed that the script draws right after it has seeded Python's generator with `previous`.
  public static func seed(after previous: UInt64) -> UInt64 {
    var random = PythonRandom(seed: previous)
    return UInt64(random.integer(in: 0...65535))
  }

  /// The class that the published list of FSS-1000, which counts from 0, has for the label 1.
  private static func firstLabelOfFSS() throws -> ClassInfo {
    let table = try FSSFolder.Table.load()
    guard table.names.count > 1 else { throw CoreError.malformedFile(path: "tables/fss.json", reason: "it has no entry 1") }
    return ClassInfo(index: 1, name: table.names[1], promptName: table.names[1], adeIndex: table.classToADE[1])
  }
}
