import TUI
import Testing

@Suite struct ClusterViewTests {
  @Test func runsAreShownAndFollowed() {
    var screen = FakeScreen.open(80, 24) { $0.answers = false }
    screen.effects = []
    screen.type("N")
    #expect(screen.text().contains("Cluster") && screen.text().contains("asking"))
    #expect(screen.effects.contains(.loadClusterRuns))
    screen.send(
      .done(.loadClusterRuns, .clusterRuns(["run abc: sweep, 8 tasks", "finished 3, running 5; 40 %"] + (0..<40).map { "line \($0)" })))
    #expect(screen.text().contains("run abc: sweep, 8 tasks") && screen.text().contains("finished 3, running 5; 40 %"))
    screen.press(.end)
    #expect(screen.text().contains("line 39") && !screen.text().contains("run abc"))
    // Asked for again while it is in sight, and where one reads it stays.
    screen.effects = []
    screen.send(.tick(2))
    #expect(!screen.effects.contains(.loadClusterRuns))
    screen.send(.tick(6))
    #expect(screen.effects.contains(.loadClusterRuns))
    screen.send(.done(.loadClusterRuns, .clusterRuns((0..<60).map { "row \($0)" })))
    #expect(screen.text().contains("row 22"), "\(screen.text())")
    screen.press(.escape)
    screen.effects = []
    screen.send(.tick(60))
    screen.send(.done(.loadClusterRuns, .clusterRuns(["late"])))
    #expect(!screen.text().contains("late") && !screen.effects.contains(.loadClusterRuns))
  }
}
