import Foundation

/// Where images are largest in a part of the screen: its size and their shapes in, rectangles out.
///
/// There are large ones, all in sight, and a strip below or beside them, of which as many are in sight as serve the area. The few ways of
/// sharing the room (large ones in a grid or the last beside the others, the strip in a grid, more or fewer of it) are all tried. Where
/// there is no room for the large ones a page of all is shown.
///
/// A shape is the number of columns that a row of the image's height asks for.
public struct ImageLayout: Hashable, Sendable {
  /// An image's place: a row for its title with the image below.
  public struct Place: Hashable, Sendable {
    /// Which image: the large ones count first, then the strip's.
    public let index: Int
    public let rect: Rect
  }

  public let places: [Place]
  /// The strip's images in sight, but for a first one that is kept there, or those of the page, by their place among all.
  public let inSight: Range<Int>

  /// The least areas of an image in cells, tried one after the other: 20x10, 14x7, about 11x5.
  private static let leastAreas = [200.0, 98, 60]
  /// Those of a page.
  private static let leastOnPage = [98.0, 50, 18]
  /// Images of a page that are not made fewer by larger ones, as long as they can be recognised: support, condition, query and prediction.
  private static let enough = 4, recognisable = 50.0

  /// A shape; `cellAspect` is a cell's width over its height.
  public static func shape(width: Int, height: Int, cellAspect: Double = 0.5) -> Double {
    min(64, max(1.0 / 16, Double(width) / Double(max(1, height)) / cellAspect))
  }

  /// - Parameters:
  ///   - lead: the strip's image that has to be in sight, from 0.
  ///   - cursor: the image that has to be in sight where a page is shown, counted as in `Place`.
  ///   - isWhole: whether all of the strip has to be in sight beside the large ones.
  ///   - keepsFirst: whether the strip's first image stays in sight beside its lead, where there is room for two; it may be larger then.
  public init(
    large: [Double], strip: [Double] = [], lead: Int = 0, cursor: Int = 0, isWhole: Bool = false, keepsFirst: Bool = false, in room: Size
  ) {
    let main = Shapes(large), more = Shapes(strip)
    // Small ones of a strip that has to be whole leave more room for the large one.
    for least in Self.leastAreas.dropFirst(isWhole ? 1 : 0) {
      guard main.count > 0, let share = Share.best(main, more, isWhole: isWhole, keepsFirst: keepsFirst, in: room, least: least) else {
        continue
      }
      let kept = keepsFirst && share.shown > 1 && share.shown < strip.count ? 1 : 0, page = max(1, share.shown - kept)
      let first = strip.isEmpty ? 0 : min(max(0, lead - kept), strip.count - 1) / page * page
      let start = min(first + kept, strip.count - share.shown + kept)
      places = share.places(large: main.count, kept: kept, from: start)
      inSight = large.count + start..<large.count + start + share.shown - kept
      return
    }
    let all = large + strip, shapes = Shapes(all), first = min(max(0, cursor), max(0, all.count - 1))
    // Smaller images where larger ones would leave most of them out of sight.
    var page: Block?
    for least in Self.leastOnPage where page.map({ least >= Self.recognisable && $0.count < min(Self.enough, all.count) }) ?? true {
      if let block = Block.best(shapes, in: room, least: least), block.count > page?.count ?? 0 { page = block }
    }
    if let page {
      let start = min(first / page.count * page.count, all.count - page.count)
      places = page.rects.enumerated().map { Place(index: start + $0, rect: $1) }
      inSight = start..<start + page.count
      return
    }
    places = all.isEmpty ? [] : [Place(index: first, rect: Rect(x: 0, y: 0, width: room.width, height: room.height))]
    inSight = first..<first + places.count
  }

  /// How many rows and columns of a table are in sight, and the size of a cell: a title row with the image below. As many as leave an image
  /// recognisable, all where that is possible.
  public static func table(rows: Int, columns: Int, shape: Double, in room: Size) -> (rows: Int, columns: Int, cell: Size) {
    for least in leastOnPage {
      var best: (rows: Int, columns: Int, cell: Size)?
      for shownRows in 1...max(1, rows) {
        for shownColumns in 1...max(1, columns) where shownColumns == 1 || room.width / shownColumns >= 12 {
          let width = (room.width - shownColumns + 1) / shownColumns
          let height = min(room.height / shownRows - 1, Int(Double(width) / shape))
          guard height > 0, shape * Double(height * height) >= least else { continue }
          let cell = Size(width: Int((shape * Double(height)).rounded()), height: height + 1)
          let isMore = best.map { ($0.rows * $0.columns, $0.cell.height) < (shownRows * shownColumns, cell.height) } ?? true
          if isMore { best = (shownRows, shownColumns, cell) }
        }
      }
      if let best { return best }
    }
    return (1, 1, room)
  }
}

/// The shapes of some images, as far as their sharing of a room goes.
private struct Shapes {
  let count: Int
  let widest: Double
  private let narrowest: Double
  private let mean: Double

  init(_ shapes: [Double]) {
    count = shapes.count
    (widest, narrowest) = (shapes.max() ?? 1, shapes.min() ?? 1)
    mean = shapes.reduce(0, +) / Double(max(1, shapes.count))
  }

  /// Columns of the widest image of some height.
  func width(_ height: Int) -> Int { max(1, Int((widest * Double(height)).rounded())) }

  /// Cells of `count` images of some height, and of the smallest.
  func area(_ count: Int, _ height: Int) -> Double { Double(count) * mean * Double(height * height) }
  func least(_ height: Int) -> Double { narrowest * Double(height * height) }
}

/// Places of equal size in rows, and perhaps a larger one beside them.
private struct Block {
  /// Images in rows.
  let count: Int
  let columns: Int
  /// Of an image.
  let width: Int
  let height: Int
  let gap: Int
  /// The image to the right of all others.
  var hero: Size?
  /// The image above all others, which comes first.
  var banner: Size?

  /// The size of what is in rows.
  private var rows: Size {
    Size(width: columns * width + gap * (columns - 1), height: (count + columns - 1) / columns * (height + 1))
  }

  var size: Size {
    if let hero { return Size(width: rows.width + gap + hero.width, height: max(rows.height, hero.height + 1)) }
    return Size(width: max(rows.width, banner?.width ?? 0), height: top + rows.height)
  }

  /// All images.
  var total: Int { count + (hero == nil ? 0 : 1) + (banner == nil ? 0 : 1) }

  /// Rows above those of equal size.
  private var top: Int { banner.map { $0.height + 1 } ?? 0 }

  /// With the title rows, from the upper left corner.
  var rects: [Rect] {
    let own = (0..<count).map { index in
      Rect(x: index % columns * (width + gap), y: top + index / columns * (height + 1), width: width, height: height + 1)
    }
    return (banner.map { [Rect(x: 0, y: 0, width: $0.width, height: $0.height + 1)] } ?? []) + own
      + (hero.map { [Rect(x: rows.width + gap, y: 0, width: $0.width, height: $0.height + 1)] } ?? [])
  }

  /// `count` images in `columns` columns, as large as a room allows but no higher than `most`; nil where there is no room.
  static func filling(_ room: Size, _ shapes: Shapes, count: Int, columns: Int, gap: Int, most: Int = .max) -> Block? {
    let rows = (count + columns - 1) / columns, width = (room.width - gap * (columns - 1)) / columns
    let height = min(room.height / rows - 1, Int(Double(width) / shapes.widest), most)
    guard height > 0 else { return nil }
    return Block(count: count, columns: columns, width: shapes.width(height), height: height, gap: gap)
  }

  /// The first image across all columns, above full rows of the others; nil where it would be hardly larger than these.
  static func below(_ room: Size, _ shapes: Shapes, count: Int, columns: Int, gap: Int, most: Int) -> Block? {
    guard columns > 1, count > 1, (count - 1) % columns == 0,
      var block = filling(room, shapes, count: count - 1, columns: columns, gap: gap, most: most)
    else { return nil }
    let high = min(room.height - block.size.height - 1, Int(Double(block.size.width) / shapes.widest), most)
    guard high >= block.height * 3 / 2 else { return nil }
    block.banner = Size(width: shapes.width(high), height: high)
    return block
  }

  /// As many images as serve the area, each of `least` cells or more.
  static func best(_ shapes: Shapes, in room: Size, least: Double) -> Block? {
    var best: (block: Block, score: Double)?
    for count in stride(from: shapes.count, to: 0, by: -1) {
      for columns in 1...count {
        guard let block = filling(room, shapes, count: count, columns: columns, gap: 1), shapes.least(block.height) >= least else {
          continue
        }
        let score = shapes.area(count, block.height) * Share.worth(of: count, among: shapes.count)
        if score > best?.score ?? 0 { best = (block, score) }
      }
    }
    return best?.block
  }
}

/// One way of sharing a room between large images and a strip.
private struct Share {
  let main: Block
  let strip: Block?
  let isBeside: Bool
  /// Columns between the large images and a strip beside them.
  let join: Int
  let score: Double

  /// Images of the strip in sight.
  var shown: Int { strip?.total ?? 0 }

  /// What an image in sight is worth beside a larger area: with all of the strip in sight 1.
  static func worth(of shown: Int, among count: Int) -> Double { pow(Double(shown) / Double(max(1, count)), 0.3) }

  /// The way with the largest area; nil where no way leaves each image `least` cells.
  static func best(_ main: Shapes, _ strip: Shapes, isWhole: Bool, keepsFirst: Bool, in room: Size, least: Double) -> Share? {
    var best: Share?
    let worths = (0...strip.count).map { worth(of: $0, among: strip.count) }
    // Images without a gap between them run into each other, least where the strip begins: they have to be larger for it.
    for (gap, join, factor) in [(1, 1, 1.0), (1, 0, 0.97), (0, 0, 0.93)] {
      for (block, area, smallest) in blocks(main, in: room, gap: gap, least: least, hasStrip: strip.count > 0) {
        guard strip.count > 0 else {
          let score = area * factor
          if score > best?.score ?? 0 { best = Share(main: block, strip: nil, isBeside: false, join: join, score: score) }
          continue
        }
        for isBeside in [false, true] {
          let rest =
            isBeside
            ? Size(width: room.width - block.size.width - join, height: room.height)
            : Size(width: room.width, height: room.height - block.size.height)
          for shown in (isWhole ? strip.count : 1)...strip.count {
            for columns in 1...shown {
              // No image of the strip is larger than a large one.
              let forms = [
                Block.filling(rest, strip, count: shown, columns: columns, gap: gap, most: smallest),
                keepsFirst ? Block.below(rest, strip, count: shown, columns: columns, gap: gap, most: smallest) : nil,
              ]
              for more in forms.compactMap({ $0 }) where strip.least(more.height) >= least {
                let area = area + strip.area(more.count, more.height) + (more.banner.map { strip.area(1, $0.height) } ?? 0)
                let score = area * worths[shown] * factor
                if score > best?.score ?? 0 { best = Share(main: block, strip: more, isBeside: isBeside, join: join, score: score) }
              }
            }
          }
        }
      }
    }
    return best
  }

  /// All blocks of the large images that fit, with their areas and the height of their smallest: all of one size, or the last one larger.
  /// With a strip that is so where two are beside a third.
  private static func blocks(
    _ shapes: Shapes, in room: Size, gap: Int, least: Double, hasStrip: Bool
  ) -> [(block: Block, area: Double, smallest: Int)] {
    var blocks: [(Block, Double, Int)] = []
    for columns in 1...shapes.count {
      for height in 1..<max(2, room.height) where shapes.least(height) >= least {
        let block = Block(count: shapes.count, columns: columns, width: shapes.width(height), height: height, gap: gap)
        guard block.size.width <= room.width, block.size.height <= room.height else { break }
        blocks.append((block, shapes.area(shapes.count, height), height))
      }
    }
    let others = shapes.count - 1
    guard hasStrip ? others == 2 : others >= 2 else { return blocks }
    for columns in 1...(hasStrip ? 1 : others) {
      for height in 1..<max(2, room.height) where shapes.least(height) >= least {
        var block = Block(count: others, columns: columns, width: shapes.width(height), height: height, gap: gap)
        let most = Int(Double(room.width - block.size.width - gap) / shapes.widest)
        let high = hasStrip ? block.size.height - 1 : min(room.height - 1, most)
        guard high <= most, block.size.height <= room.height else { break }
        // One that is hardly larger than the others looks like a mistake.
        guard high >= height * 3 / 2 else { continue }
        block.hero = Size(width: shapes.width(high), height: high)
        blocks.append((block, shapes.area(others, height) + shapes.area(1, high), height))
      }
    }
    return blocks
  }

  /// The strip's places follow those of the large images: `kept` of its first images, then those from `first` on.
  func places(large: Int, kept: Int, from first: Int) -> [ImageLayout.Place] {
    let origin = isBeside ? (x: main.size.width + join, y: 0) : (x: 0, y: main.size.height)
    return main.rects.enumerated().map { ImageLayout.Place(index: $0, rect: $1) }
      + (strip?.rects ?? []).enumerated().map { number, rect in
        ImageLayout.Place(
          index: large + (number < kept ? number : first + number - kept),
          rect: Rect(x: origin.x + rect.x, y: origin.y + rect.y, width: rect.width, height: rect.height))
      }
  }
}
