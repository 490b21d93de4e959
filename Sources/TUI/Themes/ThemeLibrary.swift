import Core
import Foundation

/// The themes that there are.
public enum ThemeLibrary {
  /// Those that come with the program (`Assets/themes`), behind the terminal's own colours.
  public static let builtIn: [ThemeColors] = [.standard] + files(in: AssetFolder.url("themes")).compactMap { try? ThemeColors($0) }

  /// Files that are looked at in the user's folder.
  private static let mostFiles = 64

  /// Where the user's own are.
  public static func folder(_ environment: [String: String]) -> URL {
    DataFolder.configuration(environment).appendingPathComponent("themes")
  }

  /// The user's own, and what is wrong with files that are none.
  public static func themes(in folder: URL) -> (themes: [ThemeColors], faults: [TUIError]) {
    var themes: [ThemeColors] = [], faults: [TUIError] = []
    for file in files(in: folder) {
      do throws(TUIError) { themes.append(try ThemeColors(file)) } catch { faults.append(error) }
    }
    return (themes, faults)
  }

  private static func files(in folder: URL?) -> [URL] {
    let names = folder.flatMap { try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil) } ?? []
    return Array(names.filter { $0.pathExtension == "json" }.sorted { $0.lastPathComponent < $1.lastPathComponent }.prefix(mostFiles))
  }
}
