import Core
import Data
import Generation
import Render

/// A network's answer, ready to be shown.
package struct PredictionView: Sendable {
  package let image: ScreenImage
  /// Percent.
  package let iou: Double
}

/// Everything known of one episode that was looked at.
package struct EpisodeBoard: Sendable {
  /// The real ones, in the episode's order.
  package var supports: [ScreenImage] = []
  package var query: ScreenImage?
  package private(set) var conditions: [ConditionChoice: ScreenImage] = [:]
  /// Their choices, oldest first.
  private var conditionOrder: [ConditionChoice] = []
  package var plans: [SupportPlan: [GenerationRequest]] = [:]
  package var generated: [GenerationRequest: ScreenImage] = [:]
  package var baseline: PredictionView?
  package var augmented: [SupportUse: PredictionView] = [:]

  package init() {}

  /// Keeps a condition's image; the last ones only, since a held key turns a knob through all its values.
  package mutating func keep(_ image: ScreenImage, for choice: ConditionChoice) {
    if conditions.updateValue(image, forKey: choice) == nil { conditionOrder.append(choice) }
    if conditionOrder.count > 12 { conditions[conditionOrder.removeFirst()] = nil }
  }

  /// The image of a plan's support `number`, once it is rendered.
  package func generated(_ number: Int, of plan: SupportPlan) -> ScreenImage? {
    guard let requests = plans[plan], requests.indices.contains(number) else { return nil }
    return generated[requests[number]]
  }

  /// Supports of the plan that are not rendered yet.
  package func missing(_ plan: SupportPlan) -> [GenerationRequest] { plans[plan]?.filter { generated[$0] == nil } ?? [] }

  /// Whether every support of the plan is rendered.
  package func isComplete(_ plan: SupportPlan) -> Bool {
    guard let requests = plans[plan] else { return false }
    return requests.allSatisfy { generated[$0] != nil }
  }

  /// The class mask of a real support.
  package func supportMask(_ number: Int) -> LabelMask? {
    if case .object(let mask)? = supports[safe: number]?.marks { mask } else { nil }
  }
}

/// The boards of the episodes looked at last.
package struct EpisodeBoards: Sendable {
  private var boards = BoundedCache<Episode, EpisodeBoard>(limit: 12)

  package init() {}

  /// The board of an episode; asking does not bring it to the front.
  package subscript(_ episode: Episode) -> EpisodeBoard? { boards[episode] }

  /// The one looked at last at the end.
  package var episodes: [Episode] { boards.keys }

  /// Brings an episode to the front, with an empty board when it has none.
  package mutating func open(_ episode: Episode) { _ = boards.value(episode) { EpisodeBoard() } }

  /// Changes the board of an episode that is still on the shelf.
  package mutating func change(_ episode: Episode, _ change: (inout EpisodeBoard) -> Void) { boards.change(episode, change) }

  /// Has the stored images looked up again: others may have been rendered.
  package mutating func forgetPlans() {
    for episode in episodes { change(episode) { $0.plans = [:] } }
  }
}
