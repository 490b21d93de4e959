import Core
import Data
import Generation
import Render

/// A network's answer, ready to be shown.
public struct PredictionView: Sendable {
  public let image: ScreenImage
  /// Percent.
  public let iou: Double
}

/// Everything known of one episode that was looked at.
public struct EpisodeBoard: Sendable {
  /// The real ones, in the episode's order.
  public var supports: [ScreenImage] = []
  public var query: ScreenImage?
  public private(set) var conditions: [ConditionChoice: ScreenImage] = [:]
  /// Their choices, oldest first.
  private var conditionOrder: [ConditionChoice] = []
  public var plans: [SupportPlan: [GenerationRequest]] = [:]
  public var generated: [GenerationRequest: ScreenImage] = [:]
  public var baseline: PredictionView?
  public var augmented: [SupportUse: PredictionView] = [:]

  public init() {}

  /// Keeps a condition's image; the last ones only, since a held key turns a knob through all its values.
  public mutating func keep(_ image: ScreenImage, for choice: ConditionChoice) {
    if conditions.updateValue(image, forKey: choice) == nil { conditionOrder.append(choice) }
    if conditionOrder.count > 12 { conditions[conditionOrder.removeFirst()] = nil }
  }

  /// The image of a plan's support `number`, once it is rendered.
  public func generated(_ number: Int, of plan: SupportPlan) -> ScreenImage? {
    guard let requests = plans[plan], requests.indices.contains(number) else { return nil }
    return generated[requests[number]]
  }

  /// Supports of the plan that are not rendered yet.
  public func missing(_ plan: SupportPlan) -> [GenerationRequest] { plans[plan]?.filter { generated[$0] == nil } ?? [] }

  /// Whether every support of the plan is rendered.
  public func isComplete(_ plan: SupportPlan) -> Bool {
    guard let requests = plans[plan] else { return false }
    return requests.allSatisfy { generated[$0] != nil }
  }

  /// The class mask of a real support.
  public func supportMask(_ number: Int) -> LabelMask? {
    if case .object(let mask)? = supports[safe: number]?.marks { mask } else { nil }
  }
}

/// The boards of the episodes looked at last.
public struct EpisodeBoards: Sendable {
  private var boards = BoundedCache<Episode, EpisodeBoard>(limit: 12)

  public init() {}

  /// The board of an episode; asking does not bring it to the front.
  public subscript(_ episode: Episode) -> EpisodeBoard? { boards[episode] }

  /// The one looked at last at the end.
  public var episodes: [Episode] { boards.keys }

  /// Brings an episode to the front, with an empty board when it has none.
  public mutating func open(_ episode: Episode) {
    if boards.last != episode { _ = boards.value(episode) { EpisodeBoard() } }
  }

  /// Changes the board of an episode that is still on the shelf.
  public mutating func change(_ episode: Episode, _ change: (inout EpisodeBoard) -> Void) { boards.change(episode, change) }

  /// Has the stored images looked up again: others may have been rendered.
  public mutating func forgetPlans() {
    for episode in episodes { change(episode) { $0.plans = [:] } }
  }
}
