/// The colours of classes on a terminal that has few: chosen once for the whole image, so that classes that differ look different.
enum ClassColors {
  /// A cell colour for each label of `mask`, by label; labels beyond the table have the last colour.
  ///
  /// The class with the most pixels takes the nearest entry (`unlikeness`), the next the nearest of those that are left, as far as there are some
  /// that are not nearer to another class; where there are more classes than entries, the rest share.
  static func of(_ mask: LabelMask, _ colors: [RGB], _ style: CellStyle) -> [CellColor] {
    func wanted(_ label: Int) -> RGB { colors[min(label, colors.count - 1)] }
    guard let palette = InkPalette.of(style) else { return (0..<256).map { style.colors == .mono ? .standard : .rgb(wanted($0)) } }
    let counts = mask.histogram
    let present = (0..<256).filter { counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }
    let owners = owners(of: palette, present.map(wanted))
    var taken: [RGB: UInt8] = [:]
    var free = Set(palette.entries.map { UInt8($0) })
    // An entry that is nearer to another class would be taken for it: who has entries of its own comes first.
    let owned = Set(owners.compactMap { $0 })
    let classes = present.map(wanted)
    for color in classes.filter(owned.contains) + classes where taken[color] == nil {
      let own = free.filter { owners[Int($0)] == color }
      let entry =
        (own.isEmpty ? free : own).min { (unlikeness(color, $0, palette), $0) < (unlikeness(color, $1, palette), $1) }
        ?? palette.nearest(color.vector)
      taken[color] = entry
      // Two entries of one colour, as the greys of the cube and of the ramp, are one.
      free = free.filter { palette.colors[Int($0)] != palette.colors[Int(entry)] }
    }
    return (0..<256).map { .indexed(taken[wanted($0)] ?? palette.nearest(wanted($0).vector)) }
  }

  /// The mean of a part of a cell in 24-bit colour: as it is, or the class colour that is nearer to it than `crumb`, of several the nearest.
  ///
  /// A few pixels of another class are not seen, but on dark ground the tint that they give the part is, and each such cell would be sent
  /// in a colour of its own.
  static func settled(_ mean: SIMD4<Float>, _ classes: [RGB]) -> CellColor {
    var (least, color) = (crumb, RGB(mean: mean))
    for known in classes {
      let distance = InkPalette.distance(known.vector, mean)
      if distance < least { (least, color) = (distance, known) }
    }
    return .rgb(color)
  }

  /// Squared levels, summed over the channels: 7 levels. On masks that takes 3 to 10 % off the bytes for 0.003 dB in the mean; twice as much
  /// would cost 0.008 dB.
  static let crumb: Float = 50

  /// For every index of a palette the class that its colour is nearest to, of several the first; nil for those that are not used.
  static func owners(of palette: InkPalette, _ classes: [RGB]) -> [RGB?] {
    palette.colors.indices.map { palette.entries.contains($0) ? nearest(to: palette.colors[$0], of: classes) : nil }
  }

  private static func nearest(to color: SIMD4<Float>, of colors: [RGB]) -> RGB? {
    var (best, chosen): (Float, RGB?) = (.infinity, nil)
    for candidate in colors {
      let distance = InkPalette.distance(candidate.vector, color)
      if distance < best { (best, chosen) = (distance, candidate) }
    }
    return chosen
  }

  /// The squared distance of a class and an entry, in which that of luma counts once more: edges are seen by their light.
  private static func unlikeness(_ color: RGB, _ entry: UInt8, _ palette: InkPalette) -> Float {
    let gap = color.vector - palette.colors[Int(entry)], light = (gap * SIMD4(0.299, 0.587, 0.114, 0)).sum()
    return (gap * gap).sum() + light * light
  }
}
