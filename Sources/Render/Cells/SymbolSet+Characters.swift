extension SymbolSet {
  /// The set below it: its characters are all in this one.
  var coarser: SymbolSet? {
    switch self {
    case .half: nil
    case .quadrant: .half
    case .sextant: .quadrant
    case .wedge, .octant: .sextant
    case .best: .wedge
    }
  }

  /// What it has beyond the set below it, in the order of their codes: what a terminal has to draw for it, besides.
  public var ownCharacters: [Unicode.Scalar] {
    let known = Set(coarser.map(CellShapes.members) ?? [])
    return Set(CellShapes.members(of: self)).subtracting(known).subtracting([" "]).sorted { $0.value < $1.value }
  }
}
