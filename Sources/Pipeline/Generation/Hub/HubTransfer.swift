import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One answer of a web server, written to a file as it arrives.
final class HubTransfer: NSObject, URLSessionDataDelegate, Sendable {
  /// How a transfer ended.
  enum Outcome: Sendable {
    /// Everything that was announced has arrived.
    case complete
    /// The connection broke; what arrived is in the file.
    case broken(String)
    /// The server refused, or sent something that must not be kept.
    case refused(String)
    /// The repository, or this file of it, is not given out.
    case closed(String)
    /// There is no connection to the server.
    case unreachable(String)
    /// The file cannot be written: what is wrong with it, or with the disk.
    case unwritable(String)
    case cancelled
  }

  private struct State {
    var handle: FileHandle?
    var received = 0
    var outcome: Outcome?
    var finished: CheckedContinuation<Outcome, Never>?
  }

  private let file: URL
  private let offset: Int
  private let limit: Int
  private let origin: URL
  private let progress: @Sendable (Int) -> Bool
  private let state = Mutex(State())

  /// - Parameters:
  ///   - file: where the bytes go; it holds the first `offset` already.
  ///   - limit: the most bytes the file may have.
  ///   - progress: told of the file's bytes as they come; false ends the transfer.
  init(from origin: URL, to file: URL, offset: Int, limit: Int, progress: @escaping @Sendable (Int) -> Bool) {
    (self.origin, self.file, self.offset, self.limit, self.progress) = (origin, file, offset, limit, progress)
  }

  /// Runs it. `token` goes to the address's own host only.
  func run(token: String?, timeout: TimeInterval) async -> Outcome {
    var request = URLRequest(url: origin)
    request.setValue("diffss", forHTTPHeaderField: "User-Agent")
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    if offset > 0 { request.setValue("bytes=\(offset)-", forHTTPHeaderField: "Range") }
    let settings = URLSessionConfiguration.ephemeral
    settings.timeoutIntervalForRequest = timeout
    let session = URLSession(configuration: settings, delegate: self, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    return await withCheckedContinuation { continuation in
      state.withLock { $0.finished = continuation }
      session.dataTask(with: request).resume()
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse, newRequest: URLRequest,
    completionHandler: @escaping (URLRequest?) -> Void
  ) {
    var request = newRequest
    guard let target = request.url, target.scheme == "https" || target.scheme == origin.scheme else {
      end(.refused("it redirects to an address that is not encrypted"))
      return completionHandler(nil)
    }
    // Large files are on other hosts, which must not learn the token.
    if target.host != origin.host || target.port != origin.port { request.setValue(nil, forHTTPHeaderField: "Authorization") }
    if offset > 0 { request.setValue("bytes=\(offset)-", forHTTPHeaderField: "Range") }
    completionHandler(request)
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    guard status == 200 || status == 206 && offset > 0 else {
      let code = (response as? HTTPURLResponse)?.value(forHTTPHeaderField: "X-Error-Code") ?? ""
      if let reason = Self.closure(status, code: code) {
        end(.closed(reason))
      } else {
        end(status >= 500 ? .broken("the server answered \(status)") : .refused(Self.meaning(of: status)))
      }
      return completionHandler(.cancel)
    }
    // 200 to a request for the rest: the server sends everything again.
    let start = status == 206 ? offset : 0
    do {
      if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
      let handle = try FileHandle(forWritingTo: file)
      try handle.truncate(atOffset: UInt64(start))
      try handle.seek(toOffset: UInt64(start))
      state.withLock { ($0.handle, $0.received) = (handle, start) }
      completionHandler(.allow)
    } catch {
      end(.unwritable((error as NSError).posixReason))
      completionHandler(.cancel)
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let received: Int? = state.withLock { state in
      guard state.outcome == nil, let handle = state.handle else { return nil }
      guard data.count <= limit - state.received else {
        state.outcome = .refused("it sends more than the \(limit) bytes that were announced")
        return nil
      }
      do {
        try handle.write(contentsOf: data)
      } catch {
        state.outcome = .unwritable((error as NSError).posixReason)
        return nil
      }
      state.received += data.count
      return state.received
    }
    guard let received else { return dataTask.cancel() }
    if !progress(received) {
      end(.cancelled)
      dataTask.cancel()
    }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let (outcome, continuation) = state.withLock { state in
      try? state.handle?.close()
      state.handle = nil
      defer { state.finished = nil }
      return (state.outcome ?? error.map(Self.outcome) ?? .complete, state.finished)
    }
    continuation?.resume(returning: outcome)
  }

  private static func outcome(_ error: any Error) -> Outcome {
    let none: Set<URLError.Code> = [.cannotFindHost, .cannotConnectToHost, .dnsLookupFailed, .notConnectedToInternet]
    let isNone = (error as? URLError).map { none.contains($0.code) } ?? false
    return isNone ? .unreachable(error.localizedDescription) : .broken(error.localizedDescription)
  }

  private func end(_ outcome: Outcome) { state.withLock { if $0.outcome == nil { $0.outcome = outcome } } }

  /// Why a server gives out nothing, where it says so. Hugging Face answers 401 for a repository that is not there as for one that is not
  /// open, and tells them apart for those with a token only; `code` is its own word for it.
  private static func closure(_ status: Int, code: String) -> String? {
    switch (status, code) {
    case (401...404, "GatedRepo"), (403, _): "it is gated: its owner gives it to those who accepted its conditions (\(status))"
    case (401...404, "RevisionNotFound"): "it has no such revision (\(status))"
    case (401...404, "EntryNotFound"): "it has no such file (\(status))"
    case (401, _): "it is gone, was never there, or is open to its members only (401)"
    case (404, _): "it is gone or was never there: the server knows no such repository, revision or file (404)"
    case (410, _): "it is gone: its owner took it down (410)"
    default: nil
    }
  }

  private static func meaning(of status: Int) -> String {
    status == 416 ? "the part that is here already is not a part of it (416)" : "the server answered \(status)"
  }
}
