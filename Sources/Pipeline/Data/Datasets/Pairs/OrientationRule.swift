import Models
import Render

/// What becomes of the orientation that an image's EXIF data asks for.
public enum OrientationRule: String, CaseIterable, Codable, Sendable {
  /// As the mask says: the image is turned, unless only as stored it has its mask's size.
  case auto
  /// It is turned, as OpenCV's reader does.
  case obey
  /// It stays as stored, as Pillow's reader leaves it.
  case ignore

  /// The turn of an image of this stored size whose mask has `mask`.
  func turn(_ asked: Orientation, of size: ImageSize, mask: ImageSize?) -> Orientation {
    switch self {
    case .obey: asked
    case .ignore: .upright
    // Where both fit (squares, half turns, mirrors) as labelling tools show it: turned.
    case .auto: mask == size && size.turned(asked) != size ? .upright : asked
    }
  }
}

extension Orientation {
  /// What an image of a published data set comes to whose EXIF data asks for another size than the stored one: it fits its mask as some of the
  /// published loaders read it, and as others do not. Nil where all read one size.
  func problem(_ name: String, stored: ImageSize, mask: ImageSize) -> DatasetProblem? {
    let turned = stored.turned(self)
    guard turned != stored, mask == stored || mask == turned else { return nil }
    let failing = SegmentationNetwork.allCases.filter { $0.orientation == (mask == stored ? .obey : .ignore) }.map(\.rawValue)
    return DatasetProblem(
      .turnsDiffer, name, "image \(stored), \(turned) as its EXIF data turns it, mask \(mask): fails with \(failing.joined(separator: " and "))")
  }
}

extension SegmentationNetwork {
  /// How the published loader reads images: BAM and HDMNet by OpenCV, HSNet and DCAMA by Pillow.
  public var orientation: OrientationRule {
    switch self {
    case .bam, .hdmnet: .obey
    case .hsnet, .dcama: .ignore
    }
  }
}
