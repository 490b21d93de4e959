import Models

/// Says on standard error that steps begin late, where they do: the image would be noisier than that of fewer steps.
func report(shortRange range: TimestepRange?, _ sampler: String) {
  guard let range, range.isShort else { return }
  printError(
    "note: \(sampler) with \(range.steps) steps begins late, \(range.text): leading spacing goes by whole strides; --timestep-spacing trailing begins at the last time step")
}
