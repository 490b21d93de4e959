import Foundation

/// A row of a comparison of conditions.
enum TableAspect: Hashable, CaseIterable {
  case control, generated, prediction
}

extension TileContent {
  /// What a cell of a table shows: its control image, its first generated support, its prediction.
  init(_ aspect: TableAspect, _ cell: TableCell, _ state: ExplorerState) {
    self.init(title: "")
    guard let episode = state.browse.selected else { return }
    let board = state.images.boards[episode]
    switch aspect {
    case .control:
      let choice = cell.plan.choice(of: (state.compare.table?.number ?? 0) % state.browse.shots)
      if choice.type == .none {
        placeholder = "prompt alone"
      } else {
        image = board?.conditions[choice]
        wait(for: .survey(episode, cell.plan, choice), state)
      }
    case .generated: takeGenerated(state.compare.table?.number ?? 0, episode, board, state, cell.plan)
    case .prediction:
      show(state.prediction(episode, cell.plan), of: state.predict(episode, cell.plan), state)
      if image == nil, state.evaluation.awaiting[episode]?.contains(cell.plan) == true { placeholder = "after generating" }
    }
    // The table names its columns itself.
    title = title.trimmingCharacters(in: .whitespaces)
  }

  /// Whether it has an image, or one is on its way; `isKnown` says whether it is known what there is.
  func hasPicture(isKnown: Bool) -> Bool { image != nil || progress != nil || isQueued || (isComing && isKnown) }
}
