/// DEC's sixel graphics (VT330/VT340 programmer reference manual, chapter 14).
///
/// Registers hold percents, so that a colour is off by at most one of 255 a channel.
public enum Sixel {
  /// The image as one DCS string: raster attributes, at most `colors` (2...256) registers, run-lengths, bands of six rows. An image of at
  /// most `colors` colours keeps each of them; others get the palette of `SixelPalette` without error diffusion.
  public static func encode(_ image: Image, colors: Int = 256) -> [UInt8] {
    precondition((2...256).contains(colors))
    let (palette, indices) = SixelPalette.quantise(image.rgb, colors: colors)
    var out = Array("\u{1B}P0;1;0q\"1;1;\(image.width);\(image.height)".utf8)
    out.reserveCapacity(image.width * image.height)
    for (number, color) in palette.enumerated() {
      out += Array("#\(number);2;\(color.red);\(color.green);\(color.blue)".utf8)
    }
    var band = Band(width: image.width, colors: palette.count)
    for top in stride(from: 0, to: image.height, by: 6) {
      if top > 0 { out.append(UInt8(ascii: "-")) }
      band.fill(indices, top: top, rows: min(6, image.height - top))
      band.write(to: &out)
    }
    return out + [0x1B, UInt8(ascii: "\\")]
  }
}

/// Six rows: which colours are in them, and where.
private struct Band {
  let width: Int
  /// Six bits a column for each colour.
  var bits: [UInt8]
  /// First and last column of each colour; `first` is `width` where it is not in the band.
  var first: [Int]
  var last: [Int]
  var used: [Int] = []

  init(width: Int, colors: Int) {
    self.width = width
    bits = [UInt8](repeating: 0, count: width * colors)
    first = [Int](repeating: width, count: colors)
    last = [Int](repeating: -1, count: colors)
  }

  mutating func fill(_ indices: [UInt8], top: Int, rows: Int) {
    for color in used {
      for at in (color * width + first[color])...(color * width + last[color]) { bits[at] = 0 }
      (first[color], last[color]) = (width, -1)
    }
    used.removeAll(keepingCapacity: true)
    for row in 0..<rows {
      let start = (top + row) * width, bit = UInt8(1) << UInt8(row)
      for x in 0..<width {
        let color = Int(indices[start + x])
        if last[color] < 0 { used.append(color) }
        bits[color * width + x] |= bit
        if x < first[color] { first[color] = x }
        if x > last[color] { last[color] = x }
      }
    }
  }

  /// Colours whose columns do not meet share a pass: each return to the left edge costs a gap of its own.
  func write(to out: inout [UInt8]) {
    var waiting = used.sorted { (first[$0], $0) < (first[$1], $1) }
    var isFirstPass = true
    while !waiting.isEmpty {
      if !isFirstPass { out.append(UInt8(ascii: "$")) }
      isFirstPass = false
      var column = 0
      var later: [Int] = []
      for color in waiting {
        guard first[color] >= column else {
          later.append(color)
          continue
        }
        out.append(UInt8(ascii: "#"))
        Self.append(color, to: &out)
        Self.append(run: first[color] - column, of: 0, to: &out)
        var at = first[color]
        while at <= last[color] {
          let value = bits[color * width + at]
          var end = at + 1
          while end <= last[color], bits[color * width + end] == value { end += 1 }
          Self.append(run: end - at, of: value, to: &out)
          at = end
        }
        column = last[color] + 1
      }
      waiting = later
    }
  }

  /// Up to three equal sixels are shorter without a count.
  private static func append(run: Int, of value: UInt8, to out: inout [UInt8]) {
    if run > 3 {
      out.append(UInt8(ascii: "!"))
      append(run, to: &out)
    }
    for _ in 0..<(run > 3 ? 1 : run) { out.append(value + 63) }
  }

  private static func append(_ number: Int, to out: inout [UInt8]) {
    if number >= 10 { append(number / 10, to: &out) }
    out.append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
