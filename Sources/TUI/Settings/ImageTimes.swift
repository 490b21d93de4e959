import Generation

/// How long images will take, as far as those that were made tell.
extension ExplorerState {
  /// Seconds that an image with these settings will take; nil before the first one.
  func seconds(_ options: GenerationOptions) -> Double? { queue.jobs.secondsPerStep.map { $0 * settings.menu.steps(options) } }

  /// Seconds that this many such images will take, as many of them side by side as there have been; nil before the first one.
  func seconds(_ options: GenerationOptions, images: Int) -> Double? {
    seconds(options).map { $0 * Double(images) / Double(max(1, min(images, queue.jobs.sideBySide))) }
  }

  /// Seconds of one image with a place of the dial, in words: before the first image how many times as fast as exact.
  func timeOfImage(_ preset: SpeedPreset) -> String {
    let own = settings.options(at: preset)
    if let seconds = seconds(own) { return "about \(NumberText.seconds(seconds)) an image" }
    guard settings.pair?.diffusion.cost != nil, preset != .exact else { return "" }
    let ratio = settings.menu.steps(settings.options(at: .exact)) / settings.menu.steps(own)
    return "\(NumberText.percent(ratio)) times as fast"
  }

  /// What stands behind the dial's place in the form.
  var timeOfImage: String { seconds(settings.options).map { ", \(NumberText.seconds($0))" } ?? "" }
}
