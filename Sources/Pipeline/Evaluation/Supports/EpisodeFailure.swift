import Core
import Generation
import Models

/// Which errors cost an episode, and which the evaluation.
enum EpisodeFailure {
  /// Whether an error is of the images at hand, so that others may do: anything but what every episode needs.
  static func isOfImages(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError: false
    case CoreError.badSetting, CoreError.cannotWrite, CoreError.unwritableFile: false
    case GenerationError.modelMissing, GenerationError.storeUnusable, GenerationError.storeDamaged: false
    case let error as ModelError:
      switch error {
      case .notFinite, .notFiniteLayer, .badInput, .notEnoughMemory: true
      default: false
      }
    default: true
    }
  }

  /// An error in one line.
  static func reason(_ error: any Error) -> String { PlainText.clean("\(error)") }
}
