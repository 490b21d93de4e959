import Foundation

/// Debian's chafa, asked as hard as it can be.
struct Chafa {
  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  let scratch: URL

  /// What chafa prints for a picture.
  func show(_ file: URL, columns: Int, rows: Int, symbols: String, options: [String]) throws -> [UInt8] {
    let process = Process(), output = scratch.appendingPathComponent(UUID().uuidString)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      [
        "chafa", "-w", "9", "-s", "\(columns)x\(rows)", "--stretch", "--animate", "off", "--polite", "on", "-f", "symbols", "--threads",
        "1", "--symbols", symbols,
      ]
      + options + [file.path]
    try Data().write(to: output)
    defer { try? FileManager.default.removeItem(at: output) }
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    try process.run()
    process.waitUntilExit()
    try handle.close()
    guard process.terminationStatus == 0 else { throw Failed(description: "chafa ended with \(process.terminationStatus)") }
    return try [UInt8](Data(contentsOf: output))
  }
}
