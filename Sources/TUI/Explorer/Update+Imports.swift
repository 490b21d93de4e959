import Core
import Data
import Generation
import Render

/// Images of the user's own: what became of them.
extension ExplorerState {
  /// Offers the images of the user's own.
  mutating func offer(_ images: [ImportedImage]) {
    guard !images.isEmpty else { return say(Notice(.info, "no image of yours is in this data set; i takes one in")) }
    dialogs.open(.picker(ownImages(images)))
  }

  /// Takes over a change of the imported images, says what it was, and has the episodes listed anew. Jobs of an image that is not there any more,
  /// or not in its class, are cancelled.
  mutating func take(_ change: ImportChange, of effect: Effect, _ ownClasses: [ClassInfo], _ turn: Orientation) -> [Effect] {
    // A class that goes with its last image has a name until here.
    let classBefore = change.before.map { browse.catalog?.className($0.classIndex) ?? "" }
    browse.take(change, ownClasses: ownClasses)
    let classAfter = change.after.map { browse.catalog?.className($0.classIndex) ?? "" }
    var isUndone = false
    if case .undoImport = effect { isUndone = true } else if change.before != change.after { browse.remember(change) }
    let id = change.image?.id ?? "", back = isUndone ? "" : "; U takes it back"
    var text =
      switch (classBefore, classAfter) {
      case (let before?, let after?) where before == after: "\(id) is imported already, as \(after)"
      case (let before?, let after?): "\(id) is of class \(after) now, not of \(before)\(back)"
      case (nil, let after?): "imported: \(id) as \(after), a support and a query\(back)"
      default: "removed: \(id); its files, and what was generated from it, stay\(back)"
      }
    if isUndone { text = "taken back: \(text)" }
    if turn != .upright { text += "; \(turn.title), as its EXIF data says" }
    say(Notice(.info, text))
    if change.before == nil, hasDemoWeights, !source.acceptsDemoWeights, browse.catalog.map({ DatasetKind.isDemo($0.name) }) == true {
      say(
        Notice(
          .warning, "demo weights: toy networks made for the program's own drawn scenes; of your image they say nothing",
          hint: "give real weights with --models"))
    }
    let isElsewhere = change.before.map { $0.classIndex != change.after?.classIndex } ?? false
    let jobs = isElsewhere ? queue.jobs.inOrder.filter { $0.request.source.item == id }.map(\.id) : []
    return (jobs.isEmpty ? [] : [.cancelJobs(jobs)]) + begin(.loadEpisodes(fold: browse.fold))
  }
}
