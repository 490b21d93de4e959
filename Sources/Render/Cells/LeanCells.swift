/// The same look in fewer bytes: block characters with ink and paper exchanged, where the colours are then those of the cells beside them.
public enum LeanCells {
  /// Neighbouring cells of a line, each as it is or exchanged, so that the fewest bytes change colours from one to the next.
  ///
  /// - Parameters:
  ///   - ink: the colour that the terminal writes with before the first of them; nil where it is not known.
  ///   - paper: the colour that it writes on.
  public static func forms(of cells: [Cell], after ink: CellColor?, on paper: CellColor?) -> [Cell] {
    var states = [State(ink: ink, paper: paper, bytes: 0)], next: [State] = []
    var steps = [Step](repeating: Step(), count: 2 * cells.count), attributes = Cell.Attributes()
    func write(_ form: Cell, _ at: Int, from: Int, isExchanged: Bool) {
      let new = states[from].writing(form), step = Step(from: UInt8(from), isExchanged: isExchanged)
      if let known = next.firstIndex(where: { $0.ink == new.ink && $0.paper == new.paper }) {
        if new.bytes < next[known].bytes { (next[known], steps[2 * at + known]) = (new, step) }
      } else {
        steps[2 * at + next.count] = step
        next.append(new)
      }
    }
    for (at, cell) in cells.enumerated() {
      if cell.attributes != attributes {
        // They are taken back all together, colours included.
        attributes = cell.attributes
        for index in states.indices { (states[index].ink, states[index].paper) = (.standard, .standard) }
      }
      let other = exchanged(cell)
      next.removeAll(keepingCapacity: true)
      // Two at most: those of the two forms, or of a blank behind them, which leaves the ink as it was.
      for from in states.indices {
        write(cell, at, from: from, isExchanged: false)
        if let other { write(other, at, from: from, isExchanged: true) }
      }
      swap(&states, &next)
    }
    var forms = cells, place = states.indices.min { states[$0].bytes < states[$1].bytes } ?? 0
    for at in cells.indices.reversed() {
      let step = steps[2 * at + place]
      if step.isExchanged, let other = exchanged(cells[at]) { forms[at] = other }
      place = Int(step.from)
    }
    return forms
  }

  /// The cell with its colours exchanged and the character that has the rest of the ink; nil where there is none that every terminal draws
  /// which draws this one.
  private static func exchanged(_ cell: Cell) -> Cell? {
    // The terminal's own ink is no colour of paper.
    guard cell.attributes.isEmpty, cell.foreground != .standard, cell.background != .standard, let scalar = rests[cell.scalar]
    else { return nil }
    return Cell(scalar, cell.background, on: cell.foreground)
  }

  /// The character with the rest of the ink that is in every set that the character is in.
  private static let rests: [Unicode.Scalar: Unicode.Scalar] = {
    let sets = SymbolSet.allCases.map { Set(CellShapes.members(of: $0)) }
    return CellShapes.complements.filter { scalar, rest in
      scalar != " " && rest != " " && sets.allSatisfy { !$0.contains(scalar) || $0.contains(rest) }
    }
  }()

  /// How a cell was reached: the state before, and in which form it was written.
  private struct Step {
    var from: UInt8 = 0
    var isExchanged = false
  }

  /// The colours that the terminal has, and what was sent so far.
  private struct State {
    var ink: CellColor?
    var paper: CellColor?
    var bytes: Int

    func writing(_ cell: Cell) -> State {
      let needsInk = cell.scalar != " " && cell.foreground != ink, needsPaper = cell.background != paper
      var sent = UTF8.width(cell.scalar)
      // The sequence has three bytes around its parameters, and one between.
      if needsInk { sent += 3 + cell.foreground.codeLength(isInk: true) }
      if needsPaper { sent += (needsInk ? 1 : 3) + cell.background.codeLength(isInk: false) }
      return State(ink: cell.scalar == " " ? ink : cell.foreground, paper: cell.background, bytes: bytes + sent)
    }
  }
}

extension CellColor {
  /// The bytes of `code(isInk:)`.
  fileprivate func codeLength(isInk: Bool) -> Int {
    func digits(_ number: UInt8) -> Int { number < 10 ? 1 : number < 100 ? 2 : 3 }
    return switch self {
    case .standard: 2
    case .indexed(let index) where index < 16: isInk || index < 8 ? 2 : 3
    case .indexed(let index): 5 + digits(index)
    case .rgb(let color): 7 + digits(color.red) + digits(color.green) + digits(color.blue)
    }
  }
}
