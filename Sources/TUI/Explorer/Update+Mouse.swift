/// What the mouse does: it points at what the keys move to, and a second press does what Enter does there.
extension ExplorerState {
  mutating func point(_ pointer: Pointer) -> [Effect] {
    if pointer.gesture == .press { screen.dropCard() }
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
      case .panel, .row, .step, .tile, .image, .cell, .action, .toasts: false
      }
    return switch dialogs.current {
    case nil: !isOfDialog
    case .filter: target == .dialog || !isOfDialog
    default: isOfDialog || target == .toasts
    }
  }

  private mutating func pressed(_ pointer: Pointer) -> [Effect] {
    // The list stays in reach while its filter is typed.
    if case .filter = dialogs.current, pointer.target != .dialog { dialogs.close() }
    switch pointer.target {
    case .panel(let panel): screen.focus(on: panel, byMouse: true)
    case .row(let panel, let row):
      let isSelected = screen.focus == panel && cursorRow(of: panel) == row
      screen.focus(on: panel, byMouse: true)
      if isSelected { return press(.enter) }
      pointCursor(of: panel, at: row)
    case .step(let step): return press(step > 0 ? .right : .left)
    case .tile(let index):
      let isSelected = screen.focus == .images && selectedTile == tiles[safe: index]
      screen.focus(on: .images, byMouse: true)
      if isSelected { return press(.enter) }
      images.select(tile: index)
    case .image(let panel):
      screen.focus(on: panel, byMouse: true)
      return pressed(at: pointer, panel)
    case .cell(let row, let column):
      guard let table = compare.table else { return [] }
      if (table.row, table.column) == (row, column) { return press(.enter) }
      compare.move(rows: row - table.row, columns: column - table.column)
    case .action(let id): return Action.all.first { $0.id == id }.flatMap { action in action.keys.first.map { run(action, $0) } } ?? []
    case .key(let key): return press(key)
    case .choice(let row): return dialogs.point(at: row) ? press(.enter) : []
    case .outside:
      switch dialogs.current {
      case .picker, .commands, .messages, .cluster: return press(.escape)
      // A question is answered, and what was typed is not lost by a slip of the hand.
      default: break
      }
    case .dialog: break
    case .toasts: dialogs.dropToasts()
    }
    return []
  }

  /// The crosshair of a zoomed image, or the border of a split, goes where the mouse points; elsewhere a press leaves the image.
  private mutating func pressed(at pointer: Pointer, _ panel: Panel) -> [Effect] {
    if panel == .ab {
      if compare.ab?.mode == .split { compare.split(at: pointer.x, image: images.newImage(), images.look) }
      return compare.ab?.mode == .flicker ? press(.character(" ")) : []
    }
    guard images.viewport.level > 0, let image = TileContent(selectedTile, self).image?.image else { return press(.enter) }
    images.point(x: pointer.x, y: pointer.y, in: image)
    return []
  }

  private mutating func turned(_ pointer: Pointer, by step: Int) -> [Effect] {
    switch pointer.target {
    case .panel(let panel), .row(let panel, _): moveCursor(of: panel, panel == .settings ? step : 3 * step)
    case .step: moveCursor(of: .settings, step)
    case .tile(let index):
      guard step < 0 else { return [] }
      screen.focus(on: .images)
      images.select(tile: index)
      return press(.character("+"))
    case .image(.images):
      screen.focus(on: .images)
      return press(images.viewport.level == 0 && step > 0 ? .escape : .character(step < 0 ? "+" : "-"))
    case .image: return compare.ab?.mode == .split ? press(step < 0 ? .left : .right) : []
    case .cell: compare.move(rows: step, columns: 0)
    case .dialog, .choice, .outside: return press(step < 0 ? .up : .down)
    case .action, .key, .toasts: break
    }
    return []
  }
}
