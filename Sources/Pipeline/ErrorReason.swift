import Foundation
import Models
import Render

extension Error {
  /// What is wrong, for a sentence that names the file already: an error's own sentence would name it twice.
  package var reason: String {
    switch self as any Error {
    case let error as RenderError: return error.reason
    case let error as PipelineError: return error.ownReason
    case let error as ModelError: return error.ownReason
    case let error as DecodingError: return error.words
    default:
      let error = self as NSError
      return [NSCocoaErrorDomain, NSPOSIXErrorDomain].contains(error.domain) ? error.posixReason : "\(self)"
    }
  }
}

extension PipelineError {
  fileprivate var ownReason: String {
    switch self {
    case .unreadableFile(_, let reason), .unwritableFile(_, let reason), .malformedFile(_, let reason), .cannotWrite(_, let reason),
      .storeUnusable(_, let reason), .badConfiguration(_, let reason), .fetchFailed(_, let reason, _):
      reason
    case .notOurs: "it does not say how it was painted"
    case .unclearMask(_, let found): "it does not say which pixels are the object: \(found)"
    case .sizeMismatch(_, let imageSize, _, let maskSize): "it is \(imageSize) but its mask is \(maskSize)"
    default: message
    }
  }
}

extension ModelError {
  fileprivate var ownReason: String {
    switch self {
    case .unreadable(_, let reason), .badWeights(_, let reason), .badConfig(_, let reason), .writeFailed(_, let reason), .cutShort(_, let reason),
      .unsupportedFormat(_, let reason), .unfitControlNet(_, let reason):
      reason
    default: message
    }
  }
}

extension DecodingError {
  /// The field and what is wrong with it, in place of Swift's own description of several lines.
  var words: String {
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
