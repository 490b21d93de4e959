import Evaluation
import Generation
import Models
import TUI
import Testing

@Suite("Figures and the runs that they are of")
struct RunTests {
  /// An evaluation of the fold's first six episodes: IoU `before` and `after` in the first, a little more in each further one.
  private func report(_ screen: FakeScreen, _ condition: ConditionType, before: Int, after: Int, fold: Int = 0) -> EvaluationReport {
    func areas(_ iou: Int) -> Areas {
      Areas(backgroundIntersection: 0, foregroundIntersection: iou, backgroundUnion: 100, foregroundUnion: 100)
    }
    let plan = EvaluationPlan(fold: fold, options: GenerationOptions(DiffusionSettings { $0.condition = condition }), episodes: 6)
    return screen.report(fold: fold, plan: plan, episodes: (0..<6).map {
      EpisodeResult(episode: screen.episode($0, fold: fold), baseline: areas(before + $0), augmented: areas(after + 2 * $0))
    })
  }

  private func end(_ report: EvaluationReport, _ screen: inout FakeScreen) { screen.send(.done(.evaluate(report.plan), .report(report))) }

  @Test func aSecondEvaluationTakesListOrderFilterAndTableOver() {
    var screen = FakeScreen.open(160, 50)
    #expect(!screen.text().contains("Episodes ·"))
    end(report(screen, .mask, before: 30, after: 50), &screen)
    var text = screen.text()
    for part in ["Episodes · run 1: mask, dcama", "IoU by class, fold 0 · run 1: mask, dcama, ddim 20, 1+4, seed 0", " 30.0  50.0", "IoU 1-shot 30.0  with generated 50.0  +20.0  run 1"] {
      #expect(text.contains(part), "\(part)")
    }
    end(report(screen, .scribble, before: 30, after: 20), &screen)
    text = screen.text()
    for part in ["Episodes · run 2: scribble, dcama", "IoU by class, fold 0 · run 2: scribble", " 30.0  20.0", "with generated 20.0  -10.0  run 2"] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains("run 1") && !text.contains(" 30.0  50.0"))
    // The filter and the order are by the same figures, and follow to another run.
    screen.type("/diff<0")
    screen.press(.enter)
    #expect(screen.state.browse.listed == [0, 1, 2, 3, 4, 5])
    screen.type("s")
    #expect(screen.text().contains("Order of the episodes, by run 2"))
    screen.press(.down, .down, .down, .enter)
    #expect(screen.state.browse.listed == [0, 1, 2, 3, 4, 5] && screen.state.browse.order == .difference)
    screen.type("L")
    #expect(screen.text().contains("Saved evaluations") && screen.text().contains("run 1") && screen.text().contains("run 2"))
    screen.press(.down, .enter)
    #expect(screen.state.browse.listed.isEmpty && screen.text().contains("run 1: mask"), "no difference of run 1 is below 0")
  }

  /// A run that was chosen stays when a newer one is there, and the newer one is told of.
  @Test func aChosenRunStays() {
    var screen = FakeScreen.open(160, 50)
    end(report(screen, .mask, before: 30, after: 50), &screen)
    end(report(screen, .scribble, before: 30, after: 20), &screen)
    screen.type("L")
    screen.press(.down, .enter)
    #expect(screen.text().contains("Episodes · run 1: mask"))
    end(report(screen, .hed, before: 30, after: 60), &screen)
    #expect(screen.text().contains("Episodes · run 1: mask") && screen.text().contains("IoU by class, fold 0 · run 1: mask"))
    let words = screen.state.dialogs.messages.last?.message ?? ""
    #expect(words.hasPrefix("run 3, fold 0: mIoU") && words.hasSuffix("; run 1 stays, L shows the new one"), "\(words)")
    // Single predictions that were chosen stay in the list.
    screen.type("L")
    screen.press(.down, .down, .down, .enter)
    end(report(screen, .canny, before: 30, after: 40), &screen)
    #expect(screen.state.evaluation.scores.isEmpty && screen.text().contains("IoU by class, fold 0 · run 1: mask"))
    // Another fold has its newest one all the same.
    end(report(screen, .mask, before: 60, after: 70, fold: 1), &screen)
    screen.type("1")
    #expect(screen.text().contains("IoU by class, fold 1 · run 1: mask"))
  }

  /// Two that are compared stay as well.
  @Test func aComparisonStays() {
    var screen = FakeScreen.open(160, 50)
    end(report(screen, .mask, before: 30, after: 50), &screen)
    end(report(screen, .scribble, before: 30, after: 20), &screen)
    screen.press(.backTab)
    screen.type("R")
    screen.press(.down, .enter)
    #expect(screen.text().contains("Against fold 0, dcama, 1+4, mask"), "\(screen.text())")
    end(report(screen, .hed, before: 30, after: 60), &screen)
    #expect(screen.text().contains("run 2: scribble") && !screen.text().contains("run 3: hed"))
  }

  /// A list that marks made is told by what it is, not by its digest.
  @Test func markedEpisodesHaveAReadableName() {
    var screen = FakeScreen.open(200, 60)
    var plan = EvaluationPlan(fold: 0, options: GenerationOptions(DiffusionSettings { $0.condition = .mask }), episodes: 6)
    let digest = String(repeating: "0123456789abcdef", count: 4)
    plan.episodeList = "/data/episodes/\(digest).json"
    screen.send(.done(.loadReports, .reports([screen.report(plan: plan)])))
    #expect(screen.text().contains("6 marked episodes 01234…def") && !screen.text().contains(digest))
    plan.episodeList = "/data/mine.json"
    #expect(screen.state.name(of: .saved(screen.report(plan: plan))).hasSuffix("episodes of mine.json"))
  }

  @Test func theWorstEpisodesAreThoseOfTheTable() {
    var screen = FakeScreen.open(160, 50)
    end(report(screen, .mask, before: 30, after: 50), &screen)
    end(report(screen, .scribble, before: 30, after: 20), &screen)
    // Single predictions are in the list; the table's evaluation comes back with its worst episodes.
    screen.type("L")
    screen.press(.down, .down, .enter)
    #expect(screen.state.run == .own(.dcama, screen.state.plan) && screen.state.evaluation.scores.isEmpty)
    screen.press(.backTab, .enter)
    #expect(screen.state.browse.listed.first == 0 && screen.state.evaluation.scores[screen.state.browse.episodes[0]]?.augmented == 20)
    #expect(screen.text().contains("Episodes · run 2: scribble"))
  }

  @Test func aSinglePredictionIsNoFigureOfAnEvaluation() {
    var screen = FakeScreen.open(160, 50)
    end(report(screen, .scribble, before: 30, after: 20), &screen)
    let measured = screen.state.evaluation.scores
    screen.type("e")
    // The tile and the line below say whose it is; the list goes on showing its run.
    #expect(screen.state.evaluation.scores == measured)
    #expect(screen.text().contains("IoU 1-shot 41.2") && screen.text().contains("these settings") && screen.text().contains(" 30.0  20.0"))
    screen.type("L")
    screen.press(.down, .enter)
    #expect(screen.state.evaluation.scores == [screen.state.browse.episodes[0]: EpisodeScore(baseline: 41.25)])
    #expect(screen.text().contains("Episodes · these settings: mask, dcama") && !screen.text().contains(" 30.0  20.0"))
  }

  @Test func singlePredictionsBelongToTheirSettings() throws {
    var screen = FakeScreen.open(160, 50)
    let episode = try #require(screen.state.browse.selected)
    for request in screen.requests(episode, screen.state.plan) { screen.found[request] = FoundSupport(image: FakeScreen.image) }
    screen.send(.done(.look(episode, screen.state.plan), .plan(screen.requests(episode, screen.state.plan), screen.found)))
    screen.type("e")
    #expect(screen.state.evaluation.scores[episode] == EpisodeScore(baseline: 41.25, augmented: 52, drift: 0.25))
    #expect(screen.text().contains("these settings: mask, dcama"))
    // Another condition has no figure with generated supports yet; back at the first one its figure is there again.
    screen.type("c")
    #expect(screen.state.evaluation.scores[episode] == EpisodeScore(baseline: 41.25) && screen.text().contains("these settings: scribble"))
    screen.type("C")
    #expect(screen.state.evaluation.scores[episode]?.augmented == 52)
  }

  @Test func runsOfAnotherFoldAreShownThere() {
    var screen = FakeScreen.open(160, 50)
    screen.send(.done(.loadReports, .reports([report(screen, .mask, before: 30, after: 50), report(screen, .hed, before: 60, after: 70, fold: 1)])))
    screen.type("L")
    screen.press(.down, .enter)
    #expect(screen.state.browse.fold == 1)
    #expect(screen.text().contains("IoU by class, fold 1 · run 1: hed") && screen.text().contains(" 60.0  70.0"))
    // A run of another fold is no measure for this one.
    screen.state.evaluation.compare(with: screen.state.evaluation.shown[1])
    screen.type("0")
    #expect(screen.state.evaluation.reference == nil && screen.text().contains("run 1: mask") && screen.text().contains(" 30.0  50.0"))
  }

  @Test func plainLinesNameTheRun() {
    var screen = FakeScreen.open(80, 24)
    end(report(screen, .scribble, before: 30, after: 20), &screen)
    let head = "Episodes, fold 0, run 1: scribble, dcama, ddim 20, 1+4, seed 0, guidance 9, resolution 512; the settings are others now"
    #expect(PlainView.page(screen.state)[0] == head)
    #expect(PlainView.lines(screen.state)[0].hasSuffix("IoU 30.0, with generated 20.0, by run 1"))
    screen.press(.tab)
    #expect(PlainView.page(screen.state).last?.contains("with generated 20.0, -10.0, run 1: scribble") == true)
    screen.press(.backTab, .backTab)
    #expect(PlainView.page(screen.state)[0].contains("run 1: scribble"))
    #expect(PlainView.page(screen.state)[1].contains("cup, 3 episodes: 40.0, 50.0, +10.0"))
    #expect(PlainView.page(screen.state).last?.hasSuffix("mIoU is the mean over all 5 classes.") == true)
  }

  @Test func onlyARejectionChangesWhatIsSegmented() throws {
    var screen = FakeScreen.open(160, 50)
    let episode = try #require(screen.state.browse.selected), plan = screen.state.plan
    for request in screen.requests(episode, plan) { screen.found[request] = FoundSupport(image: FakeScreen.image) }
    screen.send(.done(.look(episode, plan), .plan(screen.requests(episode, plan), screen.found)))
    screen.type("e")
    let score = EpisodeScore(baseline: 41.25, augmented: 52, drift: 0.25)
    #expect(screen.state.evaluation.scores[episode] == score)
    screen.press(.enter)
    screen.click("gen 2")
    for key in ["K", "*", "*", "K", "K"] {
      screen.type(key)
      #expect(screen.state.evaluation.scores[episode] == score && screen.text().contains("1 real + 4 generated  52.0"), "\(key)")
    }
    // A rejected one is not among the supports: nothing is measured so yet.
    screen.type("R")
    #expect(screen.state.evaluation.scores[episode] == EpisodeScore(baseline: 41.25))
    #expect(!screen.text().contains("1 real + 4 generated  52.0"))
    screen.type("e")
    #expect(screen.state.evaluation.scores[episode]?.augmented == 51 && screen.text().contains("1 real + 4 generated  51.0"))
    // Taken back, by the key or by another verdict, the figure with all of them is there again.
    screen.type("R")
    #expect(screen.state.evaluation.scores[episode] == score && screen.text().contains("1 real + 4 generated  52.0"))
    screen.type("RK")
    #expect(screen.state.evaluation.scores[episode] == score)
  }

  /// A prediction that was under way when a support was rejected is one with it.
  @Test func aLatePredictionIsOfTheSupportsItUsed() throws {
    var screen = FakeScreen.open(160, 50)
    let episode = try #require(screen.state.browse.selected), plan = screen.state.plan
    let requests = screen.requests(episode, plan)
    for request in requests { screen.found[request] = FoundSupport(image: FakeScreen.image) }
    screen.send(.done(.look(episode, plan), .plan(requests, screen.found)))
    screen.press(.enter)
    screen.click("generated 2/4")
    screen.type("R")
    let late = Outcome.prediction(image: FakeScreen.image, mask: FakeScreen.mask, truth: FakeScreen.mask, iou: 77)
    screen.send(.done(.predict(episode, plan, SegmenterChoice(.dcama)), late))
    #expect(screen.state.prediction(episode, plan) == nil && screen.state.ownScore(episode).augmented == nil)
    screen.type("R")
    #expect(screen.state.prediction(episode, plan)?.iou == 77 && screen.state.ownScore(episode).augmented == 77)
  }

  @Test func aClassWithoutEpisodesHasNoFigure() {
    var screen = FakeScreen.open(160, 50)
    let some = screen.report()
    func without(_ scores: Scores?) -> Scores {
      let classes = (scores?.classes ?? []).map { score in
        score.classIndex == 2 ? ClassScore(classIndex: 2, name: score.name, episodes: 0, iou: nil) : score
      }
      return Scores(miou: scores?.miou ?? Estimate(value: 0, error: nil), fbIoU: Estimate(value: 50, error: 1), classes: classes)
    }
    let report = EvaluationReport(
      dataset: "demo", plan: EvaluationPlan(fold: 0), weights: [:], episodes: [], baseline: without(some.baseline), augmented: without(some.augmented),
      difference: without(some.difference), classMean: .present, seconds: 1)
    screen.send(.done(.loadReports, .reports([report])))
    let line = screen.text().split(separator: "\n").first { $0.contains("bicycle") && $0.contains("–") } ?? ""
    #expect(line.contains(" 0 ") && !line.contains("0.0") && !line.contains("█"))
    #expect(screen.text().contains("mIoU of 4") && screen.text().contains("0 episodes of 4 of 5 classes"))
    // Sorted by whatever, it comes last.
    screen.press(.backTab)
    for _ in ClassOrder.allCases {
      screen.type("s")
      let rows = PlainView.page(screen.state).filter { $0.contains("episode") && $0.hasPrefix("  ") }
      if ![.label, .name].contains(screen.state.evaluation.order) { #expect(rows.dropLast().last?.contains("bicycle, 0 episodes: not measured") == true, "\(screen.state.evaluation.order)") }
    }
  }

  @Test func demoWeightsOnOtherDataAreYellow() {
    func open(_ change: (inout FakeScreen) -> Void = { _ in }) -> FakeScreen {
      var screen = FakeScreen.open(120, 40) {
        $0.state.source.datasets = [.demo, .coco]
        $0.models.demoNetworks = [.dcama: [0]]
        change(&$0)
      }
      screen.send(.work(.modelLoaded(name: "dcama")))
      return screen
    }
    var screen = open()
    #expect(screen.text().contains("weights ready") && !screen.text().contains("demo weights") && screen.state.dialogs.messages.isEmpty)
    screen.type("D")
    screen.press(.down, .enter)
    let frame = screen.frame(), head = frame.line(0)
    #expect(head.contains("coco demo weights") && head.contains("demo weights ready"))
    let yellow = (0..<frame.size.width).filter { frame.cells[$0].style.ink == .indexed(3) }.count
    #expect(yellow >= "demo weights".count + "demo weights ready".count)
    #expect(screen.state.dialogs.messages.contains { $0.level == .warning && $0.message.hasPrefix("demo weights on coco") && $0.hint?.contains("--demo-weights") == true })
    #expect(PlainView.lines(screen.state)[0].hasPrefix("Episodes, fold 0, demo weights: "))
    // Meant so, it is not said again, but shown all the same.
    screen = open { $0.state.source.acceptsDemoWeights = true }
    screen.type("D")
    screen.press(.down, .enter)
    #expect(!screen.state.dialogs.messages.contains { $0.level == .warning } && screen.frame().line(0).contains("demo weights"))
    // On an image of the user's own among the demo's they are said without the data set's name once more.
    var own = open { $0.ids = "own/cup" }
    #expect(own.state.usesDemoWeights && own.frame().line(0).contains("demo, its weights on your image ›"), "\(own.frame().line(0))")
    #expect(!own.frame().line(0).contains("demo demo"))
    // Another network's weights are real.
    screen.state.settings.step(.network, by: 1)
    #expect(!screen.state.usesDemoWeights)
  }
}
