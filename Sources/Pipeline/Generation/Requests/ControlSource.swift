/// What decides the control image of a request, but the detector's bytes.
public struct ControlSource: Codable, Hashable, Sendable {
  let dataset: String
  let item: String
  let classIndex: Int
  let digest: String
  let condition: ConditionType
  let settings: ConditionSettings
  let adeIndex: Int?
  let detector: String?

  public init(_ request: GenerationRequest) {
    (dataset, item, classIndex) = (request.source.dataset, request.source.item, request.source.classIndex)
    digest = request.source.digest
    (condition, settings, adeIndex) = (request.condition, request.conditionSettings, request.adeIndex)
    detector = request.models.detector
  }
}
