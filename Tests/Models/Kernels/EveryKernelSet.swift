import Core
import Models
import Testing

/// Runs a suite's tests once with each set of innermost loops that this processor has.
struct EveryKernelSet: SuiteTrait, TestTrait, TestScoping {
  var precision = Precision.float32
  var isRecursive: Bool { true }

  func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
    for set in KernelSet.available where precision == .float32 || set.hasBFloat16 {
      try await KernelSet.$current.withValue(set) { try await function() }
    }
  }
}

extension Trait where Self == EveryKernelSet {
  static var everyKernelSet: EveryKernelSet { EveryKernelSet() }
  /// The sets that multiply bfloat16.
  static var everyBFloat16Set: EveryKernelSet { EveryKernelSet(precision: .bfloat16) }
}
