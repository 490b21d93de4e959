import Foundation
import Generation
import Render

/// What there is to know of a tile's image: how it was made, what is in it.
struct TileFacts {
  struct Fact: Hashable {
    let name: String
    let value: String
  }

  private(set) var facts: [Fact] = []

  /// Columns of the names.
  static let nameWidth = 12

  init(_ tile: Tile, _ state: ExplorerState) {
    guard let episode = state.browse.selected, let image = TileContent(tile, state).image else { return }
    let name = state.browse.catalog?.className(episode.classIndex) ?? ""
    let label = Catalog.isOwn(episode.classIndex) ? name : "\(name), label \(episode.classIndex)"
    switch tile {
    case .support:
      let item = episode.supports[safe: state.shownSupport]
      add("image", item?.id ?? "")
      add("class", label)
      addSize(image)
    case .query:
      add("image", episode.query.id)
      add("class", label)
      addSize(image)
    case .condition: addCondition(state)
    case .baseline: addPrediction(image, state)
    case .augmented:
      addPrediction(image, state)
      add("settings", state.name(of: .own(state.settings.network, state.plan)))
      if let drift = state.ownScore(episode).drift { add("drift", String(format: "%.2f (0 keeps to the masks, 1 leaves them)", drift)) }
    case .generated(let number):
      if let request = state.board?.plans[state.plan]?[safe: number] { add(request, state) }
    case .evaluated: if let evaluated = state.queue.evaluated { add(evaluated.request, state) }
    case .table, .cell, .ab, .side: break
    }
  }

  private mutating func add(_ name: String, _ value: String) { if !value.isEmpty { facts.append(Fact(name: name, value: value)) } }

  /// Extents as kept for the screen, and how much of them the class covers.
  private mutating func addSize(_ image: ScreenImage) {
    add("shown at", "\(image.image.width)x\(image.image.height)")
    guard case .object(let mask) = image.marks else { return }
    let inside = mask.labels.count { $0 == 1 }
    add("mask", String(format: "%.1f %% of the image", 100 * Double(inside) / Double(max(1, mask.labels.count))))
  }

  private mutating func addCondition(_ state: ExplorerState) {
    let condition = state.settings.options.condition
    add("condition", condition.rawValue)
    add("of", state.browse.selected?.supports[safe: state.shownSupport]?.id ?? "")
    for field in state.settings.allFields where field.setting?.isOfControlImage == true { add(field.title.lowercased(), state.settings.shown(field)) }
    add("resolution", state.settings.value(.setting(.resolution)))
  }

  /// IoU, and what it is made of.
  private mutating func addPrediction(_ image: ScreenImage, _ state: ExplorerState) {
    add("network", state.settings.network.rawValue)
    guard case .comparison(let prediction, let truth) = image.marks, prediction.labels.count == truth.labels.count else { return }
    var hits = 0, falseAlarms = 0, misses = 0
    for (predicted, real) in zip(prediction.labels, truth.labels) where real != 255 {
      if predicted == 1 { if real == 1 { hits += 1 } else { falseAlarms += 1 } } else if real == 1 { misses += 1 }
    }
    func percent(_ part: Int, _ whole: Int) -> String { whole == 0 ? "none" : NumberText.percent(100 * Double(part) / Double(whole)) + " %" }
    add("IoU", percent(hits, hits + falseAlarms + misses))
    add("precision", percent(hits, hits + falseAlarms))
    add("recall", percent(hits, hits + misses))
    add("pixels", "\(hits) hit, \(falseAlarms) false alarm, \(misses) missed")
  }

  private mutating func add(_ request: GenerationRequest, _ state: ExplorerState) {
    add("of", request.source.item)
    let options = request.options, always: Set<Setting.ID> = [.condition, .sampler, .steps, .guidance, .controlScale, .seed]
    for setting in Setting.all where setting.applies(to: options) && setting.kind != .text && setting.id != .resolution {
      guard let text = setting.text(options), always.contains(setting.id) || !setting.isUsual(options) else { continue }
      add(setting.title.lowercased(), text)
    }
    add("size", "\(request.width)x\(request.height)")
    add("prompt", request.prompt)
    let loras = (request.models.loras ?? []).map { "\($0.id) x \($0.scale.short)" }
    add("models", ([request.models.diffusion, request.models.controlNet, request.models.autoencoder].compactMap { $0 } + loras).joined(separator: ", "))
    if let agreement = state.agreement(of: request) {
      add("agreement", String(format: "%.2f", agreement) + " (IoU of its mask with what \(state.settings.network.rawValue) finds in it)")
    }
    if let rating = state.images.ratings[request] { add("verdict", rating.rawValue) }
    // The whole path is a matter of `y`.
    if let file = state.images.files[request] { add("file", file.lastPathComponent.prefix(12) + "….\(file.pathExtension)") }
  }
}
