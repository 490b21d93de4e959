import Core
import Generation
import Models

/// Says on standard error that float32 is taken for a precision that was asked for by name, where the processor lacks it.
func report(precision asked: [String]) {
  guard asked.contains(Precision.bfloat16.rawValue), Precision.fastest == .float32 else { return }
  printError(
    "note: this processor multiplies no bfloat16 (kernels \(KernelSet.current)): float32 is taken; --precision auto says the same without this note"
  )
}
