import Foundation

/// The files that come with the program: class tables, palettes and the demo's weights.
public enum AssetFolder {
  /// `Assets` of the checkout, or `share/diffss` beside an installed `bin/diffss`; nil when neither is there.
  ///
  /// Looked for beside the executable, above the executable (a build folder), in the current directory and its parents,
  /// and where the sources were when they were compiled.
  public static let root: URL? = {
    let executable = URL(fileURLWithPath: executablePath).resolvingSymlinksInPath().deletingLastPathComponent()
    var candidates = [executable.deletingLastPathComponent().appendingPathComponent("share/diffss")]
    candidates += parents(of: executable).map { $0.appendingPathComponent("Assets") }
    let current = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    candidates += parents(of: current).map { $0.appendingPathComponent("Assets") }
    candidates += parents(of: URL(fileURLWithPath: #filePath)).map { $0.appendingPathComponent("Assets") }
    return candidates.first {
      FileManager.default.fileExists(atPath: $0.appendingPathComponent("tables/generation.json").path)
    }
  }()

  /// A file or folder below the root, nil when it is not there.
  public static func url(_ path: String) -> URL? {
    guard let url = root?.appendingPathComponent(path), FileManager.default.fileExists(atPath: url.path) else { return nil }
    return url
  }

  private static var executablePath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments.first ?? ""
  }

  /// A folder and the folders around it, innermost first.
  private static func parents(of folder: URL) -> [URL] {
    var result = [folder]
    while let last = result.last, last.path != "/", result.count < 64 { result.append(last.deletingLastPathComponent()) }
    return result
  }
}
