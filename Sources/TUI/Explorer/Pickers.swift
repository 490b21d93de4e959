import Core
import Data
import Evaluation
import Generation

/// What there is to choose from.
extension ExplorerState {
  var orders: Picker {
    Picker(
      evaluation.scores.isEmpty ? "Order of the episodes" : "Order of the episodes, by \(word(for: run))",
      EpisodeOrder.allCases.map { Choice($0.title, "", .order($0)) }, at: EpisodeOrder.allCases.firstIndex(of: browse.order) ?? 0)
  }

  /// Nil where no data set is open.
  var folds: Picker? {
    guard let catalog = browse.catalog else { return nil }
    let choices = catalog.folds.indices.map { fold in
      Choice("fold \(fold)", catalog.folds[fold].map(catalog.className).joined(separator: ", "), .fold(fold))
    }
    return Picker("Fold", choices, at: browse.fold)
  }

  /// Nil where no fold is open.
  var classes: Picker? {
    guard let catalog = browse.catalog, let fold = catalog.folds[safe: browse.fold] else { return nil }
    let indices = fold + catalog.ownClasses.map(\.index)
    let counts = Dictionary(grouping: browse.episodes, by: \.classIndex).mapValues(\.count)
    let classes = indices.map { Choice(catalog.className($0), "\(Counted(counts[$0] ?? 0, "episode"))", .classIndex($0)) }
    return Picker(
      "Class", [Choice("all classes", "\(Counted(browse.episodes.count, "episode"))", .classIndex(nil))] + classes,
      at: browse.classFilter.flatMap { indices.firstIndex(of: $0) }.map { $0 + 1 } ?? 0)
  }

  /// Of which of the user's or the fold's classes an imported mask is; of a mask with several `labels` a class with one of them has its pixels
  /// alone. An image that was imported before can go into every class but its own.
  func importClasses(_ source: ImportSource, _ labels: [Int] = []) -> Picker {
    let present: Int? = if case .imported(let image) = source { image.classIndex } else { nil }
    let own = browse.catalog?.ownClasses.map { Choice($0.name, "your own", .importClass(source, .named($0.name))) } ?? []
    let classes = (browse.catalog?.folds[safe: browse.fold] ?? []).filter { index in browse.episodes.contains { $0.classIndex == index } }
    let ofFold = classes.filter { $0 != present }.map { index in
      // What labels the mask of an imported image has is not read again for this.
      let ofMask = labels.contains(index) ? "label \(index) of the mask alone" : "all of the mask"
      let part = present != nil ? "" : labels.isEmpty ? "label \(index)" : ofMask
      return Choice(browse.catalog?.className(index) ?? "", part, .importClass(source, .index(index)))
    }
    let severalLabels =
      "The mask has \(labels.count) labels. A class of the data set that is one of them takes its pixels alone, every other class takes all. "
    return Picker(
      "Its class", own.filter { $0.title != present.flatMap { browse.catalog?.className($0) } } + ofFold,
      hint: (labels.isEmpty ? "" : severalLabels) + "Typing finds a class; a name that none has begins a new one.",
      other: Choice("a new class…", "under a name of yours", .nameClass(source, "")))
  }

  /// The images of the user's own, to do something with one.
  func ownImages(_ images: [ImportedImage]) -> Picker {
    let here = (selected?.supports ?? []) + [selected?.query].compactMap { $0 }
    return Picker(
      "Your own images",
      images.map { image in
        let name = browse.catalog?.className(image.classIndex) ?? "", path = DisplayText.middle(of: image.image.path, to: 40)
        return Choice(image.id, "\(name), \(path)", .ownImage(image))
      }, at: images.firstIndex { image in here.contains { $0.id == image.id } } ?? 0, hint: "Enter says what can be done with one.")
  }

  /// What can be done with an image of the user's own.
  func fates(of image: ImportedImage) -> Picker {
    Picker(
      image.id,
      [
        Choice("another class…", "now \(browse.catalog?.className(image.classIndex) ?? "")", .moveImport(image)),
        Choice("remove it…", "from the data set; its files stay", .removeImport(image)),
      ])
  }

  var datasets: Picker {
    let name = source.name
    return Picker(
      "Data set",
      source.datasets.map { Choice($0.rawValue, $0.rawValue == name && source.root == nil ? "open" : "", .dataset($0)) }
        + [Choice("a folder…", source.root.map { "now \($0)" } ?? "anywhere on this machine", .pickFolder)],
      at: source.datasets.firstIndex { $0.rawValue == name } ?? 0)
  }

  var themes: Picker {
    Picker(
      "Colours of the text", screen.themes.map { Choice($0.name, $0.detail, .theme($0.name)) },
      at: screen.themes.firstIndex { $0.name == screen.theme } ?? 0)
  }

  // MARK: Settings

  var presets: Picker {
    var choices = Preset.allCases.map { Choice($0.rawValue, $0.detail, .preset($0)) }
    choices += settings.presets.map { Choice($0.name, $0.detail, .ownPreset($0)) }
    choices.append(Choice("keep these settings…", "under a name of yours", .namePreset))
    if !settings.presets.isEmpty { choices.append(Choice("forget a preset…", "", .pickForgotten)) }
    return Picker("Preset", choices)
  }

  var forgettablePresets: Picker { Picker("Forget a preset", settings.presets.map { Choice($0.name, $0.detail, .forgetPreset($0.name)) }) }

  /// The values of the setting under the cursor.
  func values(_ values: [String]) -> Picker {
    let field = settings.field, now = settings.value(field)
    return Picker(
      field.title,
      values.map { value in
        let lack = lack(value, in: field)
        let detail = [detail(of: value, in: field, now: now), lack ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        return Choice(value, detail, .setting(field, value), isPossible: lack == nil)
      }, at: values.firstIndex(of: now) ?? 0, hint: values.contains { lack($0, in: field) != nil } ? SettingsForm.lackHint : nil)
  }

  /// What a condition lacks to generate; nil for all else.
  private func lack(_ value: String, in field: SettingsField) -> String? {
    field == .setting(.condition) ? ConditionType(rawValue: value).flatMap(settings.lack) : nil
  }

  private func detail(of value: String, in field: SettingsField, now: String) -> String {
    if value == SettingsForm.usual { return "the first that fits" }
    let time = field == .speed ? SpeedPreset(rawValue: value).map(timeOfImage) : nil
    return [time, value == now ? "now" : nil].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  // MARK: Evaluations

  var references: Picker {
    let shown = evaluation.shown[browse.fold]
    let others = evaluation.saved.enumerated().filter { $0.element.plan.fold == browse.fold && $0.element != shown }
    return Picker(
      "Compare with",
      [Choice("itself without generated supports", "", .reference(nil))]
        + others.map { index, report in
          let obstacle = shown.flatMap { $0.unlike(report) }, detail = [obstacle, detail(of: report)].compactMap { $0 }
          return Choice(report.title, detail.joined(separator: ", "), .reference(index), isPossible: obstacle == nil)
        })
  }

  private func detail(of report: EvaluationReport) -> String { "\(word(for: .saved(report))), \(report.detail)" }

  // MARK: Side by side, and the queue

  var grids: Picker {
    let axes = GridAxis.all
    let pairs = axes.indices.flatMap { row in axes.indices.dropFirst(row + 1).map { (axes[row], axes[$0]) } }
    // The usual ones first.
    let usual = pairs.sorted { left, right in rank(left) < rank(right) }
    return Picker(
      "Grid over two settings",
      usual.map { rows, columns in
        let counts = (rows.values(settings.options).count, columns.values(settings.options).count)
        return Choice("\(rows.title) x \(columns.title)", "\(counts.0) x \(counts.1) images\(time(rows, columns))", .grid(rows, columns))
      })
  }

  private func rank(_ pair: (GridAxis, GridAxis)) -> Int {
    switch (pair.0.id, pair.1.id) {
    case (.steps, .guidance): 0
    case (.condition, .controlScale): 1
    case (.condition, .seed): 2
    default: 3
    }
  }

  /// How long the images of a grid take at the present pace.
  private func time(_ rows: GridAxis, _ columns: GridAxis) -> String {
    let times = PlanTable(rows, columns, options: settings.options).cells.compactMap { seconds($0.plan.options) }
    return times.isEmpty ? "" : ", at most \(NumberText.clock(times.reduce(0, +)))"
  }

  /// The ways of stopping the running jobs.
  var stops: Picker {
    Picker(
      "Stop",
      [
        Choice("now", "at the next step; begun again when the queue goes on", .stop(.now)),
        Choice(queue.jobs.runningCount > 1 ? "after these images" : "after this image", "then the queue is paused", .stop(.afterThis)),
        Choice("skip this image", "cancelled; the next one goes on", .stop(.skip)),
      ])
  }
}
