import Foundation

/// Where the program keeps its state, by the XDG base directory rules.
public enum DataFolder {
  /// `$XDG_DATA_HOME/diffss`, or `~/.local/share/diffss`.
  public static func standard(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
    folder("XDG_DATA_HOME", fallback: ".local/share", environment)
  }

  /// `$XDG_CACHE_HOME/diffss`, or `~/.cache/diffss`: what may be deleted at any time.
  public static func cache(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
    folder("XDG_CACHE_HOME", fallback: ".cache", environment)
  }

  /// `$XDG_CONFIG_HOME/diffss`, or `~/.config/diffss`: what the user has written.
  public static func configuration(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
    folder("XDG_CONFIG_HOME", fallback: ".config", environment)
  }

  /// A relative path in the variable is invalid by the specification and ignored.
  private static func folder(_ variable: String, fallback: String, _ environment: [String: String]) -> URL {
    if let path = environment[variable], path.hasPrefix("/") {
      return URL(fileURLWithPath: path).appendingPathComponent("diffss")
    }
    let home = environment["HOME"].map { URL(fileURLWithPath: $0) } ?? FileManager.default.homeDirectoryForCurrentUser
    return home.appendingPathComponent(fallback).appendingPathComponent("diffss")
  }
}
