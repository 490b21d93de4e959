import Core
import Foundation
import Generation

/// What leaves the explorer as text.
extension ExplorerState {
  var copies: Picker {
    var choices = commandLines
    if case .generated(let number) = selectedTile, let request = board?.plans[plan]?[safe: number] {
      choices += copies(of: request)
    } else if screen.focus == .queue, let job = chosenJobs.first {
      choices += copies(of: job.request)
    } else if let request = board?.plans[plan]?.first {
      choices += copies(of: request)
    }
    if let report = evaluation.shown[browse.fold] { choices.append(Choice("table of IoU by class", "Markdown", .copy(report.table))) }
    if let episode = selected {
      choices.append(
        Choice("episode", "", .copy("query \(episode.query.id) supports \(episode.supports.map(\.id).joined(separator: " "))")))
    }
    return Picker("Copy", choices, at: choices.firstIndex(where: \.isPossible) ?? 0)
  }

  /// Command lines that do what `g`, `e` and `E` do here, as far as there is one.
  private var commandLines: [Choice] {
    let isOwn = selected.map { ([$0.query] + $0.supports).contains(where: \.isOwn) } ?? false, chosen = browse.chosen
    var choices: [Choice] = []
    if browse.hasMarks || isOwn {
      let what = browse.hasMarks ? "marked episodes" : "an image of your own"
      choices.append(
        Choice(
          "command line: generate", "none for \(what) alone",
          .noCopy("no command line generates supports of \(what) alone; the one of evaluate generates what its episodes lack"),
          isPossible: false))
      let title = browse.hasMarks ? Counted(chosen.count, "marked episode").description : "this episode"
      choices.append(Choice("command line: evaluate \(title)", "with a saved list of them", .copyEvaluation(chosen)))
    } else {
      choices.append(
        Choice(
          "command line: generate", "for the supports of the fold",
          .copy(commandLine("generate", ["--shots", "\(settings.supports)", "--out", "supports"]))))
    }
    if !browse.hasMarks {
      let count = Counted(settings.episodes, "episode")
      choices.append(
        Choice("command line: evaluate", "\(count) of the fold", .copy(evaluation(source.drawWords, episodes: settings.episodes))))
    }
    return choices
  }

  /// A command line that evaluates episodes which are drawn, or listed in a file, as `words` say.
  private func evaluation(_ words: [String], episodes: Int) -> String {
    var more = words + ["--network", settings.network.rawValue, "--aux-shots", "\(settings.supports)", "--episodes", "\(episodes)"]
    // `evaluate` draws episodes by the images' seed unless it is given theirs; a list has been drawn.
    if settings.options.seed != source.episodeSeed, !words.contains("--episode-list") { more += ["--seeds", "\(source.episodeSeed)"] }
    return commandLine("evaluate", more)
  }

  /// Copies the command line that evaluates the episodes of a list which was just saved.
  mutating func copyEvaluation(ofListed path: String) -> [Effect] {
    say(Notice(.info, "copied: a command line that evaluates the episodes of \(path)"))
    return [.copy(evaluation(["--episode-list", path], episodes: browse.chosen.count))]
  }

  private func copies(of request: GenerationRequest) -> [Choice] {
    var choices = [
      Choice("prompt", request.prompt, .copy(request.prompt)),
      Choice("negative prompt", request.negativePrompt, .copy(request.negativePrompt)),
      Choice("seed", "\(request.seed)", .copy("\(request.seed)")),
    ]
    if let json = try? CanonicalJSON.text(request) { choices.append(Choice("request", "JSON", .copy(json))) }
    if let file = images.files[request] { choices.append(Choice("path of the image", file.path, .copy(file.path))) }
    return choices
  }

  /// The exact words that do from the shell what the form says; options at their defaults are left out.
  public func commandLine(_ command: String, _ more: [String]) -> String {
    let options = settings.options, usual = settings.defaults
    var words =
      ["diffss", command] + source.invocation + [
        "--fold", "\(browse.fold)", "--condition", options.condition.rawValue,
      ]
    for setting in Setting.all where ![.condition, .seed].contains(setting.id) && setting.applies(to: options) {
      words += setting.words(options, unlike: usual)
    }
    if let model = options.models?.diffusion { words += ["--model", model] }
    if let net = settings.ownControlNet { words += ["--controlnet", net] }
    if let autoencoder = options.models?.autoencoder { words += ["--vae", autoencoder] }
    for lora in options.models?.loras ?? [] { words += ["--lora", "\(lora.id):\(lora.scale.short)"] }
    words += ["--seed", "\(options.seed)"]
    return (words + more).map(ShellWord.quoted).joined(separator: " ")
  }
}

/// Words for a shell.
enum ShellWord {
  /// In single quotes where a shell would read anything else than the word itself.
  static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_./=+,:@%".unicodeScalars.contains(scalar))
      }
    return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
