import Core
import Data
import Foundation
import Render

/// Looks at a path while it is typed. Reads folders, headers, and images that are to be taken in; called away from the thread that draws.
public enum PathInspector {
  /// Names that are looked at in a folder, and those that are told.
  private static let most = (read: 20_000, told: 200)

  /// What there is at the path `text`, whose `~` is the home, and what it may go on with.
  public static func inspect(_ text: String, _ use: PathUse) -> PathInsight {
    guard !text.unicodeScalars.contains("\0") else { return PathInsight(text: text, verdict: "no path", isGood: false) }
    let path = (text as NSString).expandingTildeInPath
    let (verdict, isGood) = text.isEmpty ? ("", false) : judge(path, use), labels = isGood ? labels(path, use) : []
    // What is typed after the last slash is the beginning of a name.
    let start = text.lastIndex(of: "/").map { text.index(after: $0) } ?? text.startIndex
    let folder = text[..<start], beginning = text[start...]
    do {
      let place = folder.isEmpty ? "." : (String(folder) as NSString).expandingTildeInPath
      let names = try Self.names(in: place, beginning: String(beginning), use)
      let common = names.dropFirst().reduce(names.first ?? String(beginning)) { $0.commonPrefix(with: $1) }
      return PathInsight(
        text: text, verdict: labels.isEmpty ? verdict : "\(verdict), \(told(labels))", isGood: isGood,
        mayDo: use == .dataset && RootFolder.isFolder(URL(fileURLWithPath: path)),
        names: Array(names.prefix(most.told)),
        // Another way of writing the same letters is no beginning.
        completed: common.hasPrefix(beginning) ? String(folder) + common : text, instead: isGood ? nil : instead(of: path, use),
        labels: labels)
    } catch {
      let fault = "cannot look into \(PlainText.clean(String(folder))): \(PlainText.clean(error.reason))"
      return PathInsight(text: text, verdict: isGood ? verdict : fault, isGood: isGood)
    }
  }

  /// Names in a folder that go on from a beginning, sorted; hidden ones only where it begins with a dot.
  private static func names(in folder: String, beginning: String, _ use: PathUse) throws -> [String] {
    let all = try FileManager.default.contentsOfDirectory(atPath: folder).prefix(most.read)
    let fitting = all.filter { $0.hasPrefix(beginning) && (beginning.hasPrefix(".") || !$0.hasPrefix(".")) }.sorted().prefix(4 * most.told)
    return fitting.compactMap { name in
      var isFolder = ObjCBool(false)
      guard FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) else { return nil }
      if isFolder.boolValue { return name + "/" }
      switch use {
      case .image, .ownImage, .mask: return ["png", "jpg", "jpeg"].contains((name as NSString).pathExtension.lowercased()) ? name : nil
      case .newFile: return name
      case .newFolder, .dataset: return nil
      }
    }
  }

  /// The PNG file of the image's own name, where the mask that is looked for beside it is not there and that one is as large.
  private static func instead(of path: String, _ use: PathUse) -> String? {
    guard case .mask(let image) = use, path == MaskName.beside(image), !FileManager.default.fileExists(atPath: path) else { return nil }
    let other = (image as NSString).deletingPathExtension + ".png"
    guard other != image, let size = try? ImageSize(of: URL(fileURLWithPath: image)) else { return nil }
    return (try? ImageSize(of: URL(fileURLWithPath: other))) == size ? other : nil
  }

  /// The class indices of a mask that has several, as far as they are worth a list.
  private static func labels(_ path: String, _ use: PathUse) -> [Int] {
    guard case .mask = use, let labels = try? MaskLabels.of(URL(fileURLWithPath: path)), (2...32).contains(labels.count) else { return [] }
    return labels
  }

  private static func told(_ labels: [Int]) -> String {
    let words = labels.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "a mask of \(labels.count) labels: \(words)" + (labels.count > 8 ? ", …" : "")
  }

  /// What a path is, for what it is to be, and whether it will do.
  private static func judge(_ path: String, _ use: PathUse) -> (String, Bool) {
    var isFolder = ObjCBool(false)
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), url = URL(fileURLWithPath: path)
    switch use {
    case .image, .ownImage, .mask:
      guard isThere else { return ("no such file", false) }
      guard !isFolder.boolValue else { return ("a folder", false) }
      do {
        return ("an image of \(try size(of: url, use))", true)
      } catch DataError.sizeMismatch(_, let imageSize, _, let maskSize) {
        return ("\(maskSize), but the image is \(imageSize)", false)
      } catch DataError.emptyMask {
        return ("empty: not one pixel is the object", false)
      } catch {
        return (PlainText.clean(error.reason), false)
      }
    case .newFolder:
      guard isThere else { return ("a new folder", true) }
      return isFolder.boolValue ? ("a folder that is there; files come beside what it holds", true) : ("a file, no folder", false)
    case .newFile:
      if isThere { return isFolder.boolValue ? ("a folder, no file", false) : ("a file that is there; it will be replaced", true) }
      return ("a new file", true)
    case .dataset:
      guard isThere else { return ("no such folder", false) }
      guard isFolder.boolValue else { return ("a file, no folder", false) }
      guard let kind = Datasets.kind(of: url) else { return ("laid out like no data set that is known", false) }
      return (kind.look, true)
    }
  }
}

extension PathInspector {
  /// The size of an image that will do. Of one to be taken in all pixels are read, and those of its mask: as long as another one can be
  /// named, not after everything else was asked.
  private static func size(of url: URL, _ use: PathUse) throws -> ImageSize {
    switch use {
    case .ownImage: _ = try Image(pngOrJpeg: url)
    case .mask(let image): _ = try OwnPair(image: URL(fileURLWithPath: image), mask: url, label: nil, orientation: .auto)
    case .image, .newFolder, .newFile, .dataset: break
    }
    return try ImageSize(of: url)
  }
}

extension DatasetKind {
  /// What a folder of this kind looks like, in a clause.
  var look: String {
    switch self {
    case .demo: "the demo"
    case .pascal: "it looks like PASCAL VOC 2012 (pascal)"
    case .coco: "it looks like COCO (coco)"
    case .fss: "it looks like FSS-1000 (fss)"
    case .folder: "it looks like images and masks of your own (folder)"
    }
  }
}
