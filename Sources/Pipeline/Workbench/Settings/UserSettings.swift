import Core
import Data
import Foundation
import Generation
import Logging
import Render

/// What a user has written into `$XDG_CONFIG_HOME/diffss/config.toml`: defaults of options of the command line, which win over it.
public struct UserSettings: Hashable, Sendable {
  /// Folders with models: `--models`.
  public var models: [URL] = []
  /// The folder of each data set: `--root`.
  public var roots: [DatasetKind: URL] = [:]
  /// 1...64: `--threads`.
  public var threads: Int?
  /// `--jobs`.
  public var jobs: JobCount?
  /// `--engine`.
  public var engines: [String] = []
  /// `--log-level`.
  public var logLevel: Logger.Level?
  /// `--graphics`.
  public var graphics: GraphicsWish?
  /// `--symbols`, on a terminal.
  public var symbols: SymbolSet?
  /// `--low-memory`.
  public var lowMemory = false

  /// Nothing configured.
  public init() {}

  /// The user's own, read once: nothing configured where there is no file.
  public static let standard = Result<UserSettings, CoreError> { () throws(CoreError) in try UserSettings(file: standardFile) }

  /// Where the user's own are.
  static var standardFile: URL { DataFolder.configuration().appendingPathComponent("config.toml") }
}
