import Core
import Data
import Models
import Render
import Synchronization

/// Makes control images: those of requests, of which the last are kept (the images of a support share theirs, and edges take seconds), and those
/// that settings ask for.
public final class ControlImages: Sendable {
  private let supports: SupportReader
  private let models: ModelLibrary
  private let report: ModelLibrary.Report
  private let edgeMaps = EdgeMaps()
  private let kept = Mutex(BoundedCache<ControlSource, ControlImage?>(limit: 8))
  /// Those that are being made: images of one support generated side by side wait for the same one.
  private let making = KeyedLock<ControlSource>()

  public init(supports: SupportReader, models: ModelLibrary, report: @escaping ModelLibrary.Report) {
    self.supports = supports
    self.models = models
    self.report = report
  }

  /// The control image with every stage; nil for the condition `none`.
  ///
  /// Throws for a support that cannot be used or is no longer the request's, and when the edge detector cannot be read.
  public func control(_ request: GenerationRequest) throws -> ControlImage? {
    let source = ControlSource(request)
    return try making.withLock(source) {
      if let known = kept.withLock({ $0.use(source) }) { return known }
      let control = try make(
        request.condition, request.conditionSettings, of: supports.support(request.source), adeIndex: request.adeIndex,
        detector: request.models.detector)
      kept.withLock { $0.store(control, for: source) }
      return control
    }
  }

  /// The control image of a support with other settings. The edge detector runs once for an image, however often they change.
  ///
  /// Throws for a support that cannot be used, a setting out of range, and an edge detector that is missing.
  public func control(_ type: ConditionType, _ settings: ConditionSettings, item: DatasetItem, classIndex: Int) throws -> ControlImage? {
    let detector = try type.detector(settings).map { try models.detectorEntry($0).id }
    return try make(type, settings, of: supports.support(item, classIndex: classIndex), adeIndex: nil, detector: detector)
  }

  private func make(
    _ type: ConditionType, _ settings: ConditionSettings, of support: RealSupport, adeIndex: Int?, detector: String?
  ) throws -> ControlImage? {
    guard type != .none else { return nil }
    let maker = try ConditionMaker(
      type, settings: settings, palette: supports.palette.get(), detector: try detector.map { try models.detector($0, report: report) },
      edgeMaps: edgeMaps)
    return try maker.make(image: support.image, mask: support.mask, adeIndex: adeIndex ?? support.info.adeIndex)
  }
}
