import Core
import Data
import Foundation
import Generation
import Models
import Render

/// Generated images in the order of a report, before any of them is decoded.
struct FoundImages {
  /// What an image says of itself.
  enum Origin {
    case support(ImageMetadata)
    /// Generated from control images of the user's own; without the rest where it was generated before weights had names and digests.
    case own(OwnImageRequest, OwnImageMetadata?)

    /// Images of one row share it.
    enum Row: Hashable {
      case support(ControlSource)
      case own(OwnImageRequest)
    }

    var row: Row {
      switch self {
      case .support(let metadata): return .support(ControlSource(metadata.request))
      case .own(var request, _):
        request.seed = 0
        return .own(request)
      }
    }
  }

  struct Entry {
    let name: String
    let file: SupportFile
    let origin: Origin
  }

  /// Row by row.
  private(set) var rows: [[Entry]] = []
  /// Files of control images by their keys.
  private(set) var controls: [String: SupportFile] = [:]
  /// What is not in the rows, in words.
  private(set) var remarks: [String] = []
  private(set) var problems: [any Error] = []

  /// The images of a folder and the folders below it, or of archives, by their paths; after `limit` rows no further file is read.
  ///
  /// Throws `CoreError.unreadableFile` when there is no such folder or archive, `.malformedFile` for a damaged one.
  init(folder: URL, limit: Int) throws {
    let found = try SupportFiles(folder), files = found.all(endingIn: Self.endings)
    remarks = found.remarks
    var known: [Origin.Row: Int] = [:], strangers = 0
    for (position, (name, file)) in files.enumerated() {
      let text: [String: String]
      do {
        text = try ImageText.of(file.bytes(limit: Self.mostBytes), name: file.path)
      } catch {
        problems.append(error)
        continue
      }
      guard let origin = Self.origin(text) else {
        if let key = ImageMetadata.key(in: text) { controls[key] = file } else if !name.hasSuffix(Self.controlEnding) { strangers += 1 }
        continue
      }
      if known[origin.row] == nil, rows.count == limit {
        remarks.append("Files of the folder not read, beyond the first supports: \(files.count - position).")
        break
      }
      add(Entry(name: name, file: file, origin: origin), &known)
    }
    if strangers > 0 { remarks.append("Images left out because they do not say how they were generated: \(strangers).") }
  }

  /// The images of a data set in a store, by item, class, condition and number. Throws `GenerationError.storeUnusable`.
  init(store: Store, dataset: String, limit: Int) throws {
    func order(_ image: ImageMetadata) -> (String, Int, String, Int, String) {
      let request = image.request, source = request.source
      return (source.item, source.classIndex, request.condition.rawValue, source.number, image.key)
    }
    var known: [Origin.Row: Int] = [:]
    for metadata in try store.images(dataset: dataset).sorted(by: { order($0) < order($1) }) {
      add(Entry(name: "\(metadata.key.prefix(12)).png", file: .loose(store.file(metadata.key)), origin: .support(metadata)), &known)
    }
    if rows.count > limit {
      remarks.append("Supports left out: \(rows.count - limit).")
      rows.removeLast(rows.count - limit)
    }
  }

  /// The control image of an image of the user's own, which is known by its name and its digest alone.
  static func control(beside image: Entry, _ request: OwnImageRequest) -> Image? {
    if case .loose(let file) = image.file { OwnControlFiles.first(of: request, beside: file) } else { nil }
  }

  private static let controlEnding = "_control.png"
  private static let endings = [".png", ".jpg", ".jpeg"]
  private static let mostBytes = 256 << 20

  private mutating func add(_ image: Entry, _ known: inout [Origin.Row: Int]) {
    if let row = known[image.origin.row] {
      rows[row].append(image)
    } else {
      known[image.origin.row] = rows.count
      rows.append([image])
    }
  }

  private static func origin(_ text: [String: String]) -> Origin? {
    if let metadata = ImageMetadata(entries: text) { return .support(metadata) }
    if let metadata = OwnImageMetadata(entries: text) { return .own(metadata.request, metadata) }
    guard let json = text[ImageMetadata.entry] else { return nil }
    return (try? JSONDecoder().decode(OwnImageRequest.self, from: Data(json.utf8))).map { .own($0, nil) }
  }
}
