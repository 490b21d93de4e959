import Foundation

/// The published implementations' inputs and outputs, kept outside the project in `../shared/golden` (or `$DIFFSS_SHARED/golden`).
///
/// A clone alone has no such folder: golden tests are then skipped and say so. Under `CI=true` its absence is a failure.
public enum Golden {
  /// The checkout's root folder.
  public static let projectRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// `../shared` beside the checkout.
  public static let shared: URL = {
    if let path = ProcessInfo.processInfo.environment["DIFFSS_SHARED"] { return URL(fileURLWithPath: path) }
    return projectRoot.deletingLastPathComponent().appendingPathComponent("shared")
  }()

  /// Whether golden tests run: the folder is there, or its absence must fail.
  public static let isAvailable: Bool = {
    let found = FileManager.default.fileExists(atPath: shared.appendingPathComponent("golden").path)
    let mustExist = ProcessInfo.processInfo.environment["CI"] == "true"
    if !found && !mustExist { print("note: \(shared.path)/golden is not here, golden tests are skipped") }
    return found || mustExist
  }()

  /// A file below `golden/`.
  public static func url(_ path: String) -> URL { shared.appendingPathComponent("golden/" + path) }

  /// A file below `data/`.
  public static func data(_ path: String) -> URL { shared.appendingPathComponent("data/" + path) }

  /// A file of the project's own fixtures, `Tests/Fixtures`.
  public static func fixture(_ path: String) -> URL { projectRoot.appendingPathComponent("Tests/Fixtures/" + path) }
}
