import Core

/// A word of the command line that looks like an option and is none of its command.
struct UnknownOption {
  let word: String
  /// The option of the command that may have been meant.
  let meant: String?

  /// The first one; nil where every word is known. `words` are those behind the program's name, `options` those of the command.
  init?(_ words: [String], options: [String]) {
    let typed = words.prefix { $0 != "--" }.lazy.filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 != "=" }) }
    guard !options.isEmpty, let first = typed.first(where: { !options.contains($0) }) else { return nil }
    word = first
    let plain = first.lowercased().filter { $0 != "-" && $0 != "_" }
    let likely = Self.families.filter { $0.words.contains(plain) }.flatMap(\.options)
    // Hyphens would make a short word long enough for two slips.
    meant =
      likely.first(where: options.contains)
      ?? NearestWord.to(String(first.dropFirst(2)), in: options.map { $0.dropFirst(2) }.map(String.init)).map { "--\($0)" }
  }

  /// In the words of ArgumentParser, whose own guess goes by letters alone.
  var message: String { "Unknown option '\(PlainText.clean(word))'" + (meant.map { ". Did you mean '\($0)'?" } ?? "") }

  /// What one command calls so and another otherwise, with the words of the published scripts; words without their hyphens.
  private static let families: [(words: Set<String>, options: [String])] = [
    (["episodes", "limit", "count", "number"], ["--episodes", "--limit", "--count"]),
    (["out", "output", "outdir", "outputdir"], ["--out", "--output"]),
    (["shots", "nshot", "nshots", "kshot", "auxshots", "nsamples"], ["--shots"]),
    (["seed", "seeds", "episodeseed"], ["--seeds", "--seed", "--episode-seed"]),
    (["type", "condition"], ["--condition", "--type"]),
    (["resolution", "size"], ["--resolution", "--size"]),
    (["datapath", "dataroot"], ["--root"]),
    (["benchmark"], ["--dataset"]),
    (["ddimsteps", "numinferencesteps"], ["--steps"]),
    (["guidancescale", "cfgscale"], ["--guidance"]),
    (["scheduler"], ["--sampler"]),
    (["controlnetconditioningscale"], ["--control-scale"]),
    (["aux", "images"], ["--aux", "--images"]),
    (["verbose", "debug"], ["--log-level"]),
  ]
}
