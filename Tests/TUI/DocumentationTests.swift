import Foundation
import TUI
import Testing

@Suite struct DocumentationTests {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String { try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) }

  @Test func theExplorersPageHoldsTheKeyTable() throws {
    #expect(try text("docs/explorer.md").contains(Action.markdown), "docs/explorer.md should hold:\n\(Action.markdown)")
  }

  /// The way from the key `g` to the image on the screen: every function of the table is in its file, and the number is the stated one.
  @Test func theWayOfAKeyIsAsThePageSays() throws {
    let page = try text("docs/architecture.md")
    let rows = page.matches(of: /\n\| ([0-9]+) \| `([A-Za-z]+)` \| ([^|]+\.swift[^|]+) \|/).map { (hop: $0.1, type: $0.2, files: $0.3) }
    #expect(rows.map { Int($0.hop) } == Array(1...max(1, rows.count)))
    #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.type != $1.type })
    #expect(rows.count <= 20 && page.contains("The key, the request and the image take \(rows.count), in two passes"), "\(rows.count) hops")
    for file in rows.flatMap({ $0.files.split(separator: ";") }) {
      let names = file.matches(of: /`([^`]+)`/).map(\.1)
      let path = try #require(names.first), source = try text("Sources/\(path)")
      for function in names.dropFirst() { #expect(source.contains("func \(function)("), "\(path) has no \(function)") }
    }
  }
}
