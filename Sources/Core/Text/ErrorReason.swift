import Foundation

extension Error {
  /// What is wrong, for a sentence that names the file already: an error's own sentence would name it twice.
  public var reason: String {
    switch self as any Error {
    case let error as any Explained: return error.ownReason
    case let error as DecodingError: return error.words
    default:
      let error = self as NSError
      return [NSCocoaErrorDomain, NSPOSIXErrorDomain].contains(error.domain) ? error.posixReason : "\(self)"
    }
  }
}

extension NSError {
  /// The operating system's own words where Foundation hides them one level down.
  public var posixReason: String {
    var error: NSError? = self
    while let current = error {
      if current.domain == NSPOSIXErrorDomain, let code = Int32(exactly: current.code) { return String(cString: strerror(code)) }
      error = current.userInfo[NSUnderlyingErrorKey] as? NSError
    }
    return domain == NSCocoaErrorDomain ? ownReason : localizedDescription
  }

  /// Foundation's own sentences begin with "The operation could not be completed" and often end with a number.
  private var ownReason: String {
    switch CocoaError.Code(rawValue: code) {
    case .fileNoSuchFile, .fileReadNoSuchFile: "no such file or folder"
    case .fileReadNoPermission, .fileWriteNoPermission: "permission denied"
    case .fileWriteFileExists: "something of this name is there"
    case .fileWriteOutOfSpace: "no space left"
    case .fileWriteVolumeReadOnly: "read-only file system"
    case .fileReadCorruptFile, .fileReadInapplicableStringEncoding, .fileReadUnknownStringEncoding: "its content cannot be read"
    default: "the system refuses it, and does not say why"
    }
  }
}

extension DecodingError {
  /// The field and what is wrong with it, in place of Swift's own description of several lines.
  public var words: String {
    func field(_ context: Context, _ last: (any CodingKey)? = nil) -> String {
      let path = (context.codingPath + (last.map { [$0] } ?? [])).map { $0.intValue.map { "\($0)" } ?? $0.stringValue }
      return path.isEmpty ? "its content" : PlainText.clean(path.joined(separator: "."))
    }
    return switch self {
    case .keyNotFound(let key, let context): "\(field(context, key)) is not there"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context): "\(field(context)) is no \(type)"
    case .dataCorrupted(let context): context.codingPath.isEmpty ? "it is not JSON" : "\(field(context)) cannot be used"
    @unknown default: "it cannot be decoded"
    }
  }
}
