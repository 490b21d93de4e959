extension Image {
  /// The white lines of a grey 0/255 image worn down to one pixel, ends and connections kept (Guo and Hall, CACM 32(3), 1989).
  ///
  /// As `cv2.ximgproc.thinning` with `THINNING_GUOHALL`, but for lines along the image's border, which OpenCV leaves thick.
  public var thinned: Image {
    precondition(channels == 1)
    let stride = width + 2
    // Clockwise from the pixel above, as the paper numbers them.
    let neighbours = [-stride, 1 - stride, 1, 1 + stride, stride, stride - 1, -1, -1 - stride]
    var isWhite = [UInt8](repeating: 0, count: stride * (height + 2))
    var white: [Int] = []
    for y in 0..<height {
      for x in 0..<width where pixels[y * width + x] != 0 {
        isWhite[(y + 1) * stride + x + 1] = 1
        white.append((y + 1) * stride + x + 1)
      }
    }
    var turnsWithoutChange = 0
    for turn in sequence(first: 0, next: { 1 - $0 }) {
      let worn = Self.isWorn[turn]
      let gone = white.filter { index in
        var surrounding = 0
        for (bit, offset) in neighbours.enumerated() { surrounding |= Int(isWhite[index + offset]) << bit }
        return worn[surrounding]
      }
      turnsWithoutChange = gone.isEmpty ? turnsWithoutChange + 1 : 0
      if turnsWithoutChange == 2 { break }
      for index in gone { isWhite[index] = 0 }
      if !gone.isEmpty { white.removeAll { isWhite[$0] == 0 } }
    }
    var out = [UInt8](repeating: 0, count: pixels.count)
    for index in white { out[(index / stride - 1) * width + index % stride - 1] = 255 }
    return Image(width: width, height: height, channels: 1, pixels: out)
  }

  /// Whether a white pixel goes, for each of its 256 surroundings, in the first and in the second half of an iteration.
  private static let isWorn: [[Bool]] = (0..<2).map { turn in
    (0..<256).map { surrounding in
      func isWhite(_ place: Int) -> Bool { surrounding >> (place % 8) & 1 == 1 }
      // The paper's P2...P9 are places 0...7.
      let corners = stride(from: 0, to: 8, by: 2)
      let branches = corners.count { !isWhite($0) && (isWhite($0 + 1) || isWhite($0 + 2)) }
      let pairs = corners.count { isWhite($0 + 7) || isWhite($0) }
      let otherPairs = corners.count { isWhite($0) || isWhite($0 + 1) }
      let side = turn == 0 ? 4 : 0
      let isHeld = (isWhite(side) || isWhite(side + 1) || !isWhite(side + 3)) && isWhite(side + 2)
      return branches == 1 && (2...3).contains(min(pairs, otherPairs)) && !isHeld
    }
  }
}
