import Pipeline
import TestSupport

extension Workbench {
  /// Returns when nothing is left to do, as `waitUntilIdle`. Throws `TookTooLong`.
  func idle() async throws { try await within(patience, "the queue") { await self.waitUntilIdle() } }
}
