import Generation
import Models
import TUI
import Testing

@Suite("The choice of models and networks")
struct ModelChoiceTests {
  private static let menu = ModelMenu(
    diffusion: [ModelMenu.Diffusion(id: "sd", resolution: 128, guidance: 3), ModelMenu.Diffusion(id: "runwayml/sd-1.5", resolution: 512)],
    controlNets: [
      ModelMenu.ControlNet(id: "cn-mask", condition: .mask, models: ["sd"]), ModelMenu.ControlNet(id: "cn-mask-b", condition: .mask, models: ["sd"]),
      ModelMenu.ControlNet(id: "cn-hed", condition: .hed, models: ["sd"]), ModelMenu.ControlNet(id: "lllyasviel/seg", condition: .mask, models: ["runwayml/sd-1.5"]),
    ],
    networks: [.hsnet, .dcama])

  private func screen() -> FakeScreen {
    var screen = FakeScreen.open(120, 50) { $0.models = Self.menu }
    screen.press(.tab, .tab)
    return screen
  }

  @Test func whatIsTakenAnywayIsShown() {
    var screen = screen()
    #expect(screen.state.settings.options == Self.menu.defaults())
    #expect(screen.state.settings.options.conditionSettings.resolution == 128)
    #expect(screen.state.settings.options.guidance == 3)
    screen.go(to: .diffusion)
    #expect(screen.text().contains("‹ sd (usual) ›"))
    screen.go(to: .controlNet)
    #expect(screen.text().contains("‹ cn-mask (usual) ›"))
  }

  @Test func anotherModelBringsItsResolutionAndDropsWhatItCannotUse() {
    var screen = screen()
    screen.go(to: .controlNet)
    screen.press(.enter)
    #expect(screen.text().contains("cn-mask-b"))
    #expect(!screen.text().contains("lllyasviel/seg"))
    screen.type("mask-b")
    screen.press(.enter)
    #expect(screen.state.settings.options.models == PreferredModels(controlNets: ["cn-mask-b"]))
    screen.go(to: .diffusion)
    screen.press(.enter)
    screen.type("1.5")
    screen.press(.enter)
    #expect(screen.state.settings.options.models == PreferredModels(diffusion: "runwayml/sd-1.5"))
    #expect(screen.state.settings.options.conditionSettings.resolution == 512)
    #expect(screen.state.settings.options.guidance == 9)
    screen.go(to: .controlNet)
    #expect(screen.text().contains("seg (usual) ›"))
    screen.go(to: .diffusion)
    screen.type("l")
    #expect(screen.state.settings.options == Self.menu.defaults())
  }

  @Test func eachConditionKeepsItsControlNet() {
    var screen = screen()
    screen.go(to: .controlNet)
    screen.type("ll")
    #expect(screen.state.settings.options.models == PreferredModels(controlNets: ["cn-mask-b"]))
    // There is no ControlNet for scribbles.
    screen.type("c")
    #expect(screen.state.settings.options.condition == .hed)
    screen.go(to: .controlNet)
    #expect(screen.text().contains("‹ cn-hed (usual) ›"))
    screen.type("l")
    #expect(screen.state.settings.options.models == PreferredModels(controlNets: ["cn-mask-b", "cn-hed"]))
    screen.answers = false
    screen.type("y")
    screen.press(.enter)
    guard case .copy(let line)? = screen.effects.last else {
      Issue.record("nothing was copied")
      return
    }
    #expect(line.contains("--controlnet cn-hed") && !line.contains("cn-mask-b"))
  }

  @Test func withoutAConditionThereIsNothingToLead() {
    var screen = screen()
    screen.go(to: .setting(.guessMode))
    #expect(screen.text().contains("Guess mode"))
    screen.press(.enter)
    #expect(screen.state.settings.options.guessMode)
    screen.go(to: .setting(.condition))
    screen.type("h")
    #expect(screen.state.settings.options.condition == .none)
    for title in ["Guess mode", "ControlNet", "Ctrl from", "Ctrl to"] { #expect(!screen.text().contains(title), "\(title)") }
  }

  @Test func anotherNetworkSegmentsAnew() {
    var screen = screen()
    screen.type("e")
    let episode = screen.state.browse.selected
    #expect(screen.state.board?.baseline?.iou == 41.25)
    #expect(screen.state.evaluation.scores[episode!]?.baseline == 41.25)
    screen.go(to: .network)
    screen.type("l")
    #expect(screen.state.settings.network == .hsnet)
    #expect(screen.state.board?.baseline == nil)
    #expect(screen.state.evaluation.scores.isEmpty)
    // What the network before says now comes too late.
    screen.send(.done(.predict(episode!, nil, SegmenterChoice(.dcama)), .prediction(image: FakeScreen.image, mask: FakeScreen.mask, truth: FakeScreen.mask, iou: 9)))
    #expect(screen.state.board?.baseline == nil)
    screen.answers = false
    screen.type("e")
    #expect(screen.effects.contains(.predict(episode!, nil, SegmenterChoice(.hsnet))))
    screen.type("Ey")
    guard case .evaluate(let plan)? = screen.effects.last(where: { if case .evaluate = $0 { true } else { false } }) else {
      Issue.record("no evaluation was begun")
      return
    }
    #expect(plan.network == .hsnet)
  }

  @Test func theLastSessionsModelsComeBackWhereTheyStillAre() throws {
    var before = screen()
    before.state.settings.options.models = PreferredModels(diffusion: "sd", controlNets: ["cn-mask-b", "gone"])
    before.go(to: .network)
    before.type("l")
    var after = FakeScreen(120, 50)
    after.models = Self.menu
    after.state.restore(SavedSession(before.state), takesFold: true)
    after.send(.resized(after.state.screen.size))
    #expect(after.state.settings.options.models == PreferredModels(diffusion: "sd", controlNets: ["cn-mask-b"]))
    #expect(after.state.settings.network == .hsnet)
  }
}
