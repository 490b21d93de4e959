import Foundation

/// What tmux says of the terminal outside.
public struct TmuxClient: Hashable, Sendable {
  /// What the terminal calls itself, else its `TERM`; empty where nobody looks on.
  public var name: String
  /// Whether tmux draws sixels there itself.
  public var takesSixels: Bool
  /// Whether tmux sends 24-bit colours there.
  public var hasTrueColor: Bool
  /// Whether programs may send something past tmux (`allow-passthrough`).
  public var hasPassthrough: Bool

  public init(name: String, takesSixels: Bool = false, hasTrueColor: Bool = false, hasPassthrough: Bool = false) {
    (self.name, self.takesSixels, self.hasTrueColor, self.hasPassthrough) = (name, takesSixels, hasTrueColor, hasPassthrough)
  }

  /// Of the answer to `format`; nil where it is none.
  init?(answer: String) {
    let parts = answer.prefix { $0 != "\n" }.split(separator: "\t", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    let name = parts[0].isEmpty ? parts[1] : parts[0], features = parts[2].split(separator: ",")
    self.init(
      name: String(name.prefix(64)), takesSixels: features.contains("sixel"), hasTrueColor: features.contains("RGB"),
      hasPassthrough: ["1", "2", "on", "all"].contains(parts[3]))
  }

  private static let format = "#{client_termtype}\t#{client_termname}\t#{client_termfeatures}\t#{allow-passthrough}"
  /// Milliseconds that tmux may take, and bytes that are read of it.
  private static let patience: Int32 = 300, longest = 4096

  /// Of the tmux around this process; nil where there is none or it does not answer in time.
  static func ask(_ environment: [String: String]) -> TmuxClient? {
    guard !(environment["TMUX"] ?? "").isEmpty else { return nil }
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tmux", "display-message", "-p"] + (environment["TMUX_PANE"].map { ["-t", $0] } ?? []) + [format]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    defer {
      if process.isRunning { process.terminate() }
      try? pipe.fileHandleForReading.close()
    }
    var bytes: [UInt8] = []
    while bytes.count < longest, !bytes.contains(UInt8(ascii: "\n")) {
      var ready = pollfd(fd: pipe.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, patience) > 0 else { return nil }
      var chunk = [UInt8](repeating: 0, count: longest)
      let count = read(ready.fd, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk.prefix(count)
    }
    return TmuxClient(answer: String(decoding: bytes, as: UTF8.self))
  }
}
