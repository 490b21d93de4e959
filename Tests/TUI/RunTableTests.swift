import Data
import Evaluation
import Foundation
import Generation
import TUI
import Testing

@Suite("The table of saved evaluations") struct RunTableTests {
  private func report(_ screen: FakeScreen, _ condition: ConditionType, steps: Int, fold: Int = 0, after: [Double]) -> EvaluationReport {
    let options = GenerationOptions(DiffusionSettings { ($0.condition, $0.steps) = (condition, steps) })
    return screen.report(fold: fold, after: after, plan: EvaluationPlan(fold: fold, options: options))
  }

  /// Three evaluations, the newest first: scribble in 10 steps, mask in 20, and one of another fold.
  private func open(_ width: Int = 120, _ height: Int = 40) -> FakeScreen {
    var screen = FakeScreen.open(width, height)
    let reports = [
      report(screen, .scribble, steps: 10, after: [60, 50, 60, 70, 30]), report(screen, .mask, steps: 20, after: [50, 45, 60, 75, 30]),
      report(screen, .hed, steps: 5, fold: 1, after: [10, 10, 10, 10, 10]),
    ]
    let dates = [3600.0, 1800, 0].map { Date(timeIntervalSince1970: 1_790_000_000 + $0) }
    screen.send(.done(.loadReports, .reports(reports, dates: dates)))
    return screen
  }

  @Test func everyEvaluationIsARow() throws {
    var screen = open()
    screen.type("L")
    let lines = screen.text().split(separator: "\n")
    #expect(lines[1].contains("Saved evaluations"))
    let head = try #require(lines.first { $0.contains("network") })
    for title in ["run", "fold", "condition", "shots", "steps", "real", "mIoU", "difference", "date"] {
      #expect(head.contains(title), "\(title)")
    }
    let row = try #require(lines.first { $0.contains("scribble") })
    for part in ["run 2", "dcama", "1+4", "10", "48.0 ±1.0", "54.0 ±1.0", "+6.0 ±1.0", "2026-"] {
      #expect(row.contains(part), "\(part): \(row)")
    }
    #expect(screen.text().contains("3 runs · newest first") && screen.text().contains("single predictions with these settings"))
    screen.press(.escape)
    #expect(screen.state.screen.focus == .episodes)
  }

  /// What is under the cursor is told by class, until two are compared.
  @Test func theOneUnderTheCursorIsToldByClass() {
    var screen = open()
    screen.type("L")
    for (name, cup) in [
      ("run 2: scribble, dcama, ddim 10", "60.0   +20.0 ±2.0"), ("run 1: mask, dcama", "50.0   +10.0 ±2.0"),
    ] {
      let lines = screen.text().split(separator: "\n")
      #expect(lines.contains { $0.contains(name) } && lines.contains { $0.contains("cup") && $0.contains(cup) }, "\(screen.text())")
      #expect(screen.text().contains("█ 1-shot  ▓ gained"))
      screen.press(.down)
    }
    // Many evaluations keep half of the panel.
    var long = FakeScreen.open(80, 24)
    let reports = (1...40).map { report(long, .mask, steps: $0, after: [50, 45, 60, 75, 30]) }
    long.send(.done(.loadReports, .reports(reports)))
    long.type("L")
    #expect(long.text().split(separator: "\n").count { $0.contains(#/run \d+ +0 dcama/#) } >= 10)
  }

  /// Runs of the same settings differ in whose episodes they are of, and whose supports.
  @Test func ownImagesMarksAndFoldersAreToldApart() throws {
    var screen = FakeScreen.open(120, 40)
    let marks = "/data/episodes/\(String(repeating: "0a", count: 32)).json"
    func report(_ list: String?, own: Bool = false, aux: String? = nil) -> EvaluationReport {
      let areas = Areas(backgroundIntersection: 0, foregroundIntersection: 1, backgroundUnion: 2, foregroundUnion: 2)
      let query = DatasetItem(id: own ? "own/cup" : "scene-1", classes: [1]), support = screen.episode(3).supports
      return screen.report(
        plan: EvaluationPlan(fold: 0, episodes: 1, episodeList: list, auxiliaryFolder: aux),
        episodes: [
          EpisodeResult(
            episode: Episode(index: 0, fold: 0, classIndex: 1, query: query, supports: support), baseline: areas, augmented: areas)
        ])
    }
    let all = [report(marks, own: true), report(marks), report("/lists/mine.json"), report(nil), report(nil, aux: "/aux")]
    screen.send(.done(.loadReports, .reports(all)))
    screen.type("L")
    let rows = screen.text().split(separator: "\n").filter { $0.contains(" dcama ") && $0.contains("run ") }
    for (row, word) in zip(rows, [" own ", " marked ", " list ", " seed 0 ", " folder "]) { #expect(row.contains(word), "\(word): \(row)") }
    #expect(rows.count >= 5)
  }

  @Test func isSortedByAnything() {
    var screen = open()
    screen.type("L")
    func order(_ screen: inout FakeScreen) -> [String] {
      screen.text().split(separator: "\n").compactMap { line in
        line.contains(" dcama ") ? ["scribble", "mask", "hed"].first { line.contains(" \($0) ") } : nil
      }
    }
    #expect(order(&screen) == ["scribble", "mask", "hed"])
    var seen: [[String]] = []
    for _ in RunOrder.allCases {
      screen.type("s")
      seen.append(order(&screen))
    }
    #expect(seen.contains(["hed", "mask", "scribble"]) && seen.contains(["hed", "scribble", "mask"]))
    #expect(seen.allSatisfy { Set($0) == ["scribble", "mask", "hed"] } && seen.last == ["scribble", "mask", "hed"])
  }

  @Test func markedOnesAreComparedByClass() {
    var screen = open()
    screen.type("L")
    screen.type("R")
    #expect(screen.text().contains("mark two with Space"))
    screen.send(.tick(60))
    screen.type("  ")
    let text = screen.text()
    #expect(screen.state.evaluation.runs.marked == [0, 1] && text.contains("2 marked"))
    #expect(text.contains("fold 0 run 2") && text.contains("fold 0 run 1"))
    // cup: 60 and 50.
    #expect(text.split(separator: "\n").contains { $0.contains("cup") && $0.contains("60.0") && $0.contains("50.0 (-10.0)") })
    screen.type("R")
    #expect(screen.state.screen.focus == .classes && screen.state.evaluation.reference == screen.state.evaluation.saved[0])
    #expect(screen.state.evaluation.shown[0] == screen.state.evaluation.saved[1])
    screen.type("Lu")
    #expect(screen.state.evaluation.runs.marked.isEmpty)
    // Ends of the table as of any list; the cursor does not go from the last evaluation to what cannot be marked.
    screen.press(.end)
    #expect(screen.state.evaluation.runs.cursor.index == 3)
    screen.press(.up)
    screen.type(" ")
    #expect(screen.state.evaluation.runs.marked == [2] && screen.state.evaluation.runs.cursor.index == 2)
    screen.type("u")
    screen.press(.home)
    #expect(screen.state.evaluation.runs.cursor.index == 0)
    // A newer one moves the others down.
    screen.type(" ")
    let newest = report(screen, .canny, steps: 3, after: [1, 2, 3, 4, 5])
    let before = screen.state.evaluation.runs.marked.first.map { screen.state.evaluation.saved[$0] }
    screen.send(.done(.evaluate(newest.plan), .report(newest)))
    #expect(screen.state.evaluation.runs.marked.first.map { screen.state.evaluation.saved[$0] } == before)
  }

  /// Below the classes the episodes in which the marked ones differ, the most first; beside the figures bars where there is room.
  @Test(arguments: [(120, 40), (200, 60)]) func markedOnesAreComparedByEpisode(width: Int, height: Int) throws {
    var screen = FakeScreen.open(width, height)
    func report(_ condition: ConditionType, _ ious: [Int]) -> EvaluationReport {
      let plan = EvaluationPlan(fold: 0, options: GenerationOptions(DiffusionSettings { $0.condition = condition }))
      return screen.report(
        plan: plan,
        episodes: ious.enumerated().map { index, iou in
          let areas = Areas(backgroundIntersection: 0, foregroundIntersection: iou, backgroundUnion: 100, foregroundUnion: 100)
          return EpisodeResult(episode: screen.episode(index), baseline: areas, augmented: areas)
        })
    }
    screen.send(.done(.loadReports, .reports([report(.scribble, [30, 40, 50, 60]), report(.mask, [31, 70, 50, 50])])))
    screen.type("L  ")
    let lines = screen.text().split(separator: "\n"), start = try #require(lines.firstIndex { $0.contains("episodes that differ most") })
    let rows = lines[(start + 1)...].prefix(4).map(String.init)
    for (row, words) in zip(
      rows, [["2 bicycle", "70.0 (+30.0)"], ["4 tree", "50.0 (-10.0)"], ["1 cup", "31.0 (+1.0)"], ["3 cat", "50.0 (+0.0)"]])
    {
      for word in words { #expect(row.contains(word), "\(word): \(row)") }
    }
    #expect(lines.contains { $0.contains("FB-IoU") } && rows[0].contains("█") && rows[0].contains("▓") && rows[1].contains("░"))
    #expect(screen.text().contains("█ run 2  ▓ above it  ░ below it"))
  }

  /// Differences are of the same episodes.
  @Test func otherEpisodesHaveNoDifference() throws {
    var screen = open()
    let episode = try #require(screen.state.browse.selected)
    let areas = Areas(backgroundIntersection: 1, foregroundIntersection: 1, backgroundUnion: 2, foregroundUnion: 2)
    let results = [EpisodeResult(episode: episode, baseline: areas, augmented: areas)]
    screen.send(.done(.loadReports, .reports([screen.report(episodes: results)] + screen.state.evaluation.saved)))
    screen.type("L  ")
    let text = screen.text()
    #expect(text.contains("no difference where there are other episodes than in the first"), "\(text)")
    #expect(text.split(separator: "\n").contains { $0.contains("cup") && $0.contains("50.0") && !$0.contains("(+") })
    screen.type("R")
    #expect(screen.state.screen.focus == .runs)
    #expect(screen.state.dialogs.messages.last?.message.hasSuffix("no common measure: other episodes") == true)
  }

  /// Runs that differ in one setting alone can be told apart where there is room.
  @Test func aWideTableTellsMore() throws {
    var screen = open(200, 60)
    screen.type("L")
    let lines = screen.text().split(separator: "\n"), row = try #require(lines.first { $0.contains("scribble") })
    let head = try #require(lines.first { $0.contains("network") })
    for (title, value) in [("guidance", "9"), ("seed", "0"), ("sampler", "ddim"), ("episodes", "0"), ("of", "seed 0")] {
      #expect(head.contains(title) && row.contains(value), "\(title): \(row)")
    }
  }

  /// Another program may have evaluated meanwhile: the table shows it, and marks stay where they were.
  @Test func isReadAgainWheneverItIsOpened() {
    var screen = open()
    screen.type("L ")
    let marked = screen.state.evaluation.saved[0]
    screen.press(.escape)
    (screen.answers, screen.effects) = (false, [])
    screen.type("L")
    #expect(screen.effects == [.loadReports])
    let newer = report(screen, .canny, steps: 3, after: [1, 2, 3, 4, 5])
    screen.send(.done(.loadReports, .reports([newer] + screen.state.evaluation.saved)))
    #expect(screen.state.evaluation.runs.marked.map { screen.state.evaluation.saved[$0] } == [marked])
    #expect(screen.text().contains("4 runs") && screen.text().contains("canny"))
  }

  @Test(arguments: [(20, 6), (40, 12), (80, 24), (200, 60)]) func fitsEverySize(_ width: Int, _ height: Int) {
    var screen = open(width, height)
    screen.type("L  ")
    let frame = screen.frame()
    #expect(frame.size == Size(width: width, height: height) && frame.text.contains("Saved eval"))
    #expect(frame.text.contains("run "))
    screen.press(.up, .enter)
    #expect(screen.state.screen.focus == .classes)
  }
}
