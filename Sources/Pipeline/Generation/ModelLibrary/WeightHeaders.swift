import Core
import Foundation
import Models
import Synchronization

/// What weight files are, by their headers; of large files it is remembered by path, size and time of change, so that a folder of
/// hundreds of them is looked through once.
final class WeightHeaders: Sendable {
  /// What a file is, or why it cannot be read.
  typealias Answer = Result<WeightSummary, ModelError>

  private struct Known: Codable {
    let size: Int
    /// Seconds since 1970 with the file system's fraction.
    let changed: Double
    let summary: WeightSummary
  }

  private struct State {
    var known: [String: Known]?
    var isChanged = false
  }

  /// Reading the header of a smaller file takes no longer than looking it up.
  private static let smallest = 16 << 20

  private let file: URL
  private let state = Mutex(State())

  /// `file` keeps what is known between runs; a cache that cannot be read or written is only slower.
  init(file: URL) { self.file = file }

  func answer(_ url: URL) -> Answer {
    let path = url.resolvingSymlinksInPath().path
    var status = stat()
    guard stat(path, &status) == 0, status.st_size >= Self.smallest else { return Self.read(url) }
    let size = Int(status.st_size), changed = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
    if let known = recall(path), known.size == size, known.changed == changed { return .success(known.summary) }
    let answer = Self.read(url)
    // A file that cannot be read may be on its way: it is looked at again each time.
    if case .success(let summary) = answer { remember(path, Known(size: size, changed: changed, summary: summary)) }
    return answer
  }

  /// Writes down what was learnt.
  func save() {
    let data = state.withLock { state -> Data? in
      guard state.isChanged else { return nil }
      state.isChanged = false
      return try? CanonicalJSON.data(state.known ?? [:])
    }
    if let data { try? AtomicFile.write(data, to: file) }
  }

  private static func read(_ url: URL) -> Answer {
    do { return .success(try WeightSummary(url)) } catch {
      return .failure(error as? ModelError ?? .unreadable(path: url.path, reason: "\(error)"))
    }
  }

  private func recall(_ path: String) -> Known? {
    state.withLock { state in
      if state.known == nil {
        state.known = (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode([String: Known].self, from: $0) } ?? [:]
      }
      return state.known?[path]
    }
  }

  private func remember(_ path: String, _ known: Known) {
    state.withLock { state in
      state.known?[path] = known
      state.isChanged = true
    }
  }
}
