/// What can go wrong with files and settings anywhere; each case carries the facts.
public enum CoreError: Explained, Hashable, Sendable {
  /// A file that must be there is not, or cannot be read.
  case unreadableFile(path: String, reason: String)
  /// A file cannot be written.
  case unwritableFile(path: String, reason: String)
  /// A file is there but its content breaks its own format.
  case malformedFile(path: String, reason: String)
  /// A file or folder cannot be written; nothing is left behind.
  case cannotWrite(path: String, reason: String)
  /// Another process writes a file that one at a time can write.
  case fileInUse(path: String)
  /// A setting is outside its range.
  case badSetting(name: String, value: String, allowed: String)
  /// The user's configuration file is no TOML, or sets something that cannot be.
  case badConfiguration(path: String, reason: String)

  public var message: String {
    switch self {
    case .unreadableFile(let path, let reason): "cannot read \(path): \(reason)"
    case .unwritableFile(let path, let reason): "cannot write \(path): \(reason)"
    case .malformedFile(let path, let reason): "\(path) is broken: \(reason)"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
    case .fileInUse(let path): "another process is writing \(path)"
    case .badSetting(let name, let value, _): "\(name) cannot be \(value)"
    case .badConfiguration(let path, let reason): "the configuration \(path) cannot be used: \(reason)"
    }
  }

  public var hint: String? {
    switch self {
    case .unreadableFile: "check that the file exists and that you may read it"
    case .unwritableFile: "check that the folder exists, that you may write there and that the disk is not full"
    case .malformedFile: "download or make the file again"
    case .cannotWrite: "check free space and permissions, or write to another folder"
    case .fileInUse: "wait for its end, or write to another folder"
    case .badSetting(_, _, let allowed): "allowed: \(allowed)"
    case .badConfiguration: "correct the file, or move it away; docs/configuration.md says what it may hold"
    }
  }

  public var ownReason: String {
    switch self {
    case .unreadableFile(_, let reason), .unwritableFile(_, let reason), .malformedFile(_, let reason), .cannotWrite(_, let reason),
      .badConfiguration(_, let reason):
      reason
    case .badSetting, .fileInUse: message
    }
  }
}
