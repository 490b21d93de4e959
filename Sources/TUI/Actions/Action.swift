/// Something that a key does. The footer, the help and `docs/explorer.md` are made from these.
public struct Action: Sendable {
  public enum Group: String, CaseIterable, Sendable {
    case browse = "Browse"
    case images = "Images"
    case settings = "Settings"
    case work = "Generate and measure"
    case compare = "Compare"
    case queue = "Queue"
    case share = "Share"
    case program = "Program"
  }

  public enum ID: String, CaseIterable, Sendable {
    case down, up, left, right, pageDown, pageUp, first, last
    case nextPanel, previousPanel, select, back
    case fold, nextFold, previousFold, pickFold, pickClass, pickDataset
    case filter, sort, mark, markRange, unmark, importOwn, ownImages, undoImport
    case zoom, nextSupport, previousSupport, look, blocks, moreOpaque, lessOpaque, nearer, farther, keep, star, reject
    case hits, falseAlarms, misses, border, dim, sortSupports, rejectWorst, undoRating
    case increase, decrease, edit, type, nextChoice, nextCondition, previousCondition, preset
    case generate, evaluate, evaluateFold, cancel, cancelAll, retry
    case compare, grid, aspect, adopt, markA, ab, flip, duelMode, shiftLeft, shiftRight
    case sortClasses, worst, pickReport, pickReference, showRun, forgetRun, markRun, sortRuns, compareRuns
    case pause, runNext, moveUp, moveDown, duplicate, editJob, markJob, cluster
    case copy, recall, exportKept, report
    case help, palette, messages, maximise, theme, mouse, redraw, suspend, quit, interrupt
  }

  public let id: ID
  public let keys: [Key]
  /// How the keys are written; from the keys themselves when nil.
  public let keyLabel: String?
  public let title: String
  /// A sentence for the help.
  public let detail: String
  public let group: Group
  /// Where the keys mean this; nil for everywhere.
  public let panels: Set<Panel>?
  /// Place in the footer, small ones first; nil for not at all.
  public let footer: Int?
  /// Why it cannot be done now; nil when it can.
  public let obstacle: @Sendable (ExplorerState) -> String?

  init(
    _ id: ID, _ keys: [Key], _ title: String, _ detail: String, _ group: Group, label: String? = nil,
    in panels: Set<Panel>? = nil, footer: Int? = nil, obstacle: @escaping @Sendable (ExplorerState) -> String? = { _ in nil }
  ) {
    self.id = id
    self.keys = keys
    keyLabel = label
    self.title = title
    self.detail = detail
    self.group = group
    self.panels = panels
    self.footer = footer
    self.obstacle = obstacle
  }

  /// Whether it says what to do without a key that goes with it.
  public var isNamed: Bool { id != .fold && id != .type }

  /// The keys as written in the footer and the help.
  public var label: String { keyLabel ?? keys.map(\.label).joined(separator: " ") }

  /// Whether it means the same over the whole screen.
  private var isEverywhere: Bool { group == .program || id == .back }

  /// What `key` means with the focus on `panel`: a panel's own meaning goes before the general one.
  public static func meant(by key: Key, in panel: Panel) -> Action? {
    let candidates = all.filter { $0.keys.contains(key) }
    return candidates.first { $0.panels?.contains(panel) == true } ?? candidates.first { $0.panels == nil && (!panel.isWhole || $0.isEverywhere) }
  }

  /// What the footer offers with the focus on `panel`, most important first.
  public static func footer(for panel: Panel) -> [Action] {
    all.filter { $0.footer != nil && ($0.panels?.contains(panel) ?? (!panel.isWhole || $0.isEverywhere)) }
      .sorted { ($0.footer ?? 0) < ($1.footer ?? 0) }
  }

  /// The key table of `docs/explorer.md`.
  public static var markdown: String {
    var lines = ["| keys | action | what it does |", "| --- | --- | --- |"]
    for group in Group.allCases {
      for action in all where action.group == group {
        let keys = action.label.split(separator: " ").map { "`\($0)`" }.joined(separator: " ")
        lines.append("| \(keys) | \(action.title) | \(action.detail) |")
      }
    }
    return lines.joined(separator: "\n")
  }
}
