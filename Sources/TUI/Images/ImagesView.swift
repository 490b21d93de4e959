import Data
import Foundation
import Render

extension ScreenRenderer {
  /// The selected episode: its tiles, the figures, what the colours mean.
  mutating func renderImages(_ rect: Rect) {
    guard let episode = state.browse.selected else {
      let inside = panel(.images, rect)
      frame.text("no episode", in: inside, style: theme.faint)
      return
    }
    let name = state.browse.catalog?.className(episode.classIndex) ?? ""
    var title = "Episode \(episode.index + 1): \(name)"
    if rect.width >= 60 { title += " · query \(episode.query.id) · support \(episode.supports[safe: state.shownSupport]?.id ?? "none")" }
    let look = state.images.look
    let note = look == .tint ? "\(look.title), \(state.images.opacity) %" : look.title
    let inside = panel(.images, rect, title: title, note: [pixels?.graphics.rawValue, note].compactMap { $0 }.joined(separator: " · "))
    guard !inside.isEmpty else { return }
    let (area, summary) = inside.splitTop(layout.tileArea.height)
    if state.images.isZoomed {
      render(state.selectedTile, in: area)
      renderDetails(in: area)
    } else {
      let grid = state.grid(in: Size(width: area.width, height: area.height))
      for (index, tile) in grid.tiles.enumerated() {
        let place = Rect(
          x: area.x + index % grid.columns * grid.tileSize.width, y: area.y + index / grid.columns * grid.tileSize.height,
          width: grid.tileSize.width - (grid.columns > 1 ? 1 : 0), height: grid.tileSize.height)
        render(tile, in: place.clipped(to: area))
        if let number = state.tiles.firstIndex(of: tile) { mark(place.clipped(to: area), .tile(number)) }
      }
    }
    renderSummary(episode, in: summary)
  }

  private mutating func render(_ tile: Tile, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let (head, body) = rect.splitTop(1)
    let content = TileContent(tile, state)
    let isCursor = state.screen.focus == .images && state.selectedTile == tile
    render(content, tile, head: head, body: body, isCursor)
  }

  /// A title over an image, or over the reason why there is none.
  mutating func render(_ content: TileContent, _ tile: Tile, head: Rect, body: Rect, _ isCursor: Bool) {
    frame.text(content.title, in: head, style: isCursor ? theme.cursor : theme.strong)
    guard !body.isEmpty else { return }
    if let image = content.image {
      render(image, tile, in: body)
    } else if !content.isComing || !renderLast(tile, in: body) {
      for (row, line) in DisplayText.wrapped(content.placeholder, to: body.width).enumerated() {
        frame.text(line, in: body, row: row, style: content.hasFailed ? theme.bad : theme.faint)
      }
    }
    if let progress = content.progress {
      frame.bar(progress, in: body, row: body.height - 1, width: min(body.width, body.height * 2), style: theme.accent, empty: theme.border)
    }
  }

  mutating func render(_ image: ScreenImage, _ tile: Tile, in rect: Rect) {
    let width = image.image.width, height = image.image.height, images = state.images
    let crop = images.isZoomed && state.screen.focus == .images ? images.viewport.crop(width: width, height: height) : nil
    let isPreview = state.queue.previews.values.contains { $0.id == image.id }
    // Of a preview each step would be two frames, its characters and then its pixels; signs are characters.
    let pixels = isPreview || image.hasSigns(images.look) ? nil : pixels
    let longest = pixels?.longestSide ?? .max, room = Size(width: min(rect.width, longest), height: min(rect.height, longest))
    let size = room.fitting(width: crop?.width ?? width, height: crop?.height ?? height, cellAspect: capabilities.cellAspect)
    if tile == .ab || images.isZoomed {
      mark(Rect(x: rect.x, y: rect.y, width: size.width, height: size.height), .image(tile == .ab ? .ab : .images))
    }
    let symbols = images.symbols ?? capabilities.symbols
    let key = RenderKey(image: image.id, look: images.look, symbols: symbols, size: size, opacity: images.opacity, crop: crop)
    if let cells = images.rendered[key] {
      if let pixels, render(PixelKey(key, pixels, cross: crop.map { _ in cross(image) }), image, cells, in: rect) { return }
      render(cells, in: rect)
      if let crop { renderCrosshair(crop, image, size, in: rect) }
      return
    }
    let previous = isPreview ? images.lastRendered[tile].flatMap { images.rendered[$0] } : nil
    wanted.append(RenderRequest(key: key, image: image, tile: tile, room: room, capabilities: capabilities, previous: previous))
    _ = renderLast(tile, in: rect)
  }

  /// Shows what the tile showed last, as it was; whether there is something.
  private mutating func renderLast(_ tile: Tile, in rect: Rect) -> Bool {
    guard let key = state.images.lastRendered[tile], let cells = state.images.rendered[key] else { return false }
    if let pixels, let ready = state.images.pixels[PixelKey(key, pixels)] {
      frame.put(ready, cells, in: rect)
    } else {
      render(cells, in: rect)
    }
    return true
  }

  /// How images are shown as pixels; nil where they are characters, by the terminal or by the user's choice of these.
  private var pixels: PixelCapabilities? { state.images.symbols == nil ? capabilities.pixels : nil }

  /// Shows an image as pixels, or asks for them; whether it could.
  private mutating func render(_ key: PixelKey, _ image: ScreenImage, _ cells: CellGrid, in rect: Rect) -> Bool {
    guard let ready = state.images.pixels[key] else {
      wantedPixels.append(PixelRequest(key, image))
      return false
    }
    frame.put(ready, cells, in: rect)
    return true
  }

  /// The pixel under the crosshair.
  private func cross(_ image: ScreenImage) -> PixelKey.Place {
    let (x, y) = state.images.viewport.pixel(width: image.image.width, height: image.image.height)
    return PixelKey.Place(x: x, y: y)
  }

  /// What there is to know of the image that fills the panel, where it leaves room to the right.
  private mutating func renderDetails(in area: Rect) {
    guard let image = TileContent(state.selectedTile, state).image, state.images.viewport == Viewport() else { return }
    let body = area.splitTop(1).rest, room = Size(width: body.width, height: body.height)
    let size = room.fitting(width: image.image.width, height: image.image.height, cellAspect: capabilities.cellAspect)
    let rest = body.splitLeft(size.width + 2).rest
    guard rest.width >= 22 else { return }
    var row = 0
    for fact in TileFacts(state.selectedTile, state).facts {
      frame.text(fact.name, in: rest, row: row, style: theme.faint)
      for line in DisplayText.wrapped(fact.value, to: rest.width - TileFacts.nameWidth) {
        frame.text(line, in: rest, row: row, column: TileFacts.nameWidth)
        row += 1
      }
    }
  }

  /// The pixel whose values are shown below.
  private mutating func renderCrosshair(_ crop: Crop, _ image: ScreenImage, _ size: Size, in rect: Rect) {
    let (x, y) = state.images.viewport.pixel(width: image.image.width, height: image.image.height)
    let column = (2 * (x - crop.x) + 1) * size.width / (2 * crop.width), row = (2 * (y - crop.y) + 1) * size.height / (2 * crop.height)
    guard (0..<rect.width).contains(column), (0..<rect.height).contains(row) else { return }
    frame.put(Cell("┼", style: theme.crosshair), x: rect.x + column, y: rect.y + row)
  }

  private mutating func render(_ cells: CellGrid, in rect: Rect) {
    for y in 0..<min(cells.rows, rect.height) {
      for x in 0..<min(cells.columns, rect.width) { frame.put(cells[x, y], x: rect.x + x, y: rect.y + y) }
    }
  }

  private mutating func renderSummary(_ episode: Episode, in rect: Rect) {
    guard rect.height > 0 else { return }
    if state.images.isZoomed, state.images.viewport != Viewport(), let image = TileContent(state.selectedTile, state).image {
      frame.text(state.images.viewport.inspection(of: image), in: rect, style: theme.accent)
      return
    }
    // What the tiles show goes before the list's run.
    let own = state.ownScore(episode), isOwn = own != EpisodeScore(), score = isOwn ? own : state.evaluation.scores[episode]
    let run = isOwn ? FigureRun.own(state.settings.network, state.plan) : state.run
    var spans: [(String, Style)] = [("IoU ", theme.faint)]
    if let baseline = score?.baseline {
      spans += [("\(episode.supports.count)-shot ", theme.text), (NumberText.percent(baseline), theme.strong)]
      if let augmented = score?.augmented {
        let tone = theme.change(from: baseline, to: augmented)
        spans += [("  with generated ", theme.text), (NumberText.percent(augmented), theme.strong)]
        spans += [("  \(NumberText.signed(augmented - baseline))", tone)]
      } else if state.work.inFlight.contains(state.predict(episode, state.plan)) {
        spans.append(("  with generated \(spinner)", theme.accent))
      }
    } else {
      spans.append(("not measured, e does", theme.faint))
    }
    // Whose figures these are goes before the drift where there is no room for both.
    if score?.baseline != nil { spans.append(("  \(state.word(for: run))", theme.faint)) }
    if let drift = score?.drift { spans += [("  drift ", theme.faint), (String(format: "%.2f", drift), theme.text)] }
    if state.evaluation.awaiting[episode] != nil { spans.append(("  \(spinner) waits for supports", theme.accent)) }
    frame.spans(spans, in: rect)
    guard rect.height > 1, capabilities.depth > .mono else { return }
    frame.spans(legend, in: rect, row: 1)
  }

  /// What the colours of the predictions mean.
  private var legend: [(String, Style)] {
    let tones = theme.errors
    return switch state.images.look {
    case .tint, .mask, .signs:
      [
        ("■ +", tones.hit), (" hit  ", theme.faint), ("■ F", tones.falseAlarm), (" false alarm  ", theme.faint), ("■ M", tones.miss),
        (" missed", theme.faint),
      ]
    case .contour: [("■", theme.mark), (" mask, prediction  ", theme.faint), ("□", theme.strong), (" truth of a prediction", theme.faint)]
    case .bare: []
    }
  }
}
