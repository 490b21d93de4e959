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
    if rect.width >= 60 {
      let query = episode.query.id, support = episode.supports[safe: state.shownSupport]?.id ?? "none"
      title += query == support ? " · query and support \(query)" : " · query \(query) · support \(support)"
    }
    let board = state.images.isZoomed ? nil : state.board(in: layout.tileArea, cellAspect: capabilities.cellAspect)
    let area = panel(.images, rect, title: title)
    guard !area.isEmpty else { return }
    if let board {
      render(board, in: area)
    } else {
      render(state.selectedTile, in: area)
      renderDetails(in: area)
    }
    renderEdges(episode, board, below: title, of: rect)
  }

  private mutating func render(_ board: BoardLayout, in area: Rect) {
    func place(_ rect: Rect) -> Rect {
      Rect(x: area.x + rect.x, y: area.y + rect.y, width: rect.width, height: rect.height).clipped(to: area)
    }
    for (tile, rect) in board.places {
      guard let content = board.contents[tile] else { continue }
      let (head, body) = place(rect).splitTop(1)
      // Titles of images without a gap between them do not touch.
      render(content, tile, head: head.splitLeft(max(1, head.width - 1)).left, body: body, isCursor(tile))
      if let number = state.tiles.firstIndex(of: tile) { mark(place(rect), .tile(number)) }
    }
    for line in board.lines {
      let tile = line.tiles.first { isCursor($0) } ?? line.tiles[0], rect = place(line.rect)
      guard let content = board.contents[tile] else { continue }
      let words = content.placeholder.split(separator: "\n").joined(separator: " · "), title = line.title(tile, content, isCursor(tile))
      // The title does not change when it is known whether the store has the image.
      let longest = max(DisplayText(words).width, content.isComing ? DisplayText("g generates").width : 0)
      let isRoomy = DisplayText(title).width + 2 + longest <= rect.width
      let short =
        line.tiles.count == 1
        ? content.title(width: rect.width - (longest == 0 ? 0 : longest + 2)) : title.replacingOccurrences(of: "generated ", with: "gen ")
      let shown = isRoomy ? title : short
      let used = frame.text(shown, in: rect, style: isCursor(tile) ? theme.cursor : theme.strong)
      frame.text(words, in: rect, column: used + 2, style: content.hasFailed ? theme.bad : theme.faint)
      if let number = state.tiles.firstIndex(of: tile) { mark(rect, .tile(number)) }
    }
  }

  private func isCursor(_ tile: Tile) -> Bool { state.screen.focus == .images && state.selectedTile == tile }

  private mutating func render(_ tile: Tile, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let (head, body) = rect.splitTop(1)
    render(TileContent(tile, state), tile, head: head, body: body, isCursor(tile))
  }

  /// A title over an image, or over the reason why there is none.
  mutating func render(_ content: TileContent, _ tile: Tile, head: Rect, body: Rect, _ isCursor: Bool) {
    frame.text(content.title(width: head.width), in: head, style: isCursor ? theme.cursor : theme.strong)
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
    let preview = state.queue.preview(image)
    // Of a preview each step would be two frames, its characters and then its pixels; signs are characters.
    let look = look(of: image), pixels = preview != nil || image.hasSigns(look) ? nil : pixels
    let longest = pixels?.longestSide ?? .max, room = Size(width: min(rect.width, longest), height: min(rect.height, longest))
    let size = room.fitting(width: crop?.width ?? width, height: crop?.height ?? height, cellAspect: capabilities.cellAspect)
    if tile == .ab || images.isZoomed, !tile.isSide {
      mark(Rect(x: rect.x, y: rect.y, width: size.width, height: size.height), .image(tile == .ab ? .ab : .images))
    }
    let symbols = images.symbols ?? capabilities.symbols
    let isHeld = preview?.isFresh(at: state.screen.now) ?? false
    let key = RenderKey(
      image: image.id, look: look, symbols: symbols, size: size, opacity: images.opacity, crop: crop, isHeld: isHeld,
      marks: images.marks)
    if let cells = images.rendered[key] {
      if let pixels, render(PixelKey(key, pixels, cross: crop.map { _ in cross(image) }), image, cells, in: rect) { return }
      render(cells, in: rect)
      if let crop { renderCrosshair(crop, image, size, in: rect) }
      return
    }
    let before = images.lastRendered[tile].flatMap { isHeld && preview?.follows($0.image) == true ? images.rendered[$0] : nil }
    wanted.append(RenderRequest(key: key, image: image, tile: tile, room: room, capabilities: capabilities, previous: before))
    _ = renderLast(tile, in: rect)
  }

  /// How an image's marks are drawn: those of a prediction as signs where there is no colour to tint it with.
  private func look(of image: ScreenImage) -> Look { image.hasSigns(errorLook) ? errorLook : state.images.look }

  /// How predictions are drawn.
  var errorLook: Look { capabilities.depth == .mono && state.images.look == .tint ? .signs : state.images.look }

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
  var pixels: PixelCapabilities? { state.images.symbols == nil ? capabilities.pixels : nil }

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
}
