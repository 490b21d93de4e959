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
    let rows = page.matches(of: /\n\| ([0-9]+) \| `([^`]+\.swift)` \| ([^|]+) \|/).map { (hop: $0.1, file: $0.2, functions: $0.3) }
    #expect(rows.map { Int($0.hop) } == Array(1...max(1, rows.count)))
    #expect(page.contains("The key, the request and the image take \(rows.count), in three passes"), "\(rows.count) hops")
    for row in rows {
      let source = try text("Sources/\(row.file)")
      for function in row.functions.matches(of: /`([^`]+)`/).map(\.1) {
        #expect(source.contains("func \(function)("), "\(row.file) has no \(function)")
      }
    }
  }
}
