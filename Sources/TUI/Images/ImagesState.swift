import Core
import Data
import Foundation
import Generation
import Render

/// The images of the episodes looked at, and how they are shown.
public struct ImagesState: Sendable {
  /// The tile under the cursor.
  public private(set) var tile = 0
  /// The real support looked at, by its place in the episode.
  public private(set) var support = 0
  /// Whether that tile fills the panel.
  public private(set) var isZoomed = false
  /// What of the zoomed tile is in sight.
  public private(set) var viewport = Viewport()
  public private(set) var look = Look.tint
  /// Percent: how much of a tint covers the image.
  public private(set) var opacity = 40
  /// What is drawn of the marks.
  public private(set) var marks = MarkChoice()
  /// The symbols chosen; nil for the finest that the terminal is known to draw.
  public private(set) var symbols: SymbolSet?

  /// Whether the episode that was looked up last has generated supports: the next one is expected to be like it.
  public private(set) var hasSupports = false
  /// Whether the last prediction that came is still shown: the next episode is expected to have one.
  public private(set) var hasPredictions = false
  /// Whether generated supports are in the order of their agreement, the worst first.
  public private(set) var ordersByAgreement = false

  public private(set) var boards = EpisodeBoards()
  /// What the user thinks of images that were looked up.
  public private(set) var ratings: [GenerationRequest: Rating] = [:]
  /// Where images that were looked up are.
  public private(set) var files: [GenerationRequest: URL] = [:]

  public private(set) var rendered = BoundedCache<RenderKey, CellGrid>(limit: 240)
  /// What each tile showed last: it stays until the next image is rendered.
  public private(set) var lastRendered: [Tile: RenderKey] = [:]
  /// Images ready to be shown as pixels, of at most 64 MiB.
  public private(set) var pixels = BoundedCache<PixelKey, PixelImage>(limit: 64 << 20) { $0.bytes.count }
  /// What can be taken back, the last one at the end.
  private var verdicts: [Verdict] = []
  private var lastImage = 0
  private var lastPixels = 0

  /// A number for a new image.
  mutating func newImage() -> Int {
    lastImage += 1
    return lastImage
  }

  /// Forgets what is known of the data set's episodes.
  mutating func close() { (boards, ratings, verdicts, hasSupports) = (EpisodeBoards(), [:], [], false) }

  // MARK: What is looked at

  /// The first tile of another episode.
  mutating func startOver() { (tile, support, isZoomed, viewport) = (0, 0, false, Viewport()) }

  mutating func select(tile number: Int) { tile = number }

  mutating func show(support number: Int) { support = number }

  mutating func toggleZoom() {
    isZoomed.toggle()
    viewport = Viewport()
  }

  public mutating func endZoom() { (isZoomed, viewport) = (false, Viewport()) }

  /// Nearer to an image or farther from it; the tile fills the panel then.
  mutating func zoom(_ steps: Int, into image: Image) {
    if !isZoomed { (isZoomed, viewport) = (true, Viewport()) }
    viewport.zoom(steps, width: image.width)
  }

  /// Moves the crosshair over an image.
  mutating func pan(columns: Int, rows: Int, over image: Image) {
    viewport.pan(columns: columns, rows: max(-16, min(16, rows)), width: image.width, height: image.height)
  }

  /// Puts the crosshair at a place of what is in sight of an image.
  mutating func point(x: Double, y: Double, in image: Image) { viewport.point(x: x, y: y, width: image.width, height: image.height) }

  /// Generated supports by agreement, or by their numbers again.
  mutating func toggleOrder() { ordersByAgreement.toggle() }

  // MARK: How it is drawn

  mutating func nextLook() { look = look.next }

  /// The next set of symbols, from the coarsest to the finest; behind it the terminal's own again.
  mutating func nextSymbols() {
    let all: [SymbolSet?] = [nil] + SymbolSet.allCases
    symbols = all[((all.firstIndex(of: symbols) ?? 0) + 1) % all.count]
  }

  /// Draws a kind of a prediction's pixels, or does so no more.
  mutating func toggle(_ kind: ErrorKinds) { marks.errors.formSymmetricDifference(kind) }

  /// Errors along the truth's border alone, or all.
  mutating func toggleBorder() { marks.isOfBorder.toggle() }

  mutating func toggleSurroundings() { marks.dimsSurroundings.toggle() }

  /// More or less of the tint, in percent.
  mutating func cover(by percent: Int) { opacity = min(90, max(10, opacity + percent)) }

  /// As an earlier session left it.
  mutating func restore(look: Look, opacity: Int, symbols: SymbolSet?) {
    (self.look, self.opacity, self.symbols) = (look, min(90, max(10, opacity)), symbols)
  }

  mutating func take(_ cells: CellGrid, for request: RenderRequest) {
    rendered.store(cells, for: request.key)
    lastRendered[request.tile] = request.key
  }

  mutating func take(pixels bytes: [UInt8], for key: PixelKey) {
    lastPixels = lastPixels % Int(KittyGraphics.ids.upperBound) + 1
    pixels.store(PixelImage(number: lastPixels, size: key.shown.size, bytes: bytes), for: key)
  }

  // MARK: What is known of an episode

  /// Brings an episode's board to the front, an empty one where it has none.
  mutating func open(_ episode: Episode) { boards.open(episode) }

  mutating func take(_ images: EpisodeImages, of episode: Episode) {
    let shown = (images.supports + [images.query]).map { ScreenImage(id: newImage(), image: $0.image, marks: .object($0.mask)) }
    boards.change(episode) { ($0.supports, $0.query) = (Array(shown.dropLast()), shown.last) }
  }

  mutating func take(condition image: Image, for choice: ConditionChoice, of episode: Episode) {
    let image = ScreenImage(id: newImage(), image: image)
    boards.change(episode) { $0.keep(image, for: choice) }
  }

  /// Takes over a plan's requests, and which of them were found in the store.
  mutating func take(_ found: [GenerationRequest: FoundSupport], _ requests: [GenerationRequest], of episode: Episode, _ plan: SupportPlan)
  {
    let known = boards[episode]?.generated ?? [:]
    var images: [GenerationRequest: ScreenImage] = [:]
    for (request, support) in found {
      (ratings[request], files[request]) = (support.rating, support.file)
      if known[request] == nil { images[request] = support.screenImage(id: newImage()) }
    }
    boards.change(episode) { board in
      board.plans[plan] = requests
      board.generated.merge(images) { old, _ in old }
    }
  }

  /// Notes whether the episode on the screen has generated supports.
  mutating func note(hasSupports: Bool) { self.hasSupports = hasSupports }

  /// Puts a generated support on the boards of all episodes that ask for it.
  mutating func take(_ found: FoundSupport, for request: GenerationRequest) {
    let image = found.screenImage(id: newImage()), key = found.cells?.key.of(image: image.id)
    (ratings[request], files[request]) = (found.rating, found.file)
    if let key, let cells = found.cells?.cells { rendered.store(cells, for: key) }
    for episode in boards.episodes {
      let places = Set((boards[episode]?.plans.values).map { $0.compactMap { $0.firstIndex(of: request) } } ?? [])
      guard !places.isEmpty else { continue }
      hasSupports = true
      boards.change(episode) { $0.generated[request] = image }
      for place in places where key != nil { lastRendered[.generated(place)] = key }
    }
  }

  /// An image on its way, with the contour that it should keep to where the support's mask is at hand.
  mutating func preview(_ image: Image, of request: GenerationRequest) -> ScreenImage {
    ScreenImage(id: newImage(), image: image, marks: outline(for: request))
  }

  private func outline(for request: GenerationRequest) -> ScreenImage.Marks {
    for episode in boards.episodes.reversed() {
      guard episode.classIndex == request.source.classIndex else { continue }
      let place = episode.supports.firstIndex { $0.id == request.source.item }
      if let mask = place.flatMap({ boards[episode]?.supportMask($0) }) { return .outline(mask) }
    }
    return .none
  }

  /// Keeps a network's answer with its IoU in percent; `use` is nil for the real supports alone.
  mutating func take(prediction image: Image, _ marks: ScreenImage.Marks, iou: Double, of episode: Episode, _ use: SupportUse?) {
    let prediction = PredictionView(image: ScreenImage(id: newImage(), image: image, marks: marks), iou: iou)
    boards.change(episode) { board in
      if let use { board.augmented[use] = prediction } else { board.baseline = prediction }
    }
    hasPredictions = true
  }

  /// Another network segments: what the one before said is put away.
  mutating func forgetPredictions() {
    hasPredictions = false
    for episode in boards.episodes { boards.change(episode) { ($0.baseline, $0.augmented) = (nil, [:]) } }
  }

  /// Has the stored images looked up again: others may have been rendered.
  mutating func forgetPlans() { boards.forgetPlans() }

  /// Whether a board asks for a support whose image it lacks.
  func isLacking(_ request: GenerationRequest) -> Bool {
    boards.episodes.contains { episode in
      guard let board = boards[episode], board.generated[request] == nil else { return false }
      return board.plans.values.contains { $0.contains(request) }
    }
  }

  /// Supports of a plan that a prediction would use now.
  func use(_ plan: SupportPlan, _ episode: Episode) -> SupportUse {
    SupportUse(plan: plan, rejected: Set((boards[episode]?.plans[plan] ?? []).filter { ratings[$0] == .rejected }))
  }

  /// Notes what the user thinks of an image; the same again takes it back. Returns what holds from now on.
  mutating func rate(_ request: GenerationRequest, _ rating: Rating) -> Rating? {
    let before = ratings[request], new = before == rating ? nil : rating
    verdicts = verdicts.suffix(Self.mostVerdicts - 1) + [Verdict(request: request, before: before)]
    ratings[request] = new
    return new
  }

  /// Takes the last verdict back; returns the image and what holds of it from now on.
  mutating func undoVerdict() -> (request: GenerationRequest, rating: Rating?)? {
    guard let last = verdicts.popLast() else { return nil }
    ratings[last.request] = last.before
    return (last.request, last.before)
  }

  /// Whether there is a verdict to be taken back.
  var hasVerdicts: Bool { !verdicts.isEmpty }

  /// What was thought of an image before a key.
  private struct Verdict: Sendable {
    let request: GenerationRequest
    let before: Rating?
  }

  private static let mostVerdicts = 100
}
