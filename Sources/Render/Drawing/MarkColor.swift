/// A colour for what is drawn over an image.
public enum MarkColor {
  /// What there is to choose from, the usual one first. Outside of the three colours of error views.
  public static let choices = [
    RGB(255, 64, 208), RGB(255, 236, 64), RGB(64, 255, 255), RGB(255, 72, 48), RGB(140, 255, 64), RGB(96, 96, 255),
  ]

  /// How far in OKLab the usual colour has to be from what is under it: nearer, another one takes its place.
  private static let enough = 0.25

  /// The colour that stands out from an image where a mask is, and from what surrounds it there: the usual one where it does, else the one
  /// that is farthest in OKLab from the tenth of the pixels that are most like it.
  ///
  /// Sizes must be equal; where the mask has no pixel of the label the usual colour.
  public static func standingOut(from image: Image, on mask: LabelMask, label: UInt8 = 1) -> RGB {
    precondition(mask.width == image.width && mask.height == image.height)
    // A coarse look tells.
    let step = max(1, max(image.width, image.height) / 96), (width, height) = ((image.width - 1) / step + 1, (image.height - 1) / step + 1)
    let labels = (0..<width * height).map { mask[$0 % width * step, $0 / width * step] }
    let small = LabelMask(width: width, height: height, labels: labels)
    // Where an outline is seen: on the object, and around it.
    let near = small.isNearBorder(of: label, reach: max(2, min(width, height) / 16))
    let under = labels.indices.filter { labels[$0] == label || near[$0] }.map { OKLab(image[$0 % width * step, $0 / width * step]) }
    guard labels.contains(label), !under.isEmpty else { return choices[0] }
    func distance(_ color: RGB) -> Double {
      let own = OKLab(color), tenth = under.map { own.distance(to: $0) }.sorted().prefix(max(1, under.count / 10))
      return tenth.reduce(0, +) / Double(tenth.count)
    }
    guard distance(choices[0]) < enough else { return choices[0] }
    return choices.map { (color: $0, distance: distance($0)) }.max { $0.distance < $1.distance }?.color ?? choices[0]
  }
}
