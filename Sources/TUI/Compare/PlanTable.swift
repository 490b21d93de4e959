import Generation

/// What varies along one side of a grid: a setting, and the values that are tried of it.
public struct GridAxis: Hashable, Sendable {
  public let id: Setting.ID
  private let usual: [String]

  public static let condition = GridAxis(id: .condition, usual: ["mask", "scribble", "hed"])

  public static let all = [
    condition, GridAxis(id: .steps, usual: ["5", "10", "20", "40"]), GridAxis(id: .guidance, usual: ["1", "3", "6", "9"]),
    GridAxis(id: .controlScale, usual: ["0.5", "0.75", "1", "1.5"]),
    GridAxis(id: .sampler, usual: ["ddim", "dpmpp-2m-karras", "euler-a", "unipc"]), GridAxis(id: .seed, usual: []),
  ]

  public var title: String { Setting[id].name }

  /// The options with each value of a side. The present value is among them; seeds count from it.
  func values(_ options: GenerationOptions) -> [(name: String, options: GenerationOptions)] {
    let setting = Setting[id], present = setting.text(options) ?? ""
    var texts = usual
    if setting.kind == .seed {
      texts = (0..<4).map { (step: UInt64) in "\(options.seed &+ step)" }
    } else if !texts.contains(present) {
      texts.append(present)
      if setting.range(options) != nil { texts.sort { (Double($0) ?? 0) < (Double($1) ?? 0) } }
    }
    return texts.map { text in
      var own = options
      try? setting.set(text, in: &own)
      return (text, own)
    }
  }
}

/// One column of a comparison, or one cell of a grid.
public struct TableCell: Hashable, Sendable {
  public let title: String
  public let plan: SupportPlan
}

/// Settings side by side for one episode: conditions in columns with their control map, image and prediction, or a grid over two axes.
public struct PlanTable: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case conditions
    case grid(rows: GridAxis, columns: GridAxis)
  }

  /// What a cell of a grid shows.
  public enum Aspect: Hashable, Sendable { case generated, prediction }

  public let kind: Kind
  /// Names of rows and columns.
  public let rowTitles: [String]
  public let columnTitles: [String]
  /// Row by row; in a comparison one row of columns.
  public let cells: [TableCell]
  public var row = 0
  public var column = 0
  public var aspect = Aspect.generated
  /// Which of the generated supports a comparison shows.
  public var number = 0

  /// Mask, scribble and soft edges, and the present condition where it is another one.
  public init(comparing options: GenerationOptions, count: Int) {
    kind = .conditions
    let columns = GridAxis.condition.values(options)
    rowTitles = ["control map", "generated", "prediction"]
    columnTitles = columns.map(\.name)
    cells = columns.map { TableCell(title: $0.name, plan: SupportPlan(options: $0.options, count: count)) }
  }

  /// Every value of one axis with every value of the other, one image each.
  public init(_ rows: GridAxis, _ columns: GridAxis, options: GenerationOptions) {
    kind = .grid(rows: rows, columns: columns)
    let rowValues = rows.values(options), columnValues = columns.values(options)
    rowTitles = rowValues.map(\.name)
    columnTitles = columnValues.map(\.name)
    cells = rowValues.flatMap { row in
      columns.values(row.options).map { column in
        TableCell(title: "\(rows.title) \(row.name), \(columns.title) \(column.name)", plan: SupportPlan(options: column.options, count: 1))
      }
    }
  }

  /// The settings that differ from cell to cell.
  var varying: Set<Setting.ID> {
    switch kind {
    case .conditions: [.condition]
    case .grid(let rows, let columns): [rows.id, columns.id]
    }
  }

  /// The cell under the cursor.
  public var selected: TableCell? {
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
