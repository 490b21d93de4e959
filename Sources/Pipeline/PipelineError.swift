import Foundation

/// What can go wrong with data sets, requests, the store and evaluations; each case carries the facts.
public enum PipelineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A data set needs `--root` and none was given.
  case rootMissing(dataset: String, layout: String)
  /// The folder is not there, or does not look like the data set; `found` says what is missing.
  case wrongLayout(dataset: String, root: String, found: String, layout: String)
  /// A file that must be there is not, or cannot be read.
  case unreadableFile(path: String, reason: String)
  /// A file cannot be written.
  case unwritableFile(path: String, reason: String)
  /// A file is there but its content breaks its own format.
  case malformedFile(path: String, reason: String)
  /// An image and its mask have different sizes.
  case sizeMismatch(image: String, imageSize: String, mask: String, maskSize: String)
  /// A name in a list or an annotation file would leave the data set's folder.
  case nameEscapesRoot(name: String, file: String)
  /// There is no such item in the data set.
  case unknownItem(id: String, dataset: String)
  /// There is no such class in the data set.
  case unknownClass(index: Int, dataset: String, count: Int)
  /// There is no such fold in the data set.
  case unknownFold(fold: Int, dataset: String, folds: Int)
  /// A setting is outside its range.
  case badSetting(name: String, value: String, allowed: String)

  /// What happened.
  public var message: String {
    switch self {
    case .rootMissing(let dataset, _): "data set \(dataset) needs a folder"
    case .wrongLayout(let dataset, let root, let found, _): "\(root) is not a \(dataset) folder: \(found)"
    case .unreadableFile(let path, let reason): "cannot read \(path): \(reason)"
    case .unwritableFile(let path, let reason): "cannot write \(path): \(reason)"
    case .malformedFile(let path, let reason): "\(path) is broken: \(reason)"
    case .sizeMismatch(let image, let imageSize, let mask, let maskSize):
      "\(image) is \(imageSize) but its mask \(mask) is \(maskSize)"
    case .nameEscapesRoot(let name, let file): "\(file) names \"\(name)\", which is outside the data set's folder"
    case .unknownItem(let id, let dataset): "data set \(dataset) has no picture \"\(id)\""
    case .unknownClass(let index, let dataset, let count): "data set \(dataset) has no class \(index) (1...\(count))"
    case .unknownFold(let fold, let dataset, let folds): "data set \(dataset) has no fold \(fold) (0...\(folds - 1))"
    case .badSetting(let name, let value, _): "\(name) cannot be \(value)"
    }
  }

  /// What to do about it, where there is something.
  public var hint: String? {
    switch self {
    case .rootMissing(_, let layout): "give its folder with --root DIR, laid out as\n\(layout)"
    case .wrongLayout(_, _, _, let layout): "expected\n\(layout)"
    case .unreadableFile: "check that the file exists and that you may read it"
    case .unwritableFile: "check that the folder exists, that you may write there and that the disk is not full"
    case .malformedFile: "download or make the file again"
    case .sizeMismatch: "an image and its mask must have the same width and height; make one of them again"
    case .nameEscapesRoot: "names must be relative and without \"..\"; correct the file"
    case .unknownItem: "list the pictures with: diffss dataset list"
    case .badSetting(_, _, let allowed): "allowed: \(allowed)"
    case .unknownClass, .unknownFold: "see the classes and folds with: diffss dataset info"
    }
  }

  public var description: String { message }
}
