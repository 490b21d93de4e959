import Evaluation
import Foundation
import Generation
import TUI
import Testing

/// Evaluations that have no report.
@Suite("Unfinished evaluations") struct UnfinishedRunTests {
  private let options = GenerationOptions(DiffusionSettings { ($0.condition, $0.steps) = (.hed, 7) })

  private func unfinished(wasCutOff: Bool = true, fold: Int = 1) -> UnfinishedEvaluation {
    UnfinishedEvaluation(
      plan: EvaluationPlan(fold: fold, options: options, episodes: 20), done: 12, of: 20, wasCutOff: wasCutOff,
      date: Date(timeIntervalSince1970: 1_790_000_000), id: "a")
  }

  private func open(_ all: UnfinishedEvaluation..., width: Int = 120) -> FakeScreen {
    var screen = FakeScreen.open(width, 40)
    screen.send(.done(.loadReports, .reports([screen.report()], unfinished: all)))
    return screen
  }

  @Test func oneThatWasCutOffIsToldOnce() throws {
    var screen = open(unfinished())
    let said = screen.state.dialogs.messages.filter { $0.message.contains("cut off") }
    let notice = try #require(said.first)
    #expect(said.count == 1 && notice.level == .warning)
    #expect(notice.message.hasPrefix("an evaluation was cut off, 12 of 20 episodes finished: fold 1, hed, dcama"))
    #expect(notice.hint == "L lists it; Enter there goes on with it, x forgets it")
    // Looked at again it is no news, and one that somebody stopped never was.
    screen.send(.done(.loadReports, .reports([], unfinished: [unfinished()])))
    #expect(screen.state.dialogs.messages.count { $0.message.contains("cut off") } == 1)
    #expect(!open(unfinished(wasCutOff: false)).state.dialogs.messages.contains { $0.message.contains("cut off") })
  }

  @Test(arguments: [80, 120, 200]) func isARowOfTheTable(width: Int) throws {
    var screen = open(unfinished(), width: width)
    screen.type("L")
    let row = try #require(screen.text().split(separator: "\n").first { $0.contains(" hed ") })
    for part in ["unfinished", "dcama", "1+4"] + (width >= 200 ? ["12/20"] : []) { #expect(row.contains(part), "\(part): \(row)") }
    // Behind the notices.
    screen.send(.tick(60))
    #expect(screen.text().contains("1 unfinished · 1 run"))
    #expect(PlainView.page(screen.state).contains { $0.contains("hed, dcama") && $0.contains("unfinished, 12 of 20 episodes") })
    if width >= 120 { #expect(screen.text().contains("cut off with its program: 12 of 20 episodes finished; Enter goes on with it")) }
  }

  @Test func enterGoesOnWithIt() {
    let begun = unfinished(), other = unfinished(fold: 2)
    var screen = open(begun, other)
    screen.type("L")
    screen.press(.enter)
    #expect(screen.text().contains("Go on with it?") && screen.text().contains("12 of 20 episodes are finished"))
    screen.type("y")
    #expect(screen.effects.contains(.resume(begun)) && screen.state.evaluation.running?.plan == begun.plan)
    screen.send(.evaluationProgress(.resuming(done: 12, of: 20)))
    #expect(screen.state.dialogs.messages.contains { $0.message == "12 of 20 episodes were finished before and are taken over" })
    // It is in the table no more, and meanwhile another one is not begun.
    #expect(screen.state.evaluation.unfinished == [other])
    screen.press(.home, .enter)
    #expect(screen.state.dialogs.current == nil)
    let report = screen.report(fold: 1, plan: begun.plan)
    screen.send(.done(.resume(begun), .report(report)))
    #expect(screen.state.evaluation.saved.first == report && screen.state.evaluation.running == nil)
    screen.press(.enter)
    #expect(screen.text().contains("Go on with it?"))
  }

  @Test func xForgetsIt() {
    let begun = unfinished(wasCutOff: false)
    var screen = open(begun)
    screen.type("Lx")
    #expect(screen.text().contains("Forget it?"))
    screen.type("n")
    #expect(!screen.effects.contains(.forget(begun)))
    screen.type("xy")
    #expect(screen.effects.contains(.forget(begun)))
    screen.send(.done(.forget(begun), .reports(screen.state.evaluation.saved)))
    #expect(screen.state.evaluation.unfinished.isEmpty)
    // A finished one stays.
    screen.type("x")
    #expect(screen.state.dialogs.current == nil && screen.text().contains("only unfinished evaluations are forgotten"))
  }

  /// Before anything was ever finished the table has what was begun.
  @Test func theTableOpensForOneAlone() {
    var screen = FakeScreen.open(120, 40)
    screen.send(.done(.loadReports, .reports([], unfinished: [unfinished()])))
    screen.answers = false
    screen.type("L")
    #expect(screen.state.screen.focus == .runs && screen.text().contains("unfinished"))
    screen.send(.done(.loadReports, .reports([], unfinished: [])))
    #expect(screen.text().contains("single predictions"))
  }

  @Test func theQuestionTellsWhatIsFinished() {
    var screen = FakeScreen.open(120, 40)
    var plan = EvaluationPlan(
      fold: 0, network: screen.state.settings.network, shots: 1, auxiliaryShots: screen.state.settings.supports,
      options: screen.state.settings.options, episodes: screen.state.settings.episodes)
    plan.seed = 9
    let begun = UnfinishedEvaluation(plan: plan, done: 3, of: plan.episodes, wasCutOff: false, date: Date(), id: "a")
    screen.send(.done(.loadReports, .reports([], unfinished: [begun])))
    screen.type("E")
    #expect(screen.text().contains("3 are finished and are taken over"))
  }
}
