import Foundation
import Pipeline

/// What leaves the explorer as text.
extension ExplorerState {
  mutating func pickCopy() {
    var choices = [
      Choice("command line: generate", "", .copy(commandLine("generate", ["--shots", "\(settings.supports)", "--out", "supports"])))
    ]
    // `evaluate` has one seed for episodes and pictures.
    if settings.options.seed == episodeSeed {
      let words = drawWords + ["--network", settings.network.rawValue, "--aux-shots", "\(settings.supports)", "--episodes", "\(settings.episodes)"]
      choices.append(Choice("command line: evaluate", "", .copy(commandLine("evaluate", words))))
    }
    if case .generated(let number) = selectedTile, let request = board?.plans[plan]?[safe: number] {
      choices += copies(of: request)
    } else if focus == .queue, let job = chosenJobs.first {
      choices += copies(of: job.request)
    } else if let request = board?.plans[plan]?.first {
      choices += copies(of: request)
    }
    if let report = reports[fold] { choices.append(Choice("table of IoU by class", "Markdown", .copy(report.table))) }
    if let episode = selected {
      choices.append(Choice("episode", "", .copy("query \(episode.query.id) supports \(episode.supports.map(\.id).joined(separator: " "))")))
    }
    dialog = .picker(Picker("Copy", choices))
  }

  private func copies(of request: GenerationRequest) -> [Choice] {
    var choices = [
      Choice("prompt", request.prompt, .copy(request.prompt)), Choice("negative prompt", request.negativePrompt, .copy(request.negativePrompt)),
      Choice("seed", "\(request.seed)", .copy("\(request.seed)")),
    ]
    if let json = try? CanonicalJSON.text(request) { choices.append(Choice("request", "JSON", .copy(json))) }
    if let file = files[request] { choices.append(Choice("path of the picture", file.path, .copy(file.path))) }
    return choices
  }

  /// The exact words that do from the shell what the form says; options at their defaults are left out.
  package func commandLine(_ command: String, _ more: [String]) -> String {
    let options = settings.options, condition = options.conditionSettings, usual = settings.defaults
    var words = ["diffss", command] + (invocations[datasetName] ?? ["--dataset", datasetName]) + ["--fold", "\(fold)", "--condition", options.condition.rawValue]
    func add(_ option: String, _ value: String, unless isUsual: Bool) { if !isUsual { words += [option, value] } }
    add("--steps", "\(options.steps)", unless: options.steps == GenerationOptions().steps)
    add("--guidance", options.guidance.short, unless: options.guidance == usual.guidance)
    add("--sampler", options.sampler, unless: options.sampler == usual.sampler)
    if let spacing = options.timestepSpacing { words += ["--timestep-spacing", spacing.rawValue] }
    add("--control-scale", options.controlScale.short, unless: options.controlScale == usual.controlScale)
    add("--control-start", options.controlStart.short, unless: options.controlStart == usual.controlStart)
    add("--control-end", options.controlEnd.short, unless: options.controlEnd == usual.controlEnd)
    add("--eta", options.eta.short, unless: options.eta == usual.eta)
    add("--resolution", "\(condition.resolution)", unless: condition.resolution == usual.conditionSettings.resolution)
    for knob in options.condition.knobs { words += knob.words(condition, usual.conditionSettings) }
    if options.guessMode { words.append("--guess-mode") }
    if let model = options.models?.diffusion { words += ["--model", model] }
    if let net = settings.ownControlNet { words += ["--controlnet", net] }
    if let autoencoder = options.models?.autoencoder { words += ["--vae", autoencoder] }
    for lora in options.models?.loras ?? [] { words += ["--lora", "\(lora.id):\(lora.scale.short)"] }
    if let prompt = options.prompt { words += ["--prompt", prompt] }
    if let negative = options.negativePrompt { words += ["--negative-prompt", negative] }
    words += ["--seed", "\(options.seed)"]
    return (words + more).map(ShellWord.quoted).joined(separator: " ")
  }
}

extension ConditionKnob {
  /// The options that set it, where it is not at its default.
  fileprivate func words(_ own: ConditionSettings, _ usual: ConditionSettings) -> [String] {
    switch self {
    case .detector: own.detector == usual.detector ? [] : ["--detector", own.detector.rawValue]
    case .threshold: own.threshold == usual.threshold ? [] : ["--threshold", "\(own.threshold)"]
    case .thinning: own.thinning ? ["--thinning"] : []
    case .canny:
      own.cannyLow == usual.cannyLow && own.cannyHigh == usual.cannyHigh
        ? [] : ["--canny-low", "\(own.cannyLow)", "--canny-high", "\(own.cannyHigh)"]
    case .dilation: own.dilation == usual.dilation ? [] : ["--dilation", "\(own.dilation)"]
    case .blur: own.blur == usual.blur ? [] : ["--blur", own.blur.short]
    case .detectResolution: own.detectResolution.map { ["--detect-resolution", "\($0)"] } ?? []
    }
  }
}

/// Words for a shell.
enum ShellWord {
  /// In single quotes where a shell would read anything else than the word itself.
  static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && word.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_./=+,:@%".unicodeScalars.contains(scalar))
    }
    return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
