import Foundation

/// How an image's stored rows have to be turned to be seen upright: the eight values of EXIF's tag 274.
public enum Orientation: Int, CaseIterable, Hashable, Sendable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case flipped = 4
  /// Rows and columns change places.
  case transposed = 5
  /// A quarter clockwise.
  case quarter = 6
  /// Rows and columns change places, then the image is upside down.
  case transversed = 7
  /// Three quarters clockwise.
  case threeQuarters = 8

  /// What a PNG (chunk eXIf) or JPEG file (segment APP1) says of itself; upright where it says nothing that is understood.
  ///
  /// As OpenCV 5.0 and Pillow's `ImageOps.exif_transpose` find it. XMP is not looked into, as by OpenCV.
  public init(of file: [UInt8]) {
    self = EXIF.orientation(of: file).flatMap(Orientation.init(rawValue:)) ?? .upright
  }

  /// The same of a file, of which mostly the first block is read. Throws `RenderError`.
  public init(ofFile url: URL) throws {
    let head = (try? FileHandle(forReadingFrom: url)).map { handle in
      defer { try? handle.close() }
      return [UInt8]((try? handle.read(upToCount: ImageSize.blockBytes)) ?? Data())
    }
    // Camera data are before a JPEG's size.
    if let head, head.starts(with: JPEG.signature), ImageSize.parse(head) != nil, !head.contains("Exif".utf8) {
      self = .upright
    } else {
      self.init(of: try FileBytes.read(url))
    }
  }

  /// Whether width and height change places.
  public var swapsSides: Bool { rawValue >= 5 }

  /// The turn in words.
  public var title: String {
    switch self {
    case .upright: "as stored"
    case .mirrored: "mirrored"
    case .upsideDown: "turned by 180 degrees"
    case .flipped: "flipped"
    case .transposed: "mirrored and turned by 270 degrees"
    case .quarter: "turned by 90 degrees"
    case .transversed: "mirrored and turned by 90 degrees"
    case .threeQuarters: "turned by 270 degrees"
    }
  }

  /// `values`, `count` of them a pixel, of an image of `width` x `height`, in their new order.
  func turned<Value>(_ values: [Value], width: Int, height: Int, count: Int) -> [Value] {
    guard self != .upright, let first = values.first else { return values }
    let (newWidth, newHeight) = swapsSides ? (height, width) : (width, height)
    var result = [Value](repeating: first, count: values.count), to = 0
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (fromX, fromY) =
          switch self {
          case .upright: (x, y)
          case .mirrored: (width - 1 - x, y)
          case .upsideDown: (width - 1 - x, height - 1 - y)
          case .flipped: (x, height - 1 - y)
          case .transposed: (y, x)
          case .quarter: (y, height - 1 - x)
          case .transversed: (width - 1 - y, height - 1 - x)
          case .threeQuarters: (width - 1 - y, x)
          }
        let from = (fromY * width + fromX) * count
        for channel in 0..<count { result[to + channel] = values[from + channel] }
        to += count
      }
    }
    return result
  }
}

extension Image {
  /// The image turned upright.
  public func turned(_ orientation: Orientation) -> Image {
    guard orientation != .upright else { return self }
    let (width, height) = orientation.swapsSides ? (self.height, self.width) : (self.width, self.height)
    return Image(
      width: width, height: height, channels: channels,
      pixels: orientation.turned(pixels, width: self.width, height: self.height, count: channels))
  }
}

extension LabelMask {
  /// The mask turned upright.
  public func turned(_ orientation: Orientation) -> LabelMask {
    guard orientation != .upright else { return self }
    let (width, height) = orientation.swapsSides ? (self.height, self.width) : (self.width, self.height)
    return LabelMask(width: width, height: height, labels: orientation.turned(labels, width: self.width, height: self.height, count: 1))
  }
}

extension ImageSize {
  /// The size after a turn.
  public func turned(_ orientation: Orientation) -> ImageSize {
    orientation.swapsSides ? ImageSize(width: height, height: width) : self
  }
}
