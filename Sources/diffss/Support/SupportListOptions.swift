import ArgumentParser
import Pipeline

/// Which supports of a data set are painted, and how they are kept.
struct SupportListOptions: ParsableArguments {
  @Option(help: "Supports to work on, from the first; all of the fold when absent.")
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Paint part N of M, for as many processes or machines: every M-th support from the N-th on. The pictures are the same however they are divided.",
      valueName: "n/m"),
    transform: { text in
      guard let shard = Shard(text) else {
        throw ValidationError("--shard must be N/M with 1 <= N <= M, such as 2/8, not \(PlainText.clean(text))")
      }
      return shard
    })
  var shard: Shard = .whole

  @Option(help: "File format: png, or jpg as the published script writes (quality 95). Control images are always png.")
  var format: PictureFormat = .png

  @Flag(
    help: ArgumentHelp(
      "Repeat the published script's slips, to compare with its pictures.",
      discussion: """
        Labels above 20 are left out; every class of FSS-1000 is prompted and painted as a taxi; the pictures of a support share one \
        seed, drawn from the one before (of the whole list, also with --shard); \(PublishedScript.steps) steps unless --steps is given.
        """))
  var asPublished = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
  }

  var isUsed: Bool { limit != nil || shard != .whole || format != .png || asPublished }
}
