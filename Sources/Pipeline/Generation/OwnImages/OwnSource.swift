import Core
import Data
import Foundation
import Models
import Render

/// What the control image of an image of the user's own was made from, and how: the image and the mask are known by what is in their files,
/// wherever these are.
public struct OwnSource: Codable, Hashable, Sendable {
  public struct File: Codable, Hashable, Sendable {
    /// Without its folder.
    public let name: String
    /// SHA-256 of its bytes, in hexadecimal.
    public let sha256: String

    /// Throws `CoreError.unreadableFile`.
    init(_ url: URL) throws {
      name = url.lastPathComponent
      do { sha256 = Digest.hex(Data(try FileBytes.read(url))) } catch {
        throw CoreError.unreadableFile(path: url.path, reason: error.reason)
      }
    }

    /// The file in one of some places: a file under any name, a folder in which it has its own. Nil where none has its bytes.
    func find(in places: [URL]) -> URL? {
      places.map { $0.isFolder ? $0.appendingPathComponent(name) : $0 }.first { (try? File($0))?.sha256 == sha256 }
    }
  }

  public let image: File
  public let mask: File
  /// The class's number in `classes`; nil, and absent from the JSON, where all of the mask is the class.
  public let classIndex: Int?
  public let classes: DatasetKind
  /// The user's own name for the class; nil, and absent from the JSON, for that of `classes`.
  public let className: String?
  /// Nil, and absent from the JSON, for the colour of the table.
  public let ade: Int?
  /// Nil, and absent from the JSON, for `auto`.
  public let orientation: OrientationRule?
  public let condition: ConditionType
  public let conditionSettings: ConditionSettings
  /// The edge detector's name (`WeightName`), whose digest is beside the request; nil, and absent from the JSON, where there was none.
  public internal(set) var detector: String?

  /// Reads both files. Throws `CoreError.unreadableFile`.
  init(_ own: OwnImage, _ condition: ConditionType, _ settings: ConditionSettings) throws {
    (image, mask) = (try File(own.files.image), try File(own.files.mask))
    (classIndex, classes, className, ade) = (own.info.index, own.info.kind, own.info.name, own.info.ade)
    orientation = own.orientation == .auto ? nil : own.orientation
    self.condition = condition
    conditionSettings = settings.relevant(to: condition)
  }

  /// The control image again; nil for the condition `none`. Throws as `OwnImage.condition` does, and what reading the files does.
  func control(image: URL, mask: URL, detector: URL?, _ library: ModelLibrary) throws -> Image? {
    guard condition != .none else { return nil }
    let own = try OwnImage(
      image: image, mask: mask, info: OwnClass(classIndex, of: classes, named: className, ade: ade), orientation: orientation ?? .auto)
    return try own.condition(condition, settings: conditionSettings, models: library, detector: detector).image
  }
}

extension OwnSource {
  /// What looking for an image's source has shown.
  enum Finding {
    /// Its control images, made again; none for the condition `none`.
    case remade([Image])
    /// Names of files that are in none of the places.
    case missing([String])
  }

  /// Makes the control images again from files in some places. Throws as `control`, and `GenerationError.modelMissing` for the edge detector.
  func remake(from places: [URL], _ library: ModelLibrary, digests: [String: String]) throws -> Finding {
    let found = [image, mask].map { ($0.name, $0.find(in: places)) }
    guard let image = found[0].1, let mask = found[1].1 else { return .missing(found.filter { $0.1 == nil }.map(\.0)) }
    let weights = try detector.map { try library.detectorPlace($0, digest: digests[$0]) }
    return .remade(try control(image: image, mask: mask, detector: weights, library).map { [$0] } ?? [])
  }
}
