import Pipeline

/// What the mouse does: it points at what the keys move to, and a second press does what Enter does there.
extension ExplorerState {
  mutating func point(_ pointer: Pointer) -> [Effect] {
    // What lay there when it was pressed may be below a dialog by now.
    guard isInReach(pointer.target) else { return [] }
    return switch pointer.gesture {
    case .press: pressed(pointer)
    case .wheelUp: turned(pointer, by: -1)
    case .wheelDown: turned(pointer, by: 1)
    }
  }

  private func isInReach(_ target: Target) -> Bool {
    let isOfDialog =
      switch target {
      case .dialog, .outside, .choice, .key: true
      case .panel, .row, .step, .tile, .picture, .cell, .action, .toasts: false
      }
    return switch dialog {
    case nil: !isOfDialog
    case .filter: target == .dialog || !isOfDialog
    default: isOfDialog || target == .toasts
    }
  }

  private mutating func pressed(_ pointer: Pointer) -> [Effect] {
    // The list stays in reach while its filter is typed.
    if case .filter = dialog, pointer.target != .dialog { dialog = nil }
    switch pointer.target {
    case .panel(let panel): focus(on: panel)
    case .row(let panel, let row):
      let isSelected = focus == panel && cursorRow(of: panel) == row
      focus(on: panel)
      if isSelected { return press(.enter) }
      pointCursor(of: panel, at: row)
    case .step(let step): return press(step > 0 ? .right : .left)
    case .tile(let index):
      let isSelected = focus == .pictures && selectedTile == tiles[safe: index]
      focus(on: .pictures)
      if isSelected { return press(.enter) }
      tile = index
    case .picture(let panel):
      focus(on: panel)
      return pressed(at: pointer, panel)
    case .cell(let row, let column):
      guard let table else { return [] }
      if (table.row, table.column) == (row, column) { return press(.enter) }
      self.table?.move(rows: row - table.row, columns: column - table.column)
    case .action(let id): return Action.all.first { $0.id == id }.flatMap { action in action.keys.first.map { run(action, $0) } } ?? []
    case .key(let key): return press(key)
    case .choice(let row):
      switch dialog {
      case .picker(var picker):
        picker.cursor = ListCursor(row)
        dialog = .picker(picker)
      case .commands(var list):
        list.cursor = ListCursor(row)
        dialog = .commands(list)
      default: return []
      }
      return press(.enter)
    case .outside:
      switch dialog {
      case .picker, .commands, .messages: return press(.escape)
      // A question is answered, and what was typed is not lost by a slip of the hand.
      default: break
      }
    case .dialog: break
    case .toasts: toasts = []
    }
    return []
  }

  /// The crosshair of a zoomed picture, or the border of a split, goes where the mouse points; elsewhere a press leaves the picture.
  private mutating func pressed(at pointer: Pointer, _ panel: Panel) -> [Effect] {
    if panel == .duel {
      if duel?.mode == .split { splitDuel(at: pointer.x) }
      return duel?.mode == .flicker ? press(.character(" ")) : []
    }
    guard viewport.level > 0, let image = TileContent(selectedTile, self).picture?.image else { return press(.enter) }
    viewport.point(x: pointer.x, y: pointer.y, width: image.width, height: image.height)
    return []
  }

  private mutating func turned(_ pointer: Pointer, by step: Int) -> [Effect] {
    switch pointer.target {
    case .panel(let panel), .row(let panel, _): moveCursor(of: panel, panel == .settings ? step : 3 * step)
    case .step: moveCursor(of: .settings, step)
    case .tile(let index):
      guard step < 0 else { return [] }
      focus(on: .pictures)
      tile = index
      return press(.character("+"))
    case .picture(.pictures):
      focus(on: .pictures)
      return press(viewport.level == 0 && step > 0 ? .escape : .character(step < 0 ? "+" : "-"))
    case .picture: return duel?.mode == .split ? press(step < 0 ? .left : .right) : []
    case .cell: table?.move(rows: step, columns: 0)
    case .dialog, .choice, .outside: return press(step < 0 ? .up : .down)
    case .action, .key, .toasts: break
    }
    return []
  }
}
