import Models
import Pipeline

/// Says on standard error that steps begin late, where they do: the picture would be noisier than that of fewer steps.
func report(shortRange range: TimestepRange?, _ sampler: String) {
  guard let range, range.isShort else { return }
  printError(
    "note: \(sampler) with \(range.steps) steps begins late, \(range.text): they do not divide the \(range.trainingSteps) training steps; --timestep-spacing trailing begins at the last one")
}
