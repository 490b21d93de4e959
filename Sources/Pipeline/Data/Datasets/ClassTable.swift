import Core
import Foundation

/// JSON tables that come with the program, `tables/NAME.json` of the assets.
public enum AssetTable {
  /// The content of table `name`. Throws `CoreError` when it is missing or broken.
  public static func load<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
    let path = "tables/\(name).json"
    guard let file = AssetFolder.url(path) else {
      throw CoreError.unreadableFile(path: "Assets/\(path)", reason: "it is not beside the program nor in its checkout")
    }
    let data: Data
    do { data = try Data(contentsOf: file) } catch {
      throw CoreError.unreadableFile(path: file.path, reason: error.reason)
    }
    do { return try JSONDecoder().decode(type, from: data) } catch {
      throw CoreError.malformedFile(path: file.path, reason: error.reason)
    }
  }
}

/// Prompt words and ADE20K classes of a data set's classes; entry 0 is background.
struct ClassTable: Decodable {
  /// ADE20K's "plaything": what the published tables give to most small things, and we to names they do not know.
  static let anyThing = 108

  let names: [String]
  let classToADE: [Int]

  enum CodingKeys: String, CodingKey {
    case names
    case classToADE = "class_to_ade"
  }

  /// Classes 1..., their own names taken from `names` where given. Throws `CoreError` when the lists do not fit.
  func classes(names own: [String]? = nil, table: String) throws -> [ClassInfo] {
    guard names.count == classToADE.count, own.map({ $0.count == names.count - 1 }) ?? true,
      classToADE.allSatisfy({ (0..<150).contains($0) })
    else { throw CoreError.malformedFile(path: "tables/\(table).json", reason: "its lists do not fit each other") }
    return names.indices.dropFirst().map { index in
      ClassInfo(
        index: index, name: own?[index - 1] ?? names[index], promptName: names[index], adeIndex: classToADE[index])
    }
  }
}
