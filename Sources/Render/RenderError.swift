import Core

/// What can go wrong between a file and its pixels.
public enum RenderError: Explained, Hashable, Sendable {
  /// The file cannot be read: missing, no permission, not a regular file.
  case unreadable(path: String, reason: String)
  /// The bytes are neither PNG nor JPEG.
  case notAnImage(name: String, found: String)
  /// The bytes are no PNG, and class indices are needed.
  case notAMask(name: String, found: String)
  /// The file begins as `format` but cannot be decoded to its end.
  case corrupt(name: String, format: String, reason: String)
  /// The image is larger than the program accepts.
  case tooLarge(name: String, width: Int, height: Int)
  /// A mask file holds colours, where class indices are needed.
  case maskHasColours(name: String, x: Int, y: Int)
  /// A mask file holds a value that is no class index.
  case labelOutOfRange(name: String, value: Int, x: Int, y: Int)
  /// A metadata key or value that the file cannot hold.
  case invalidText(key: String)
  /// The library refused to encode.
  case encodingFailed(format: String, reason: String)
  /// The file cannot be written; nothing is left behind.
  case unwritable(path: String, reason: String)

  /// What happened.
  public var message: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .notAnImage(let name, let found): "\(name) is not a PNG or JPEG file: \(found)"
    case .notAMask(let name, let found): "\(name) is not a PNG file, as masks of class indices are: \(found)"
    case .corrupt(let name, let format, let reason): "\(name) is a broken \(format) file: \(reason)"
    case .tooLarge(let name, let width, let height):
      "\(name) is \(width)x\(height) pixels, the limit is \(ImageLimits.side) a side and \(ImageLimits.pixels) in all"
    case .maskHasColours(let name, let x, let y): "mask \(name) holds colours, not class indices (pixel \(x),\(y))"
    case .labelOutOfRange(let name, let value, let x, let y):
      "mask \(name) holds the value \(value) at pixel \(x),\(y), class indices are 0...255"
    case .invalidText(let key): "'\(key)' cannot be stored in an image file"
    case .encodingFailed(let format, let reason): "cannot encode \(format): \(reason)"
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    }
  }

  /// What is wrong without the file's name, for a sentence that names it already.
  public var ownReason: String {
    switch self {
    case .unreadable(_, let reason), .unwritable(_, let reason), .encodingFailed(_, let reason): reason
    case .notAnImage(_, let found): "it is not a PNG or JPEG file: \(found)"
    case .notAMask(_, let found): "it is not a PNG file, as masks of class indices are: \(found)"
    case .corrupt(_, let format, let reason): "it is a broken \(format) file: \(reason)"
    case .tooLarge(_, let width, let height):
      "it is \(width)x\(height) pixels, the limit is \(ImageLimits.side) a side and \(ImageLimits.pixels) in all"
    case .maskHasColours(_, let x, let y): "it holds colours, not class indices (pixel \(x),\(y))"
    case .labelOutOfRange(_, let value, let x, let y): "it holds the value \(value) at pixel \(x),\(y), class indices are 0...255"
    case .invalidText: message
    }
  }

  /// What to do about it.
  public var hint: String? {
    switch self {
    case .unreadable: "check the path and its permissions"
    case .notAnImage: "convert the file to PNG or JPEG"
    case .notAMask: "save the mask as a palette PNG (index = class) or as a grey PNG (value = class)"
    case .corrupt: "copy or download the file again"
    case .tooLarge: "scale the image down first"
    case .maskHasColours: "save the mask as a palette PNG (index = class) or as a grey PNG (value = class)"
    case .labelOutOfRange: "save the mask with 8 bits a pixel"
    case .invalidText: "keys are 1 to 79 Latin letters, digits or signs; values hold no zero character, in a JPEG file at most 65000 bytes"
    case .encodingFailed: nil
    case .unwritable: "check that the folder exists, is writable and has free space"
    }
  }
}

/// What is accepted from a file.
public enum ImageLimits {
  /// Largest width and height, in pixels.
  public static let side = 16384
  /// Largest number of pixels.
  public static let pixels = 100_000_000
  /// Largest file, in bytes.
  public static let fileBytes = 512 << 20
}
