import Core
import Data
import Foundation
import Generation
import Models
import Render

extension ReportGallery {
  /// The images of a folder or an archive that `diffss generate` wrote, at most `limit` supports of it.
  ///
  /// `dataset` is where their supports come from; nil when it is not at hand. What cannot be read is among the problems. Throws
  /// `CoreError.unreadableFile` when there is no such folder or archive, and `.malformedFile`.
  public init(folder: URL, dataset: (any Dataset)?, limit: Int) throws {
    self.init(try FoundImages(folder: folder, limit: limit), dataset)
  }

  /// The images of the data set `name` in a store, at most `limit` supports of it. Otherwise as of a folder; throws `GenerationError.storeUnusable`.
  public init(store: Store, name: String, dataset: (any Dataset)?, limit: Int) throws {
    self.init(try FoundImages(store: store, dataset: name, limit: limit), dataset)
  }

  private init(_ found: FoundImages, _ dataset: (any Dataset)?) {
    let reader = dataset.map { SupportReader(dataset: $0) }
    var problems = found.problems
    let rows = found.rows.compactMap { Self.row($0, found, reader, &problems) }
    self.init(rows: rows, remarks: found.remarks, problems: problems)
  }

  private static func row(
    _ images: [FoundImages.Entry], _ found: FoundImages, _ reader: SupportReader?, _ problems: inout [any Error]
  ) -> Row? {
    var remarks: [String] = [], support: RealSupport?, control: Image?, title = "own image", dataset: String?
    switch images[0].origin {
    case .support(let metadata):
      let request = metadata.request, source = request.source
      dataset = source.dataset
      support = real(source, reader, &remarks, &problems)
      control = self.control(metadata, found, reader, support, &problems)
      title = "\(source.item), class \(source.classIndex)\(support.map { " (\($0.info.name))" } ?? ""), \(request.condition.rawValue)"
    case .own(let request, _):
      control = FoundImages.control(beside: images[0], request)
      title += " \(images[0].name)"
    }
    if let text = try? ImageText.of(images[0].file.bytes()), let warning = text[DemoWeights.entry] { remarks.append(warning) }
    if images.count > mostImages { remarks.append("Images left out: \(images.count - mostImages).") }
    let shown = images.prefix(mostImages).enumerated().compactMap { place, image -> Entry? in
      do {
        return try Self.entry(image, place: place, mask: support?.mask)
      } catch {
        problems.append(error)
        return nil
      }
    }
    if shown.isEmpty { return nil }
    return Row(
      title: title, dataset: dataset, real: support.map { $0.image.rgb.small.outlined(bothSides: $0.mask) }, control: control?.small,
      images: shown,
      remarks: remarks)
  }

  /// The real support where it is at hand; another data set's is only remarked on.
  private static func real(
    _ source: SupportSource, _ reader: SupportReader?, _ remarks: inout [String], _ problems: inout [any Error]
  ) -> RealSupport? {
    guard let reader, reader.dataset.name == source.dataset else {
      remarks.append("The real image is in the data set \(source.dataset), which is not at hand.")
      return nil
    }
    do {
      return try reader.support(source)
    } catch {
      remarks.append("The real image cannot be shown: \(error)")
      problems.append(error)
      return nil
    }
  }

  /// The control image of the folder, else one that needs no network.
  private static func control(
    _ metadata: ImageMetadata, _ found: FoundImages, _ reader: SupportReader?, _ support: RealSupport?, _ problems: inout [any Error]
  ) -> Image? {
    let request = metadata.request
    do {
      if let file = found.controls[try ControlMetadata(request, weights: metadata.weights).key] { return try file.image() }
      guard let reader, let support, request.condition != .none, request.condition.detector(request.conditionSettings) == nil else {
        return nil
      }
      let palette = try reader.palette.get(), index = request.adeIndex ?? support.info.adeIndex
      guard palette.colors.indices.contains(index) else { return nil }
      return try ConditionMaker(request.condition, settings: request.conditionSettings, palette: palette)
        .make(image: support.image, mask: support.mask, adeIndex: index).image
    } catch {
      problems.append(error)
      return nil
    }
  }

  private static func entry(_ found: FoundImages.Entry, place: Int, mask: LabelMask?) throws -> Entry {
    let image = try found.file.image().rgb.small, shown = mask.map(image.outlined(bothSides:)) ?? image
    switch found.origin {
    case .support(let metadata):
      let request = metadata.request
      return Entry(
        number: request.source.number + 1, name: found.name, image: shown,
        caption: caption(seed: request.seed, steps: request.steps, guidance: request.guidance),
        parameters: try metadata.entries()["parameters"], json: try indented(metadata),
        remark: try request.key(weights: metadata.weights) == metadata.key ? nil : "its key is not that of its request and weights")
    case .own(let request, let metadata):
      return Entry(
        number: place + 1, name: found.name, image: shown,
        caption: caption(seed: request.seed, steps: request.steps, guidance: request.guidance),
        parameters: try metadata?.entries()["parameters"], json: try metadata.map(indented) ?? indented(request),
        remark: metadata?.isWhole == false ? "its key is not that of its request and weights" : nil)
    }
  }

  private static func caption(seed: UInt64, steps: Int, guidance: Double) -> String {
    "seed \(seed), \(Counted(steps, "step")), guidance \(guidance.short)"
  }

  private static func indented(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

extension Image {
  /// At most `ReportGallery.side` pixels a side.
  var small: Image {
    let longest = max(width, height)
    guard longest > ReportGallery.side else { return self }
    func shrunk(_ length: Int) -> Int { max(1, length * ReportGallery.side / longest) }
    return resized(width: shrunk(width), height: shrunk(height), .area)
  }

  /// The outline of a mask of any size: bright outside, black inside, so that it is seen on every ground.
  func outlined(bothSides mask: LabelMask) -> Image {
    let fitted = mask.resized(width: width, height: height)
    return outlined(fitted, color: .black, thickness: 2).outlined(fitted, color: RGB(240, 228, 66))
  }
}
