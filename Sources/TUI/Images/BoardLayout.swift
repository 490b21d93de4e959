import Data

/// How the selected episode's tiles share the images panel: the large ones, the strip of generated supports, and a line each for those that
/// have no image and expect none.
struct BoardLayout {
  /// Tiles that say the same in one line.
  struct Line {
    let tiles: [Tile]
    let rect: Rect

    /// The title of one of its tiles where the cursor is on it, else of all.
    func title(_ tile: Tile, _ content: TileContent, _ isCursor: Bool) -> String {
      guard !isCursor, tiles.count > 1, case .generated(let first)? = tiles.first, case .generated(let last)? = tiles.last else {
        return content.title
      }
      return "generated \(first + 1)-\(last + 1)"
    }
  }

  let contents: [Tile: TileContent]
  /// Tiles with an image or a place kept for one, their title rows included.
  let places: [(tile: Tile, rect: Rect)]
  let lines: [Line]
  /// All tiles as they are read: large ones, strip, lines.
  let order: [Tile]
  /// Tiles of the strip, and which of them are in sight. The prediction with the real supports alone, its first one, stays: it is what the
  /// newest one is compared with.
  let strip: [Tile]
  let stripInSight: Range<Int>

  /// Rows from which text has lines of its own.
  private static let leastRows = 6
  /// Columns of a line beside others, and of the narrowest one for an image that is out of sight.
  private static let lineWidth = 24, leastLine = 12

  init(_ state: ExplorerState, in area: Size, cellAspect: Double = 0.5) {
    let contents = Dictionary(uniqueKeysWithValues: state.tiles.map { ($0, TileContent($0, state)) })
    self.contents = contents
    let hasLines = area.height >= Self.leastRows
    let shown = hasLines ? state.tiles.filter { contents[$0]?.hasPlace(state, $0) == true } : state.tiles
    let newest: Tile = shown.contains(.augmented) ? .augmented : .baseline
    var large = [Tile.support, .condition, .query, newest].filter(shown.contains)
    var strip = state.sorted(shown.filter { !large.contains($0) })
    // One image makes no strip; the newest stays the last, which may be larger than the others.
    if strip.count == 1, let last = large.popLast() { (large, strip) = (large + strip + [last], []) }
    let texts = Self.grouped(state.tiles.filter { !shown.contains($0) }, contents)
    self.strip = strip
    order = large + strip + texts.flatMap { $0 }

    let room = Size(width: area.width, height: area.height)
    let columns = max(1, min(texts.count, room.width / Self.lineWidth))
    // What went wrong needs a whole line.
    let whole = texts.filter { contents[$0[0]]?.hasFailed == true }, short = texts.filter { contents[$0[0]]?.hasFailed != true }
    let rows = min(whole.count + (short.count + columns - 1) / columns, max(1, room.height / 4))
    let lineRows = texts.isEmpty ? 0 : rows
    let images = Size(width: room.width, height: room.height - lineRows)

    func shape(_ tile: Tile) -> Double { contents[tile]?.shape(state, tile, cellAspect: cellAspect) ?? 1 / cellAspect }
    let pictured = large + strip
    let layout = ImageLayout(
      large: large.map(shape), strip: strip.map(shape), lead: strip.firstIndex(of: state.leadingTile(of: strip)) ?? 0,
      cursor: pictured.firstIndex(of: state.selectedTile) ?? 0, keepsFirst: strip.first == .baseline, in: images)
    places = layout.places.compactMap { place in pictured[safe: place.index].map { (tile: $0, rect: place.rect) } }
    let first = layout.inSight.lowerBound - large.count
    stripInSight = strip.isEmpty || first < 0 ? 0..<strip.count : first..<min(strip.count, first + layout.inSight.count)

    let places = self.places
    lines =
      Self.lines(whole, short, columns: columns, y: images.height, rows: lineRows, width: room.width)
      + Self.lines(
        beside: places.filter { strip.contains($0.tile) }.map(\.rect), of: strip.filter { tile in !places.contains { $0.tile == tile } },
        in: images)
  }

  /// Lines for what of the strip is out of sight, where the strip leaves room for all of it: below what is beside the large images, else to
  /// the right.
  private static func lines(beside shown: [Rect], of hidden: [Tile], in area: Size) -> [Line] {
    guard !hidden.isEmpty, let left = shown.map(\.x).min(), let top = shown.map(\.y).min(), let right = shown.map(\.maxX).max(),
      let bottom = shown.map(\.maxY).max()
    else { return [] }
    let below = Rect(x: left, y: bottom, width: area.width - left, height: area.height - bottom)
    let after = Rect(x: right + 1, y: top, width: area.width - right - 1, height: bottom - top)
    let free = [below, after].first { $0.width >= leastLine && $0.height >= hidden.count }
    return hidden.enumerated().compactMap { row, tile in free.map { Line(tiles: [tile], rect: $0.row(row)) } }
  }

  /// Generated supports that say the same share a line.
  private static func grouped(_ tiles: [Tile], _ contents: [Tile: TileContent]) -> [[Tile]] {
    var groups: [[Tile]] = []
    for tile in tiles {
      if let last = groups.last?.last, last.isGenerated, tile.isGenerated, contents[last]?.placeholder == contents[tile]?.placeholder,
        contents[last]?.hasFailed == contents[tile]?.hasFailed
      {
        groups[groups.count - 1].append(tile)
      } else {
        groups.append([tile])
      }
    }
    return groups
  }

  private static func lines(_ whole: [[Tile]], _ short: [[Tile]], columns: Int, y: Int, rows: Int, width: Int) -> [Line] {
    var lines: [Line] = []
    let own = min(whole.count, rows), step = width / columns
    for (row, tiles) in whole.prefix(own).enumerated() {
      lines.append(Line(tiles: tiles, rect: Rect(x: 0, y: y + row, width: width, height: 1)))
    }
    for (place, tiles) in short.enumerated() where own + place / columns < rows {
      let x = place % columns * step, isLast = place + 1 == short.count || place % columns + 1 == columns
      let rect = Rect(x: x, y: y + own + place / columns, width: isLast ? width - x : step - 1, height: 1)
      lines.append(Line(tiles: tiles, rect: rect))
    }
    return lines
  }

  /// Which of the strip's generated supports are in sight, where that is not all.
  var stripNote: String? {
    let kept = strip.first == .baseline ? 1 : 0, first = max(kept, stripInSight.lowerBound)
    guard stripInSight.upperBound - first < strip.count - kept else { return nil }
    return "generated \(first - kept + 1)-\(stripInSight.upperBound - kept) of \(strip.count - kept)"
  }

  /// The tile above or below another one; itself where there is none.
  func neighbour(of tile: Tile, below: Bool) -> Tile {
    let all = places.map { ([$0.tile], $0.rect) } + lines.map { ($0.tiles, $0.rect) }
    guard let here = all.first(where: { $0.0.contains(tile) })?.1 else { return tile }
    func distance(_ other: Rect) -> Int? {
      let rows = below ? other.y - here.maxY : here.y - other.maxY
      return rows < 0 ? nil : rows + max(0, max(other.x - here.maxX, here.x - other.maxX) + 1)
    }
    let near = all.compactMap { tiles, rect in distance(rect).map { (tile: tiles[0], distance: $0) } }
    return near.min { $0.distance < $1.distance }?.tile ?? tile
  }
}

extension TileContent {
  /// Whether the tile has an image, or one is on its way: text alone takes a line.
  fileprivate func hasPlace(_ state: ExplorerState, _ tile: Tile) -> Bool {
    if image != nil || progress != nil || isQueued { return true }
    // What is not looked up yet is shown as for the episode before: else the tiles would move twice.
    return isComing && (!tile.isGenerated || state.board?.plans[state.plan] != nil || state.images.hasSupports)
  }

  /// The shape of the tile's image; of one that is on its way as far as it is known.
  fileprivate func shape(_ state: ExplorerState, _ tile: Tile, cellAspect: Double) -> Double {
    func shape(_ width: Int, _ height: Int) -> Double { ImageLayout.shape(width: width, height: height, cellAspect: cellAspect) }
    if let image { return shape(image.image.width, image.image.height) }
    switch tile {
    case .generated(let number):
      guard let request = state.board?.plans[state.plan]?[safe: number] else { break }
      return shape(request.width, request.height)
    case .baseline, .augmented:
      guard let query = state.board?.query?.image else { break }
      return shape(query.width, query.height)
    default: break
    }
    return 1 / cellAspect
  }
}

extension ExplorerState {
  /// How the tiles share a part of the screen.
  func board(in area: Size, cellAspect: Double = 0.5) -> BoardLayout { BoardLayout(self, in: area, cellAspect: cellAspect) }

  /// The tile of the strip that has to be in sight: the one under the cursor, else the support being generated, else the last one that is.
  fileprivate func leadingTile(of strip: [Tile]) -> Tile {
    if strip.contains(selectedTile) { return selectedTile }
    if strip.contains(.evaluated) { return .evaluated }
    guard let requests = board?.plans[plan], images.ordersByAgreement == false else { return strip.first ?? .support }
    if let running = queue.jobs.running, let number = requests.firstIndex(of: running.request) { return .generated(number) }
    return requests.indices.last { board?.generated[requests[$0]] != nil }.map { .generated($0) } ?? .support
  }
}
