import Models

/// Which errors cost an episode, and which the evaluation.
enum EpisodeFailure {
  /// Whether an error is of the pictures at hand, so that others may do: anything but what every episode needs.
  static func isOfPictures(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError: false
    case let error as PipelineError:
      switch error {
      case .modelMissing, .badSetting, .cannotWrite, .unwritableFile, .storeUnusable, .storeDamaged: false
      default: true
      }
    case let error as ModelError:
      switch error {
      case .notFinite, .badInput, .notEnoughMemory: true
      default: false
      }
    default: true
    }
  }

  /// An error in one line.
  static func reason(_ error: any Error) -> String { PlainText.clean("\(error)") }
}
