import Foundation
import TUI
import Testing

@Test func theExplorersPageHoldsTheKeyTable() throws {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let page = try String(contentsOf: root.appendingPathComponent("docs/explorer.md"), encoding: .utf8)
  #expect(page.contains(Action.markdown), "docs/explorer.md should hold:\n\(Action.markdown)")
}
