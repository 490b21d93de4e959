import Core
import Models
import Testing

/// Runs a suite's tests once with each set of innermost loops that this processor has.
struct EveryKernelSet: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
    for set in KernelSet.available {
      try await KernelSet.$current.withValue(set) { try await function() }
    }
  }
}

extension Trait where Self == EveryKernelSet {
  static var everyKernelSet: EveryKernelSet { EveryKernelSet() }
}
