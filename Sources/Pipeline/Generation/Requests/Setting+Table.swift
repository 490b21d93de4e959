import Models

extension Setting {
  /// Every setting, in the order of the settings panel.
  public static let all: [Setting] = [
    Setting(
      .condition, title: "Condition", name: "condition", summary: "what steers the generation", help: "What steers the diffusion",
      .choice(ConditionType.allCases.map(\.rawValue)), .choice(\.settings.condition)),
    Setting(
      .detector, title: "Detector", name: "edge detector", summary: "what finds the edges", help: "The edge detector behind a scribble",
      .choice(EdgeDetectorKind.allCases.map(\.rawValue)), isUsed: uses(.detector), .choice(\.settings.conditionSettings.detector)),
    Setting(
      .threshold, title: "Threshold", name: "threshold", summary: "edges above are drawn",
      help: "A scribble is white where the masked edges are above this",
      .whole(0...254), increment: 5, isUsed: uses(.threshold), .whole(\.settings.conditionSettings.threshold)),
    Setting(
      .thinning, title: "Thinning", name: "thinning", summary: "lines of one pixel", help: "A scribble's lines are worn down to one pixel",
      .flag,
      isUsed: uses(.thinning), .flag(\.settings.conditionSettings.thinning)),
    Setting(
      .cannyLow, title: "Canny low", name: "canny low", summary: "slope of an edge's rest",
      help: "Slope above which a pixel continues an edge of Canny's",
      .whole(cannySlopes), increment: 10, boundBy: .cannyHigh, narrowed: { 0...Double(max(0, $0.conditionSettings.cannyHigh)) },
      isUsed: uses(.cannyLow),
      .whole(\.settings.conditionSettings.cannyLow)),
    Setting(
      .cannyHigh, title: "Canny high", name: "canny high", summary: "slope an edge needs",
      help: "Slope above which a pixel is an edge of Canny's",
      .whole(cannySlopes), increment: 10, boundBy: .cannyLow,
      narrowed: {
        Double(min(max(cannySlopes.lowerBound, $0.conditionSettings.cannyLow), cannySlopes.upperBound))...Double(cannySlopes.upperBound)
      },
      isUsed: uses(.cannyHigh), .whole(\.settings.conditionSettings.cannyHigh)),
    Setting(
      .dilation, title: "Dilation", name: "dilation", unit: "pixels", summary: "pixels the mask grows",
      help: "Side of the ellipse by which the mask grows before it cuts the edges out; 0 and 1 leave it as it is", .whole(0...128),
      isUsed: uses(.dilation),
      .whole(\.settings.conditionSettings.dilation)),
    Setting(
      .blur, title: "Blur", name: "blur", unit: "pixels", summary: "sigma before the edges",
      help: "Sigma of the Gaussian that smooths the image before edges are looked for",
      .number(0...10), increment: 0.5, isUsed: uses(.blur), .number(\.settings.conditionSettings.blur)),
    Setting(
      .detectResolution, title: "Edges at", name: "detect resolution", unit: "pixels", summary: "shorter side for edges",
      help: "Shorter side at which a scribble's edges are looked for, before rounding to multiples of 64", .whole(resolutions),
      increment: 64,
      absence: "the image's own (--resolution)", isUsed: uses(.detectResolution), .whole(\.settings.conditionSettings.detectResolution)),
    Setting(
      .steps, title: "Steps", name: "steps", summary: "denoising steps", help: "Denoising steps", .whole(1...1000), .whole(\.settings.steps)
    ),
    Setting(
      .guidance, title: "Guidance", name: "guidance", summary: "pull of the prompt, 1 = off",
      help: "Classifier-free guidance scale; 1 switches guidance off",
      .number(0...100), increment: 0.5, absence: "the model's own recommendation (recommended.json), else 9, as published",
      .number(\.settings.guidance)),
    Setting(
      .controlScale, title: "Control", name: "control scale", summary: "pull of the condition",
      help: "Strength of the ControlNet's residuals",
      .number(0...10), increment: 0.1, isUsed: isSteered, .number(\.settings.controlScale)),
    Setting(
      .sampler, title: "Sampler", name: "sampler", summary: "how noise is taken away", help: "Sampler (docs/samplers.md)",
      .choice(SamplerName.allCases.map(\.rawValue)), .name(\.settings.sampler)),
    Setting(
      .seed, title: "Seed", name: "seed of the supports", summary: "same seed, same images",
      help: """
        Seed of the noise; each image of a data set derives its own from it. `evaluate` and `sweep` draw their episodes by it too, unless `--seeds` \
        is given
        """, .seed, .seed(\.seed)),
    Setting(
      .prompt, title: "Prompt", name: "prompt", summary: "what is generated",
      help:
        "Replaces the published prompt, \"a real shot photo of {name},, best quality, extremely detailed\" (the double comma is its authors'); "
        + "{name} stands for the class",
      .text, absence: "the published one", .text(\.prompt)),
    Setting(
      .negativePrompt, title: "Negative", name: "negative prompt", summary: "what is kept out",
      help: "Replaces the published negative prompt", .text,
      absence: "the published one", .text(\.negativePrompt)),
    Setting(
      .eta, title: "Eta", name: "eta", summary: "noise in each step (ddim)", help: "Noise added in each step; ddim only", .number(0...1),
      increment: 0.1,
      .number(\.settings.eta)),
    Setting(
      .timestepSpacing, title: "Spacing", name: "timestep spacing", summary: "where the time steps are",
      help: "How the steps are laid over the training steps, leading beginning late where they do not divide; lcm has its own steps",
      .choice(SchedulerConfig.Spacing.allCases.map(\.rawValue)), absence: "the model's own (scheduler_config.json)",
      isUsed: { $0.settings.isSpaced },
      .choice(\.settings.timestepSpacing)),
    Setting(
      .controlStart, title: "Ctrl from", name: "control start", summary: "part of the steps",
      help: "Fraction of the steps at which the ControlNet begins to act",
      .number(0...1), increment: 0.1, boundBy: .controlEnd, narrowed: { 0...min(1, max(0, $0.controlEnd)) }, isUsed: isSteered,
      .number(\.settings.controlStart)),
    Setting(
      .controlEnd, title: "Ctrl to", name: "control end", summary: "part of the steps",
      help: "Fraction of the steps at which the ControlNet ends to act",
      .number(0...1), increment: 0.1, boundBy: .controlStart, narrowed: { min(1, max(0, $0.controlStart))...1 }, isUsed: isSteered,
      .number(\.settings.controlEnd)),
    Setting(
      .guessMode, title: "Guess mode", name: "guess mode", summary: "the condition leads alone",
      help: "ControlNets lead without the prompt's help, their finer residuals faded (ControlNet's guess mode)", .flag, isUsed: isSteered,
      .flag(\.settings.guessMode)),
    Setting(
      .precision, title: "Precision", name: "precision", summary: "of the networks' products",
      help: "What the networks' products are made of, segmentation too: bfloat16 is faster where the processor has it, auto takes it",
      .choice(Precision.allCases.map(\.rawValue) + [Access.automatic]), .precision(\.settings.precision)),
    Setting(
      .guidanceStart, title: "Guided from", name: "guidance start", summary: "part of the steps",
      help: "Fraction of the steps at which guidance begins; before it the networks read the prompt alone, at half the cost",
      .number(0...1), increment: 0.1, boundBy: .guidanceEnd, narrowed: { 0...min(1, max(0, $0.shortcuts.guidanceEnd)) }, isUsed: isGuided,
      .number(\.settings.shortcuts.guidanceStart)),
    Setting(
      .guidanceEnd, title: "Guided to", name: "guidance end", summary: "part of the steps",
      help: "Fraction of the steps at which guidance ends; behind it the networks read the prompt alone, at half the cost",
      .number(0...1), increment: 0.1, boundBy: .guidanceStart, narrowed: { min(1, max(0, $0.shortcuts.guidanceStart))...1 },
      isUsed: isGuided, .number(\.settings.shortcuts.guidanceEnd)),
    Setting(
      .controlEvery, title: "Ctrl every", name: "control every", summary: "evaluations, 1 = each",
      help: "Network evaluations that a ControlNet's residuals serve", .whole(evaluations), isUsed: isSteered,
      .whole(\.settings.shortcuts.controlEvery)),
    Setting(
      .cacheEvery, title: "Deep every", name: "cache every", summary: "evaluations, 1 = each",
      help: "Network evaluations that the UNet's deep features serve; between them its outermost layers run alone (DeepCache)",
      .whole(evaluations), .whole(\.settings.shortcuts.cacheEvery)),
    Setting(
      .mergeTokens, title: "Merge", name: "merged tokens", summary: "part of the tokens",
      help: "Part of the tokens that self-attention goes without where the UNet attends finest (token merging)",
      .number(0...Shortcuts.mostMerged), increment: 0.05, .number(\.settings.shortcuts.mergedTokens)),
    Setting(
      .decoder, title: "Decoder", name: "decoder", summary: "latents to pixels",
      help: "What decodes the finished latents: the model's own decoder, or TAESD's small one, whose file has to be there",
      .choice(Shortcuts.Decoder.allCases.map(\.rawValue)), .choice(\.settings.shortcuts.decoder)),
    Setting(
      .resolution, title: "Resolution", name: "resolution", unit: "pixels", summary: "pixels, shorter side",
      help: "Shorter side of the image before both sides are rounded to multiples of 64", .whole(resolutions), increment: 64,
      absence: "the model's own, 512 for an image of your own", .whole(\.settings.conditionSettings.resolution)),
  ]

  private static let resolutions = 64...4096
  private static let cannySlopes = 0...1000
  private static let evaluations = 1...Shortcuts.mostEvaluations

  private static let isSteered: @Sendable (GenerationOptions) -> Bool = { $0.condition != .none }
  private static let isGuided: @Sendable (GenerationOptions) -> Bool = { $0.guidance > 1 }

  private static func uses(_ id: ID) -> @Sendable (GenerationOptions) -> Bool { { $0.condition.uses.contains(id) } }
}

extension ConditionType {
  /// What changes this condition's control image beside its size.
  public var uses: Set<Setting.ID> { Self.used[self] ?? [] }

  private static let used: [ConditionType: Set<Setting.ID>] = [
    .scribble: [.detector, .threshold, .thinning, .dilation, .blur, .detectResolution],
    .hed: [.dilation, .blur], .pidinet: [.dilation, .blur],
    .canny: [.cannyLow, .cannyHigh, .dilation, .blur],
  ]
}

extension Setting {
  /// Whether it belongs to the control image, not to the diffusion.
  public var isOfControlImage: Bool { Self.ofControlImage.contains(id) }

  private static let ofControlImage = Set(ConditionType.allCases.flatMap(\.uses))

  /// The words of a command line that set it; none where the value is that of `usual`.
  public func words(_ options: GenerationOptions, unlike usual: GenerationOptions) -> [String] {
    guard let text = text(options), !isUsual(options, usual) else { return [] }
    return kind == .flag ? text == "on" ? ["--\(id.rawValue)"] : [] : ["--\(id.rawValue)", text]
  }

  /// The conditions for which it counts; none where it does for all of them.
  private var scope: [String] { ConditionType.allCases.filter { $0.uses.contains(id) }.map(\.rawValue) }

  /// For `--help`: what it does, its values, what is taken where it is absent.
  public var helpText: String {
    let values: String =
      switch kind {
      case .whole, .number: ", \(allowed())" + (unit.map { " \($0)" } ?? "")
      case .choice: ": \(allowed())"
      case .seed, .flag, .text: ""
      }
    let prefix = scope.isEmpty ? "" : scope.joined(separator: ", ") + ": "
    let usual = kind == .flag ? "" : "; \(absence ?? text(GenerationOptions()) ?? "") when absent"
    return "\(prefix)\(help)\(values)\(usual)."
  }

  /// The table of docs/settings.md.
  public static var markdown: String {
    let usual = GenerationOptions()
    let rows = all.map { setting in
      // Some sampler's, not only the usual one's.
      let isAlways = SamplerName.allCases.contains { sampler in
        setting.applies(to: GenerationOptions(DiffusionSettings { ($0.condition, $0.sampler) = (.none, sampler.rawValue) }))
      }
      let scope = setting.scope.isEmpty ? isAlways ? "all" : "all but none" : setting.scope.joined(separator: ", ")
      let values = setting.allowed() + (setting.unit.map { " \($0)" } ?? "")
      return
        "| `--\(setting.id.rawValue)` | \(setting.title) | \(setting.help) | \(values) | \(setting.absence ?? setting.text(usual) ?? "") | \(scope) |"
    }
    return (["| option | settings panel | what it does | values | usual | conditions |", "| --- | --- | --- | --- | --- | --- |"] + rows)
      .joined(separator: "\n")
  }
}
