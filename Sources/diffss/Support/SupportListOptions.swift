import ArgumentParser
import Core
import Data
import Foundation
import Generation

/// Which supports of a data set are meant.
struct SupportChoice: ParsableArguments {
  @Option(help: ArgumentHelp(
    "A published list (HSNet's or BAM's, or one name a line): its supports in its order, with the classes it says, else every class in each mask. The fold's supports when absent.", valueName: "file"))
  var list: String?

  @Option(help: "Supports to work on, from the first; all when absent.")
  var limit: Int?

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
  }

  /// The supports to generate. Throws what reading the list throws, and `DataError.unknownFold`.
  func supports(of dataset: any Dataset, fold: Int) throws -> [Support] {
    let all = try list.map { try dataset.supports(listedIn: URL(fileURLWithPath: $0)) } ?? dataset.supports(inFold: fold)
    return Array(all.prefix(limit ?? .max))
  }
}

/// Which supports of a data set are generated, and how they are kept.
struct SupportListOptions: ParsableArguments {
  @OptionGroup var choice: SupportChoice

  @Option(
    help: ArgumentHelp(
      "Generate part N of M, for as many processes or machines: every M-th support from the N-th on. The images are the same however they are divided.",
      valueName: "n/m"),
    transform: { text in
      guard let shard = Shard(text) else {
        throw ValidationError("--shard must be N/M with 1 <= N <= M, such as 2/8, not \(PlainText.clean(text))")
      }
      return shard
    })
  var shard: Shard = .whole

  @Option(help: "File format: png, or jpg as the published script writes (quality 95). Control images are always png.")
  var format: ImageFormat = .png

  @Option(
    help: ArgumentHelp(
      "none: a file an image; tar: an archive a shard (supports-0002-of-0008.tar, supports.tar of all), which unpacks to the same files.",
      valueName: "none|tar"))
  var pack: Packing = .none

  @Flag(
    help: ArgumentHelp(
      "Repeat the published script's slips, to compare with its images.",
      discussion: """
        Masks are read as grey, so that palette PNGs give wrong classes; labels above 20 are left out; every class of \
        FSS-1000 is prompted and generated as a taxi; the images of a support share one \
        seed, drawn from the one before (of the whole list, also with --shard); \(PublishedScript.steps) steps unless --steps is given.
        """))
  var asPublished = false

  var isUsed: Bool { choice.list != nil || choice.limit != nil || shard != .whole || format != .png || pack != .none || asPublished }
}
