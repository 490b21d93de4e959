import Foundation
import Models

extension ModelLibrary {
  /// Why a model cannot be run, in one line, with SD 1.5's configuration where it brings none, and what to do; nil when it can. Its networks are built on
  /// trial. Throws `ModelError` when it cannot be read at all.
  public static func problem(of entry: ModelEntry) throws -> (text: String, hint: String?)? {
    guard let part = try ModelInspection(entry.url, config: configuration()).parts.first(where: { $0.problem != nil }), let problem = part.problem else { return nil }
    let lines = problem.split(separator: "\n")
    return lines.count > 1 ? ("\(lines[0]) (\(lines.count - 1) more lines)", nil) : (problem, part.hint)
  }
}
