import Data
import Generation
import TUI
import Testing

@Suite("Lists of episodes")
struct BrowseTests {
  /// Every third episode measured, with IoU that falls along the list.
  private func measured() -> FakeScreen {
    var screen = FakeScreen.open(120, 40)
    for (place, episode) in screen.state.browse.episodes.enumerated() where place % 3 == 0 {
      screen.state.evaluation.show(EpisodeScore(baseline: 90 - Double(place), augmented: 60, drift: Double(place) / 100), of: episode)
    }
    return screen
  }

  @Test func wordsFitWithLettersInTheirOrderWhateverTheirCase() {
    func fits(_ word: String, _ name: String) -> Bool {
      var facts = EpisodeFacts()
      facts.names = name
      return EpisodeFilter(word).accepts(facts)
    }
    for (word, name) in [
      ("dog", "Big DOG"), ("DG", "dog"), ("2007_1", "2007_000121"), ("é", "Café"), ("CAFÉ", "le café"), ("猫", "黒猫 1"), ("a猫", "a 黒猫"),
    ] {
      #expect(fits(word, name), "\(word) in \(name)")
    }
    for (word, name) in [("god", "dog"), ("dogs", "dog"), ("é", "cafe"), ("猫犬", "犬猫"), ("x", "")] {
      #expect(!fits(word, name), "\(word) in \(name)")
    }
  }

  @Test func filtersWhileOneTypes() {
    var screen = measured()
    screen.type("/")
    #expect(screen.text().contains("class:dog"))
    screen.type("cup")
    #expect(screen.text().contains("6 of 30"))
    screen.press(.enter)
    #expect(screen.state.screen.focus == .episodes && screen.state.dialogs.current == nil)
    #expect(screen.text().contains("› /cup") && screen.text().contains("1/6"))
    // Escape in the list drops it, and the cursor stays where it was.
    screen.type("jj")
    let selected = screen.state.browse.selected
    screen.press(.escape)
    #expect(screen.state.browse.listed.count == 30 && screen.state.browse.selected == selected)
    // Escape while typing goes back to what was before.
    screen.type("/class:tree")
    #expect(screen.state.browse.listed.count == 6)
    screen.press(.escape)
    #expect(screen.state.browse.listed.count == 30)
  }

  @Test(arguments: [
    ("iou<75", 4), ("iou>=75", 6), ("iou=90", 1), ("diff<0", 10), ("diff>0", 0), ("drift>0.2", 3), ("aug<=60 class:cup", 2), ("iou<", 30),
    ("key", 6),
    ("cond:hed", 2), ("cond:h class:cup", 1), ("kept:yes", 1), ("kept:no", 29), ("star:yes", 1), ("reject:yes", 1), ("marked:yes", 0),
    ("scene-107", 1), ("zzz", 0),
  ])
  func terms(_ text: String, _ count: Int) {
    var screen = measured()
    func rendered(_ episode: Int, _ condition: ConditionType, _ rating: Rating?) -> StoredSupport {
      let own = screen.state.browse.episodes[episode]
      return StoredSupport(
        key: "", of: Support.Name(item: own.supports[0].id, classIndex: own.classIndex), condition: condition, rating: rating)
    }
    screen.send(
      .done(.loadStoredSupports, .storedSupports([rendered(0, .hed, nil), rendered(1, .hed, .rejected), rendered(2, .mask, .starred)])))
    screen.type("/" + text)
    #expect(screen.state.browse.listed.count == count)
    #expect(screen.state.browse.filter.complaint == nil)
  }

  @Test(arguments: ["iou<x", "fold:x", "kept:perhaps", "colour:red"]) func saysWhatItCannotUnderstand(_ text: String) {
    var screen = measured()
    screen.type("/" + text)
    #expect(screen.state.browse.filter.complaint != nil && screen.state.browse.listed.count == 30)
    #expect(screen.text().contains(screen.state.browse.filter.complaint ?? "?"))
  }

  @Test func aFoldInTheFilterIsOpened() {
    var screen = FakeScreen.open(120, 40)
    screen.type("/fold:2")
    #expect(screen.state.browse.fold == 2 && screen.text().contains("fold 2 of 4"))
  }

  @Test func sortsWithTheUnmeasuredLast() {
    var screen = measured()
    screen.type("s")
    screen.press(.down, .enter)
    let values = screen.state.browse.listed.map { screen.state.evaluation.scores[screen.state.browse.episodes[$0]]?.baseline }
    #expect(values.prefix(10).compactMap { $0 } == values.compactMap { $0 }.sorted())
    #expect(screen.text().contains("by IoU"))
    screen.type("sdrift")
    screen.press(.enter)
    #expect(screen.state.browse.listed.first == 27)
    screen.type("sas drawn")
    screen.press(.enter)
    #expect(screen.state.browse.listed == Array(0..<30))
  }

  @Test func marksOneByOneAndRanges() {
    var screen = FakeScreen.open(120, 40)
    screen.type("  jv")
    screen.type("jj")
    #expect(screen.text().contains("5 marked"))
    screen.type("v")
    #expect(screen.state.browse.marked.count == 5 && screen.state.browse.range == nil)
    screen.answers = false
    screen.effects = []
    screen.type("g")
    #expect(screen.effects.count { if case .generate = $0 { true } else { false } } == 5)
    screen.type("E")
    #expect(screen.text().contains("5 marked episodes"))
    screen.type("y")
    guard case .evaluateMarked(let plan, let episodes)? = screen.effects.last else {
      Issue.record("no evaluation of the marked episodes")
      return
    }
    #expect(plan.episodes == 5 && episodes.map(\.index) == [0, 1, 3, 4, 5])
    screen.type("u")
    #expect(screen.state.browse.marked.isEmpty)
    screen.type("vj")
    screen.press(.escape)
    #expect(screen.state.browse.range == nil && screen.state.browse.marked.isEmpty)
  }

  @Test func opensAnotherDataSet() {
    var screen = FakeScreen.open(120, 40) { $0.state.source.datasets = [.demo, .coco] }
    screen.type("jjD")
    #expect(screen.text().contains("coco"))
    screen.press(.down, .enter)
    #expect(screen.state.source.name == "coco" && screen.state.browse.catalog?.name == "coco")
    #expect(screen.text().contains("kind coco"))
    #expect(screen.state.queue.jobs.secondsPerStep == 0.25)
  }

  @Test func thousandsOfEpisodes() {
    var screen = FakeScreen.open(120, 40)
    screen.send(.done(.loadEpisodes(fold: 0), .episodes((0..<20_000).map { screen.episode($0) })))
    screen.type("/cup scene-77")
    #expect(screen.state.browse.listed.count > 100)
    screen.press(.enter, .end)
    #expect(screen.state.browse.cursor.index == screen.state.browse.listed.count - 1)
  }

  @Test func theNextStartFindsItAsItWas() {
    var screen = measured()
    screen.type("/class:cup")
    screen.press(.enter)
    screen.type("jjoc")
    screen.type("}}")
    let session = SavedSession(screen.state)
    var next = FakeScreen.open(120, 40) { $0.state.restore(session, takesFold: true) }
    #expect(next.state.browse.filter.text == "class:cup" && next.state.browse.selected == screen.state.browse.selected)
    #expect(next.state.images.look == .contour && next.state.images.opacity == 60 && next.state.settings.options.condition == .scribble)
    // Another data set takes over what is not about episodes alone.
    next = FakeScreen.open(120, 40) {
      $0.state.source.open("coco")
      $0.state.restore(session, takesFold: true)
    }
    #expect(next.state.browse.filter.isEmpty && next.state.images.look == .contour && next.state.settings.options.condition == .mask)
  }
}
