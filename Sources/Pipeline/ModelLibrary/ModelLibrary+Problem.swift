import Foundation
import Models

extension ModelLibrary {
  /// Why a model cannot be run, in one line, with SD 1.5's configuration where it brings none; nil when it can. Its networks are built on
  /// trial. Throws `ModelError` when it cannot be read at all.
  static func problem(of entry: ModelEntry) throws -> String? {
    guard let problem = try ModelInspection(entry.url, config: configuration()).parts.lazy.compactMap(\.problem).first else { return nil }
    let lines = problem.split(separator: "\n")
    return lines.count > 1 ? "\(lines[0]) (\(lines.count - 1) more lines)" : problem
  }
}
