import Models
import Pipeline

/// What varies along one side of a grid.
package enum GridAxis: String, CaseIterable, Hashable, Sendable {
  case condition, steps, guidance, controlScale, sampler, seed

  package var title: String {
    switch self {
    case .condition: "condition"
    case .steps: "steps"
    case .guidance: "guidance"
    case .controlScale: "control scale"
    case .sampler: "sampler"
    case .seed: "seed"
    }
  }

  /// The values of a side, and their names. The present value is among them.
  func values(_ options: GenerationOptions) -> [(name: String, change: @Sendable (inout GenerationOptions) -> Void)] {
    func with<T: Equatable & Sendable>(
      _ usual: [T], _ path: WritableKeyPath<GenerationOptions, T> & Sendable, _ name: (T) -> String, _ isBefore: ((T, T) -> Bool)? = nil
    ) -> [(String, @Sendable (inout GenerationOptions) -> Void)] {
      var values = usual
      if !values.contains(options[keyPath: path]) { values.append(options[keyPath: path]) }
      if let isBefore { values.sort(by: isBefore) }
      return values.map { value in (name(value), { $0[keyPath: path] = value }) }
    }
    switch self {
    case .condition: return with([.mask, .scribble, .hed], \.condition, \.rawValue)
    case .steps: return with([5, 10, 20, 40], \.steps, { "\($0)" }, <)
    case .guidance: return with([1, 3, 6, 9], \.guidance, SettingsForm.decimal, <)
    case .controlScale: return with([0.5, 0.75, 1, 1.5], \.controlScale, SettingsForm.decimal, <)
    case .sampler: return with(["ddim", "dpmpp-2m-karras", "euler-a", "unipc"], \.sampler, { $0 })
    case .seed:
      let base = options.seed
      return (0..<4).map { step in ("\(base &+ UInt64(step))", { $0.seed = base &+ UInt64(step) }) }
    }
  }
}

/// One column of a comparison, or one cell of a grid.
package struct TableCell: Hashable, Sendable {
  package let title: String
  package let plan: SupportPlan
}

/// Settings side by side for one episode: conditions in columns with their control map, picture and prediction, or a grid over two axes.
package struct PlanTable: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case conditions
    case grid(rows: GridAxis, columns: GridAxis)
  }

  /// What a cell of a grid shows.
  package enum Aspect: Hashable, Sendable { case generated, prediction }

  package let kind: Kind
  /// Names of rows and columns.
  package let rowTitles: [String]
  package let columnTitles: [String]
  /// Row by row; in a comparison one row of columns.
  package let cells: [TableCell]
  package var row = 0
  package var column = 0
  package var aspect = Aspect.generated
  /// Which of the generated supports a comparison shows.
  package var number = 0

  /// Mask, scribble and soft edges, and the present condition where it is another one.
  package init(comparing options: GenerationOptions, count: Int) {
    kind = .conditions
    let columns = GridAxis.condition.values(options)
    rowTitles = ["control map", "generated", "prediction"]
    columnTitles = columns.map(\.name)
    cells = columns.map { column in
      var own = options
      column.change(&own)
      return TableCell(title: column.name, plan: SupportPlan(options: own, count: count))
    }
  }

  /// Every value of one axis with every value of the other, one picture each.
  package init(_ rows: GridAxis, _ columns: GridAxis, options: GenerationOptions) {
    kind = .grid(rows: rows, columns: columns)
    let rowValues = rows.values(options), columnValues = columns.values(options)
    rowTitles = rowValues.map(\.name)
    columnTitles = columnValues.map(\.name)
    cells = rowValues.flatMap { row in
      columnValues.map { column in
        var own = options
        row.change(&own)
        column.change(&own)
        return TableCell(title: "\(rows.title) \(row.name), \(columns.title) \(column.name)", plan: SupportPlan(options: own, count: 1))
      }
    }
  }

  /// The cell under the cursor.
  package var selected: TableCell? {
    switch kind {
    case .conditions: cells[safe: column]
    case .grid: cells[safe: row * columnTitles.count + column]
    }
  }

  /// The cell of a place.
  func cell(row: Int, column: Int) -> TableCell? {
    kind == .conditions ? cells[safe: column] : cells[safe: row * columnTitles.count + column]
  }

  mutating func move(rows: Int, columns: Int) {
    row = min(max(0, row + rows), rowTitles.count - 1)
    column = min(max(0, column + columns), columnTitles.count - 1)
  }
}
