import Foundation
import Synchronization

/// A web server on the loopback for one test: it answers by a table and, on demand, cuts, corrupts and redirects.
public final class LoopbackServer: Sendable {
  /// What happens to one request of a path.
  public enum Manner: Sendable {
    case whole
    /// The connection is closed after that many bytes of the body.
    case cut(after: Int)
    /// One byte of the body is another.
    case corrupt(at: Int)
    case redirect(to: String)
    case status(Int)
    /// Ranges are not heeded: everything is sent.
    case ignoresRange
    /// More bytes than were asked for.
    case endless
  }

  public struct Request: Sendable {
    public let path: String
    public let headers: [String: String]
  }

  private struct State {
    var files: [String: [UInt8]] = [:]
    var manners: [String: [Manner]] = [:]
    var requests: [Request] = []
  }

  public let port: UInt16
  private let listener: Int32
  private let state = Mutex(State())

  public var address: String { "http://127.0.0.1:\(port)" }
  public var requests: [Request] { state.withLock { $0.requests } }

  struct NoSocket: Error {}

  public init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0 else { throw NoSocket() }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) } }
    guard bound == 0, listen(listener, 64) == 0 else { throw NoSocket() }
    var actual = sockaddr_in(), length = size
    _ = withUnsafeMutablePointer(to: &actual) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
    }
    port = UInt16(bigEndian: actual.sin_port)
    self.listener = listener
    Thread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        guard let self else { close(connection); return }
        Thread { self.answer(connection) }.start()
      }
    }.start()
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// A port on which nobody listens. Throws `NoSocket`.
  public static func unusedPort() throws -> UInt16 {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in(), length = socklen_t(MemoryLayout<sockaddr_in>.size)
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let bound = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, length) } }
    let named = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
    }
    guard bound == 0, named == 0 else { throw NoSocket() }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Serves bytes under a path; requests take the manners in their order and are answered whole afterwards.
  public func serve(_ path: String, _ bytes: [UInt8], _ manners: Manner...) {
    state.withLock { state in
      state.files[path] = bytes
      state.manners[path] = manners
    }
  }

  private func answer(_ connection: Int32) {
    defer { close(connection) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !text.contains([13, 10, 13, 10]) {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0, text.count < 1 << 16 else { return }
      text += buffer[..<count]
    }
    let lines = String(decoding: text, as: UTF8.self).components(separatedBy: "\r\n")
    let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    let bare = String(path.prefix { $0 != "?" })
    let (file, manner) = state.withLock { state -> ([UInt8]?, Manner) in
      state.requests.append(Request(path: path, headers: headers))
      let manner = state.manners[bare]?.isEmpty == false ? state.manners[bare]?.removeFirst() : nil
      return (state.files[bare], manner ?? .whole)
    }
    guard let file else { return send(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", []) }
    var start = headers["range"].flatMap { Int($0.dropFirst("bytes=".count).prefix { $0 != "-" }) } ?? 0
    if case .ignoresRange = manner { start = 0 }
    guard start <= file.count else { return send(connection, "HTTP/1.1 416 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", []) }
    var body = Array(file[start...])
    let status = start > 0 ? "206 Partial Content" : "200 OK"
    let head = "HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
    switch manner {
    case .whole, .ignoresRange: send(connection, head, body)
    case .cut(let count): send(connection, head, Array(body.prefix(count)))
    case .corrupt(let at):
      if at < body.count { body[at] ^= 1 }
      send(connection, head, body)
    case .redirect(let target):
      send(connection, "HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", [])
    case .status(let code): send(connection, "HTTP/1.1 \(code) No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", [])
    case .endless: send(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", body + body + [0])
    }
  }

  private func send(_ connection: Int32, _ head: String, _ body: [UInt8]) {
    var rest = (Array(head.utf8) + body)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }
}
