import Models
import Render
import Synchronization

/// What decides the control image of a request, but the detector's bytes.
struct ControlSource: Codable, Hashable, Sendable {
  let dataset: String
  let item: String
  let classIndex: Int
  let digest: String
  let condition: ConditionType
  let settings: ConditionSettings
  let adeIndex: Int?
  let detector: String?

  init(_ request: GenerationRequest) {
    (dataset, item, classIndex) = (request.source.dataset, request.source.item, request.source.classIndex)
    digest = request.source.digest
    (condition, settings, adeIndex) = (request.condition, request.conditionSettings, request.adeIndex)
    detector = request.models.detector
  }
}

/// Makes the control images of requests. The last one is kept: the pictures of a support share it, and edges take seconds.
final class ControlImages: Sendable {
  private let supports: SupportReader
  private let models: ModelLibrary
  private let report: ModelLibrary.Report
  private let last: Mutex<(source: ControlSource, control: ControlImage?)?> = Mutex(nil)

  init(supports: SupportReader, models: ModelLibrary, report: @escaping ModelLibrary.Report) {
    self.supports = supports
    self.models = models
    self.report = report
  }

  /// The control image with every stage; nil for the condition `none`.
  ///
  /// Throws for a support that cannot be used or is no longer the request's, and when the edge detector cannot be read.
  func control(_ request: GenerationRequest) throws -> ControlImage? {
    let source = ControlSource(request)
    if let known = last.withLock({ $0 }), known.source == source { return known.control }
    let control = try make(request)
    last.withLock { $0 = (source, control) }
    return control
  }

  private func make(_ request: GenerationRequest) throws -> ControlImage? {
    let support = try supports.support(request.source)
    guard request.condition != .none else { return nil }
    let detector = try request.models.detector.map { try models.detector($0, report: report) }
    let maker = try ConditionMaker(
      request.condition, settings: request.conditionSettings, palette: supports.palette.get(), detector: detector)
    return try maker.make(image: support.image, mask: support.mask, adeIndex: request.adeIndex ?? support.info.adeIndex)
  }
}
