/// Which networks run at each evaluation of a run, by its shortcuts.
///
/// What is kept belongs to what it was made with, the `Phase`: the texts and the ControlNets that count. Where that changes, everything runs.
struct Cadence<Phase: Equatable> {
  /// What an evaluation runs.
  struct Turn {
    /// Whether the UNet runs as a whole, not its outermost layers alone.
    let isWhole: Bool
    /// Whether the ControlNets run; never beside the outermost layers alone.
    let asksControl: Bool
  }

  private let shortcuts: Shortcuts
  private var phase: Phase?
  /// Evaluations since the UNet, and the ControlNets, ran as a whole.
  private var age = 0, controlAge = 0

  init(_ shortcuts: Shortcuts) { self.shortcuts = shortcuts }

  mutating func next(_ phase: Phase) -> Turn {
    let isFirst = phase != self.phase
    self.phase = phase
    let isWhole = isFirst || age + 1 >= shortcuts.cacheEvery
    age = isWhole ? 0 : age + 1
    let asksControl = isFirst || isWhole && controlAge + 1 >= shortcuts.controlEvery
    controlAge = asksControl ? 0 : controlAge + 1
    return Turn(isWhole: isWhole, asksControl: asksControl)
  }
}
