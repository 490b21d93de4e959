import Foundation
import Logging
import Synchronization

/// What the program writes down of its own work, by subject. Nothing is written until `start`.
public enum Log {
  public static let program = logger("program")
  public static let store = logger("store")
  public static let queue = logger("queue")
  public static let models = logger("models")
  public static let generating = logger("generating")
  public static let evaluation = logger("evaluation")

  /// Begins to write lines of `level` and above into the log file of a data folder. A file that cannot be written is left alone.
  public static func start(_ level: Logger.Level, folder: URL = DataFolder.standard()) {
    destination.withLock { $0 = (level, RotatingFile(Log.file(in: folder))) }
  }

  /// The log file of a data folder; older ones are beside it as `diffss.log.1`, `.2`, ....
  public static func file(in folder: URL) -> URL { folder.appendingPathComponent("logs/diffss.log") }

  fileprivate static let destination: Mutex<(level: Logger.Level, file: RotatingFile)?> = Mutex(nil)

  private static func logger(_ subject: String) -> Logger {
    var logger = Logger(label: subject) { LineHandler(subject: $0) }
    // The destination decides.
    logger.logLevel = .trace
    return logger
  }
}

/// One line a message: time, process, level, subject, text.
private struct LineHandler: LogHandler {
  let subject: String
  var logLevel: Logger.Level = .trace
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    guard let (level, file) = Log.destination.withLock({ $0 }), event.level >= level else { return }
    // Names of files and classes are other people's: no line breaks or escapes of theirs.
    let text = PlainText.clean("\(event.message)")
    file.append("\(Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))) \(getpid()) \(event.level) \(subject): \(text)\n")
  }
}
