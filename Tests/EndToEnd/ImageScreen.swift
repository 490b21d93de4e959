import Foundation
import Render

/// What a terminal that shows images makes of the bytes sent to it.
///
/// It follows the cursor, what is printed and erased, kitty's images with their placements and placeholders, sixels and inline images. Text
/// that is printed where a sixel or inline image is takes its place there; kitty's placements lie over the text.
struct ImageScreen {
  /// An image in sight.
  struct Shown {
    let image: Image
    let column: Int
    let row: Int
    let columns: Int
    let rows: Int
    /// Cells that still show it.
    var cells: Set<Int>
    var isWhole: Bool { cells.count == columns * rows }
  }

  struct Glyph: Hashable {
    var scalars: [Unicode.Scalar] = [" "]
    /// Red, green and blue of a 24-bit ink.
    var ink: [Int]?
  }

  private(set) var columns: Int
  private(set) var rows: Int
  private(set) var glyphs: [Glyph]
  /// Images that the terminal holds by kitty's numbers.
  private(set) var held: [UInt32: Image] = [:]
  /// Images at the end of the other screen, when it was left.
  private(set) var leftBehind: [Shown] = []
  /// Sequences of kitty's that make no sense.
  private(set) var faults = 0

  private let cell: (width: Int, height: Int)
  private var drawn: [Shown] = []
  private var placements: [String: (id: UInt32, shown: Shown)] = [:]
  private var virtual: [UInt32: (columns: Int, rows: Int)] = [:]
  private var x = 0, y = 0, saved = (0, 0), ink: [Int]?, last = Glyph()
  private var pending: [UInt8] = []
  private var transmission: (keys: [String: String], data: [UInt8])?

  init(columns: Int, rows: Int, cell: (width: Int, height: Int)) {
    (self.columns, self.rows, self.cell) = (columns, rows, cell)
    glyphs = Array(repeating: Glyph(), count: columns * rows)
  }

  /// All images in sight, by whatever protocol.
  var shown: [Shown] { drawn.filter { !$0.cells.isEmpty } + placements.values.map(\.shown) + placeholders }

  var lines: [String] {
    (0..<rows).map { row in String(String.UnicodeScalarView(glyphs[(row * columns)..<((row + 1) * columns)].map { $0.scalars[0] })) }
  }

  /// Where a text is on the screen.
  func place(of text: String) -> (column: Int, row: Int)? {
    for (row, line) in lines.enumerated() {
      if let range = line.range(of: text) {
        return (line.unicodeScalars.distance(from: line.startIndex, to: range.lowerBound), row)
      }
    }
    return nil
  }

  /// The image below a title.
  func image(under title: String) -> Shown? {
    shown.first { image in
      guard image.row > 0, lines.indices.contains(image.row - 1) else { return false }
      return lines[image.row - 1].unicodeScalars.dropFirst(image.column).starts(with: title.unicodeScalars)
    }
  }

  mutating func resize(columns: Int, rows: Int) {
    var next = ImageScreen(columns: columns, rows: rows, cell: cell)
    (next.held, next.virtual, next.pending) = (held, virtual, pending)
    self = next
  }

  // MARK: Bytes

  mutating func feed(_ bytes: some Sequence<UInt8>) {
    pending += bytes
    var at = 0
    while at < pending.count {
      guard let end = token(at) else { break }
      take(pending[at..<end])
      at = end
    }
    pending.removeFirst(at)
  }

  /// The end of what begins at `at`; nil where it has not all come.
  private func token(_ at: Int) -> Int? {
    let byte = pending[at]
    guard byte == 0x1B else {
      let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      return at + length <= pending.count ? at + length : nil
    }
    guard at + 1 < pending.count else { return nil }
    switch pending[at + 1] {
    case UInt8(ascii: "["): return pending[(at + 2)...].firstIndex { (0x40...0x7E).contains($0) }.map { $0 + 1 }
    case UInt8(ascii: "P"), UInt8(ascii: "]"), UInt8(ascii: "_"):
      for index in (at + 2)..<max(at + 2, pending.count) {
        if pending[index] == 0x07 { return index + 1 }
        if pending[index] == 0x5C, pending[index - 1] == 0x1B { return index + 1 }
      }
      return nil
    case UInt8(ascii: "("), UInt8(ascii: ")"): return at + 3 <= pending.count ? at + 3 : nil
    default: return at + 2
    }
  }

  private mutating func take(_ token: ArraySlice<UInt8>) {
    let bytes = Array(token)
    guard bytes[0] == 0x1B else { return print(String(decoding: bytes, as: UTF8.self).unicodeScalars.first ?? "?") }
    let body = bytes.dropFirst(2)
    switch bytes[1] {
    case UInt8(ascii: "["): control(String(decoding: body.dropLast(), as: UTF8.self), Character(Unicode.Scalar(bytes[bytes.count - 1])))
    case UInt8(ascii: "7"): saved = (x, y)
    case UInt8(ascii: "8"): (x, y) = saved
    case UInt8(ascii: "_") where body.first == UInt8(ascii: "G"): kitty(Array(body.dropFirst().dropLast(2)))
    case UInt8(ascii: "P"):
      if let mark = body.firstIndex(of: UInt8(ascii: "q")), body[..<mark].allSatisfy({ (0x30...0x3B).contains($0) }) {
        draw(SixelReader.read(Array(body[(mark + 1)...].dropLast(2))), nil)
      }
    case UInt8(ascii: "]"):
      let text = String(decoding: body.dropLast(), as: UTF8.self)
      guard text.hasPrefix("1337;File="), let colon = text.firstIndex(of: ":") else { return }
      func value(_ key: String) -> Int? { text.firstRange(of: "\(key)=").flatMap { Int(text[$0.upperBound...].prefix { $0.isNumber }) } }
      guard let data = Data(base64Encoded: String(text[text.index(after: colon)...])), let image = try? PNG.decode(Array(data)),
        let wide = value("width"), let high = value("height")
      else { return faults += 1 }
      draw(image, (wide, high))
    default: break
    }
  }

  private mutating func print(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x0D: x = 0
    case 0x0A: y = min(rows - 1, y + 1)
    case 0x08: x = max(0, x - 1)
    case 0x09: x = min(columns - 1, (x / 8 + 1) * 8)
    case 0..<0x20: break
    default:
      // A mark belongs to the character before it.
      if scalar.properties.generalCategory == .nonspacingMark, x > 0 {
        glyphs[y * columns + x - 1].scalars.append(scalar)
        return
      }
      last = Glyph(scalars: [scalar], ink: ink)
      put(last)
    }
  }

  private mutating func put(_ glyph: Glyph) {
    guard x < columns else { return }
    set(y * columns + x, glyph)
    x += 1
  }

  private mutating func set(_ index: Int, _ glyph: Glyph) {
    glyphs[index] = glyph
    for image in drawn.indices { drawn[image].cells.remove(index) }
  }

  private mutating func erase(_ range: Range<Int>) { for index in range { set(index, Glyph()) } }

  private mutating func control(_ text: String, _ final: Character) {
    let numbers = text.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    let first = numbers.first.flatMap { $0 }, count = max(1, first ?? 1)
    switch final {
    case "H", "f": (x, y) = (min(columns, max(1, numbers.count > 1 ? numbers[1] ?? 1 : 1)) - 1, min(rows, count) - 1)
    case "A": y = max(0, y - count)
    case "B": y = min(rows - 1, y + count)
    case "C": x = min(columns - 1, x + count)
    case "D": x = max(0, min(x, columns - 1) - count)
    case "G": x = min(columns, count) - 1
    case "d": y = min(rows, count) - 1
    case "J":
      let here = y * columns + min(x, columns - 1)
      erase(first == 2 ? 0..<glyphs.count : first == 1 ? 0..<(here + 1) : here..<glyphs.count)
      if first == 2 {
        placements = [:]
        freeUnplaced()
      }
    case "K":
      let start = y * columns, here = start + min(x, columns - 1)
      erase(first == 2 ? start..<(start + columns) : first == 1 ? start..<(here + 1) : here..<(start + columns))
    case "X": erase((y * columns + x)..<(y * columns + min(columns, x + count)))
    case "b": for _ in 0..<count { put(last) }
    case "m": colour(numbers.map { $0 ?? 0 })
    case "h" where text == "?1049": (x, y) = (0, 0)
    case "l" where text == "?1049":
      leftBehind = shown
      erase(0..<glyphs.count)
      placements = [:]
    default: break
    }
  }

  private mutating func colour(_ numbers: [Int]) {
    var at = 0
    while at < numbers.count {
      switch numbers[at] {
      case 38 where at + 4 < numbers.count && numbers[at + 1] == 2:
        ink = Array(numbers[(at + 2)...(at + 4)])
        at += 4
      case 38 where at + 2 < numbers.count:
        ink = nil
        at += 2
      case 48: at += at + 1 < numbers.count && numbers[at + 1] == 2 ? 4 : 2
      case 0, 39, 30...37, 90...97: ink = nil
      default: break
      }
      at += 1
    }
  }

  // MARK: Images

  private mutating func draw(_ image: Image?, _ size: (columns: Int, rows: Int)?) {
    guard let image else { return faults += 1 }
    let wide = size?.columns ?? (image.width + cell.width - 1) / cell.width,
      high = size?.rows ?? (image.height + cell.height - 1) / cell.height
    let shown = Self.shown(image, x, y, wide, high, of: columns)
    for other in drawn.indices { drawn[other].cells.subtract(shown.cells) }
    drawn.removeAll { $0.cells.isEmpty }
    drawn.append(shown)
  }

  private static func shown(_ image: Image, _ x: Int, _ y: Int, _ wide: Int, _ high: Int, of columns: Int) -> Shown {
    let cells = (y..<(y + high)).flatMap { row in (x..<(x + wide)).map { row * columns + $0 } }
    return Shown(image: image, column: x, row: y, columns: wide, rows: high, cells: Set(cells))
  }

  private mutating func kitty(_ body: [UInt8]) {
    let cut = body.firstIndex(of: UInt8(ascii: ";")) ?? body.endIndex
    var keys: [String: String] = [:]
    for pair in String(decoding: body[..<cut], as: UTF8.self).split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { keys[String(parts[0])] = String(parts[1]) }
    }
    if keys["a"] == "q" { return }
    if transmission != nil || keys["a"] == "t" {
      transmission = (transmission?.keys ?? keys, (transmission?.data ?? []) + body[cut...].dropFirst())
      guard keys["m"] != "1", let whole = transmission else { return }
      transmission = nil
      guard let id = whole.keys["i"].flatMap(UInt32.init), let data = Data(base64Encoded: Data(whole.data)),
        let image = try? PNG.decode(Array(data))
      else { return faults += 1 }
      held[id] = image
      return
    }
    guard let id = keys["i"].flatMap(UInt32.init) else { return faults += 1 }
    let size = (columns: keys["c"].flatMap { Int($0) } ?? 0, rows: keys["r"].flatMap { Int($0) } ?? 0)
    switch (keys["a"], keys["d"]) {
    case ("p", _):
      guard let image = held[id], size.columns > 0, size.rows > 0 else { return faults += 1 }
      if keys["U"] == "1" {
        virtual[id] = size
      } else {
        placements["\(id).\(keys["p"] ?? "")"] = (id, Self.shown(image, x, y, size.columns, size.rows, of: columns))
      }
    case ("d", "i"):
      if let place = keys["p"] { placements["\(id).\(place)"] = nil } else { placements = placements.filter { $0.value.id != id } }
    case ("d", "I"):
      (held[id], virtual[id]) = (nil, nil)
      placements = placements.filter { $0.value.id != id }
      freeUnplaced()
    default: faults += 1
    }
  }

  /// As older kitty does whenever it frees anything, by its source.
  private mutating func freeUnplaced() {
    let placed = Set(placements.values.map(\.id))
    held = held.filter { placed.contains($0.key) || virtual[$0.key] != nil }
  }

  private static let marks: [Unicode.Scalar: Int] = {
    var marks: [Unicode.Scalar: Int] = [:]
    for number in 0..<KittyGraphics.mostPlaceholders {
      if let scalars = KittyGraphics.placeholder(row: number, column: 0) { marks[scalars[1]] = number }
    }
    return marks
  }()

  /// What the placeholders on the screen show.
  private var placeholders: [Shown] {
    var found: [[Int]: Shown] = [:]
    for (index, glyph) in glyphs.enumerated() where glyph.scalars[0] == "\u{10EEEE}" {
      guard glyph.scalars.count == 3, let ink = glyph.ink, let row = Self.marks[glyph.scalars[1]], let column = Self.marks[glyph.scalars[2]]
      else { continue }
      let id = UInt32(ink[0] << 16 | ink[1] << 8 | ink[2]), left = index % columns - column, top = index / columns - row
      guard let image = held[id], let size = virtual[id] else { continue }
      let none = Shown(image: image, column: left, row: top, columns: size.columns, rows: size.rows, cells: [])
      found[[Int(id), left, top], default: none].cells.insert(index)
    }
    return Array(found.values)
  }
}

/// Sixels as pixels.
private enum SixelReader {
  /// Nil without raster attributes, or where a colour is not given in percent.
  static func read(_ bytes: [UInt8]) -> Image? {
    var at = 0, colors: [Int: RGB] = [:], color = 0, x = 0, band = 0
    func numbers() -> [Int] {
      var found: [Int] = [], value: Int?
      while at < bytes.count {
        if (0x30...0x39).contains(bytes[at]) {
          value = (value ?? 0) * 10 + Int(bytes[at] - 0x30)
        } else if bytes[at] == UInt8(ascii: ";") {
          found.append(value ?? 0)
          value = nil
        } else {
          break
        }
        at += 1
      }
      return found + [value ?? 0]
    }
    guard bytes.first == UInt8(ascii: "\"") else { return nil }
    at = 1
    let raster = numbers()
    guard raster.count == 4, raster[2] > 0, raster[3] > 0, raster[2] * raster[3] <= PixelArea.pixels else { return nil }
    var image = Image(width: raster[2], height: raster[3], color: [0, 0, 0])
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      var count = 1, sixel = byte
      switch byte {
      case UInt8(ascii: "#"):
        let values = numbers()
        color = values[0]
        if values.count == 5 {
          guard values[1] == 2 else { return nil }
          let levels = values[2...].map { UInt8(($0 * 255 + 50) / 100) }
          colors[color] = RGB(levels[0], levels[1], levels[2])
        }
        continue
      case UInt8(ascii: "$"): x = 0
      case UInt8(ascii: "-"): (x, band) = (0, band + 6)
      case UInt8(ascii: "!"):
        count = numbers()[0]
        // A program that was killed leaves its last image cut off.
        guard at < bytes.count else { return image }
        sixel = bytes[at]
        at += 1
      default: break
      }
      guard (63...126).contains(sixel) else { continue }
      for _ in 0..<count {
        for bit in 0..<6 where (sixel - 63) >> UInt8(bit) & 1 == 1 && x < image.width && band + bit < image.height {
          image[x, band + bit] = colors[color] ?? .black
        }
        x += 1
      }
    }
    return image
  }
}
