import Core
import Foundation

/// The data sets that the program reads.
public enum DatasetKind: String, CaseIterable, Codable, Sendable {
  /// Drawn by the program itself.
  case demo
  /// PASCAL-5i on VOC 2012 (with SBD's masks where they are there).
  case pascal
  /// COCO-20i on COCO 2014 or 2017.
  case coco
  /// FSS-1000.
  case fss
  /// Images and masks of the user's own.
  case folder
}

/// A part of a data set by its purpose.
public enum DatasetSplit: String, CaseIterable, Codable, Sendable {
  /// Everything there is.
  case all
  /// Episodes of base classes, from images without any novel class.
  case train
  case val
  /// FSS-1000 only.
  case test
}

/// Which classes are novel in which of the four folds.
public enum FoldRule: String, CaseIterable, Codable, Sendable {
  /// Fold f has the classes f + 1, f + 5, f + 9, ...: COCO-20i of FWB, HSNet and BAM.
  case interleaved
  /// Fold f has the f-th quarter of the classes: PASCAL-5i, and COCO-20i of PANet.
  case contiguous

  public static let folds = 4

  /// The novel classes of a fold among `1...count`, ascending; empty when there is no such fold.
  func novel(fold: Int, of count: Int) -> [Int] {
    guard (0..<Self.folds).contains(fold) else { return [] }
    return switch self {
    case .interleaved: Array(stride(from: fold + 1, through: count, by: Self.folds))
    case .contiguous: Array(count / Self.folds * fold..<(fold == Self.folds - 1 ? count : count / Self.folds * (fold + 1))).map { $0 + 1 }
    }
  }

  /// The classes that episodes of a fold are about: novel ones, in a training split the others.
  func classes(inFold fold: Int, of count: Int, split: DatasetSplit) -> [Int] {
    let novel = novel(fold: fold, of: count)
    return split == .train && !novel.isEmpty ? Array(Set(1...count).subtracting(novel)).sorted() : novel
  }
}

/// A data set on disk, and how it is to be read.
public struct DatasetSource: Codable, Hashable, Sendable {
  public var kind: DatasetKind
  /// Its folder; the demo needs none.
  public var root: URL?
  /// Nil for the part that the benchmark is evaluated on where that is there (`val`, FSS-1000 `test`), else everything.
  public var split: DatasetSplit?
  /// COCO only; `interleaved` when nil.
  public var foldRule: FoldRule?
  /// Reads masks as the published generator does: the grey of a palette's colour in place of its index, FSS-1000's from 100 on.
  public var readsMasksAsPublished: Bool
  /// Where what the masks hold is kept for the next time; nil to keep nothing.
  public var cache: URL?
  /// Own folders only: which images are turned as their EXIF data says; `auto` when nil.
  public var orientation: OrientationRule?

  public init(
    _ kind: DatasetKind, root: URL? = nil, split: DatasetSplit? = nil, foldRule: FoldRule? = nil, readsMasksAsPublished: Bool = false,
    cache: URL? = nil, orientation: OrientationRule? = nil
  ) {
    self.kind = kind
    self.root = root
    self.split = split
    self.foldRule = foldRule
    self.readsMasksAsPublished = readsMasksAsPublished
    self.cache = cache
    self.orientation = orientation
  }

  /// A file of the cache for something of this source; nil when nothing is kept.
  func cacheFile(_ what: String) -> URL? {
    guard let cache, let root else { return nil }
    let path = root.standardizedFileURL.resolvingSymlinksInPath().path
    let key = Digest.hex(Data("\(kind.rawValue)\n\(path)\n\(what)\n\(readsMasksAsPublished)".utf8)).prefix(24)
    return cache.appendingPathComponent("datasets/\(kind.rawValue)-\(key)")
  }
}

/// How far the opening of a data set is: `done` of `of` masks are read. False ends it with `CancellationError`.
public typealias DatasetProgress = @Sendable (_ done: Int, _ of: Int) -> Bool
