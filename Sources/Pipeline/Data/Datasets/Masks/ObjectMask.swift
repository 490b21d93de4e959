import Core
import Render

/// Which pixels of a mask file are the object: one rule for every kind of file (docs/image-files.md, *Masks of your own*).
enum ObjectMask {
  /// More different labels are in no image: what has more values is an image, or a mask with soft edges.
  private static let mostLabels = 32
  private static let black: UInt32 = 0
  private static let white: UInt32 = 0xFFFFFF

  /// 1 where the object is, 0 elsewhere, 255 where a mask of class indices says to ignore. Background all over is no error.
  ///
  /// `label` is the object's class index; nil where whatever is set is the object, as where a folder or a data set says the class.
  /// Throws `DataError.classAbsent`, or `.unclearMask` naming the values found.
  static func read(_ file: MaskFile, label: Int?, name: String) throws -> LabelMask {
    let visible = Visible(file)
    let labels = try shape(file, visible, label, name) ?? indices(visible.values, label, name: name, isPalette: file.kind == .palette)
    return LabelMask(width: file.width, height: file.height, labels: labels)
  }

  /// The same of a mask that shows an object without numbering it; nil for one of class indices. Throws `DataError.unclearMask`.
  static func shape(_ file: MaskFile, name: String) throws -> LabelMask? {
    try shape(file, Visible(file), nil, name).map { LabelMask(width: file.width, height: file.height, labels: $0) }
  }

  /// What is to be seen in a file: transparent pixels are background, and may be the whole story.
  private struct Visible {
    var values: [UInt16]
    var colours: [UInt32]
    /// The opaque pixels, where they are the object whatever their colours.
    var object: [UInt8]?

    init(_ file: MaskFile) {
      (values, colours) = (file.values, file.colours)
      let opaque = file.alpha.map { $0 >= 128 }
      // Transparency that leaves nothing out, or nothing over, says no more than none.
      guard opaque.contains(true), opaque.contains(false) else { return }
      if isOneObject(file, where: opaque) {
        object = opaque.map { $0 ? 1 : 0 }
        return
      }
      for pixel in opaque.indices where !opaque[pixel] {
        if !values.isEmpty { values[pixel] = 0 }
        if !colours.isEmpty { colours[pixel] = black }
      }
    }
  }

  private static func shape(_ file: MaskFile, _ visible: Visible, _ label: Int?, _ name: String) throws -> [UInt8]? {
    func unclear(_ found: String) -> DataError { .unclearMask(name: name, found: found) }
    if let object = visible.object { return object }
    let values = visible.values, colours = visible.colours
    switch file.kind {
    case .jpeg: return try clusters(values, unclear)
    case .colour: return try coloured(colours, label, unclear)
    case .palette:
      let used = distinct(colours)
      if used == [black, white] { return colours.map { $0 == white ? 1 : 0 } }
      return nil
    case .grey(let bits):
      let used = distinct(values), highest: UInt16 = bits == 16 ? .max : 255
      if used == [0, highest] || used == [0, 255] || bits == 1 && used == [0, 1] { return values.map { $0 == 0 ? 0 : 1 } }
      if isSoft(values) || hasRamps(values, width: file.width) { return values.map { $0 >= 128 ? 1 : 0 } }
      return nil
    }
  }

  /// Whether what is visible is a shape of one colour or cut out of a photograph, not a mask of its own.
  private static func isOneObject(_ file: MaskFile, where opaque: [Bool]) -> Bool {
    if !file.values.isEmpty, file.kind != .palette {
      let visible = distinct(zip(file.values, opaque).compactMap { $1 ? $0 : nil })
      return visible.count == 1 || visible.count > mostLabels || visible[0] >= 128
    }
    let visible = distinct(zip(file.colours, opaque).compactMap { $1 ? $0 : nil })
    return visible.count == 1 || visible.count > mostLabels
  }

  /// Class indices, or whatever is set where no label is meant.
  private static func indices(
    _ values: [UInt16], _ label: Int?, name: String, isPalette: Bool
  ) throws -> [UInt8] {
    func unclear(_ found: String) -> DataError { .unclearMask(name: name, found: found) }
    let used = distinct(values), classes = used.filter { (1..<255).contains($0) }.map(Int.init)
    guard used != [0] else { return values.map { _ in 0 } }
    guard used != [255] else { throw unclear("every pixel is 255") }
    if let beyond = used.first(where: { $0 > 255 }) {
      throw unclear("\(listed(used.map { "\($0)" })) are its values, and \(beyond) is no class index")
    }
    guard !classes.isEmpty else { throw unclear("0 and 255, to be ignored, are the only indices of its palette") }
    if let label {
      guard classes.contains(label) else { throw DataError.classAbsent(index: label, name: name, present: classes) }
      return values.map { Int($0) == label ? 1 : $0 == 255 ? 255 : 0 }
    }
    if isPalette { return values.map { $0 == 0 ? 0 : $0 == 255 ? 255 : 1 } }
    let low = values.count { (1..<128).contains($0) }
    guard low > 0 else { return values.map { $0 == 0 ? 0 : 1 } }
    guard used.contains(where: { $0 >= 128 }) else { return values.map { $0 == 0 ? 0 : 1 } }
    // Few labels with a thin border of 255 around them, or black and white with steps between.
    let isLabels = used.filter { $0 >= 128 } == [255] && classes.count <= mostLabels && low > values.count { $0 == 255 }
    return values.map { isLabels ? ($0 == 0 ? 0 : $0 == 255 ? 255 : 1) : $0 >= 128 ? 1 : 0 }
  }

  /// Black and white with a seam of grey: more values between than there are labels, on fewer pixels than are white.
  private static func isSoft(_ values: [UInt16]) -> Bool {
    let between = values.filter { $0 > 0 && $0 < 255 }
    guard between.count <= values.count / 10, values.allSatisfy({ $0 <= 255 }), values.contains(0) else { return false }
    return values.count { $0 == 255 } > between.count && distinct(between).count > mostLabels
  }

  /// Black and white with soft edges of any width: what is between has darker and lighter pixels around it, where the inside of a labelled area
  /// has its like.
  private static func hasRamps(_ values: [UInt16], width: Int) -> Bool {
    guard width > 0, values.contains(0), values.contains(255), values.allSatisfy({ $0 <= 255 }) else { return false }
    var between = 0, ramps = 0
    for place in values.indices where values[place] > 0 && values[place] < 255 {
      between += 1
      let own = values[place], x = place % width
      var isAbove = false, isBelow = false
      for row in [-width, 0, width] where values.indices.contains(place + row) {
        for step in (x == 0 ? 0 : -1)...(x == width - 1 ? 0 : 1) {
          let other = values[place + row + step]
          isAbove = isAbove || other < own
          isBelow = isBelow || other > own
        }
      }
      if isAbove && isBelow { ramps += 1 }
    }
    return between > 0 && ramps * 4 >= between * 3
  }

  /// A JPEG file's black and white, which compression has spread.
  private static func clusters(_ values: [UInt16], _ unclear: (String) -> DataError) throws -> [UInt8] {
    let low = values.count { $0 < 64 }, high = values.count { $0 >= 192 }
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    guard least < most else { throw unclear("every pixel is \(least)") }
    guard low > 0, high > 0, low + high >= values.count * 9 / 10 else {
      throw unclear("a JPEG file holds no class indices, and its values, \(least)...\(most), are not black and white")
    }
    return values.map { $0 >= 128 ? 1 : 0 }
  }

  /// One colour on black; several where all of them are the object.
  private static func coloured(_ colours: [UInt32], _ label: Int?, _ unclear: (String) -> DataError) throws -> [UInt8] {
    let used = distinct(colours)
    if used.count > mostLabels, let greys = nearlyGrey(colours) { return greys.map { $0 >= 128 ? 1 : 0 } }
    guard used.count <= mostLabels else { throw unclear("it holds \(used.count) colours, like a photograph") }
    guard used.contains(black), used.count == 2 || label == nil else {
      throw unclear("its colours are \(listed(used.map { "(\($0 >> 16), \($0 >> 8 & 255), \($0 & 255))" }))")
    }
    return colours.map { $0 == black ? 0 : 1 }
  }

  /// The light of black and white with soft edges whose channels are all but equal, as the masks of FSS-1000 are; nil for other images.
  private static func nearlyGrey(_ colours: [UInt32]) -> [Int]? {
    var lights: [Int] = [], dark = 0, light = 0
    lights.reserveCapacity(colours.count)
    for colour in colours {
      let red = Int(colour >> 16), green = Int(colour >> 8 & 255), blue = Int(colour & 255)
      guard max(red, green, blue) - min(red, green, blue) <= 48 else { return nil }
      let own = (299 * red + 587 * green + 114 * blue + 500) / 1000
      lights.append(own)
      if own < 32 { dark += 1 } else if own >= 224 { light += 1 }
    }
    return dark > 0 && light > 0 && dark + light >= colours.count * 9 / 10 ? lights : nil
  }

  /// The different ones, ascending.
  private static func distinct<Value: BinaryInteger>(_ values: [Value]) -> [Value] { Set(values).sorted() }

  private static func listed(_ words: [String]) -> String {
    words.count <= 8 ? words.joined(separator: ", ") : words.prefix(8).joined(separator: ", ") + " and \(words.count - 8) more"
  }
}
