import Core
import Foundation
import Render

/// What a ControlNet sees, with the steps that led to it.
public struct ControlImage: Hashable, Sendable {
  /// RGB, sides multiples of 64; the network's input is this divided by 255.
  public let image: Image
  /// The steps in order; the last one is `control`.
  public let stages: [ConditionStage]

  public init(image: Image, stages: [ConditionStage]) {
    self.image = image
    self.stages = stages
  }

  /// The image of a step, nil when this condition has no such step.
  public func stage(_ name: ConditionStage.Name) -> Image? { stages.first { $0.name == name }?.image }
}

extension ControlImage {
  /// Writes each step as `NAME.png` into a folder, which is made where it is missing. Files say that they are steps: those of an earlier
  /// run are replaced.
  ///
  /// Throws `GenerationError.foreignFile`, before anything is written, where another file is in the place of one, and `CoreError.cannotWrite`.
  public func writeStages(to folder: URL) throws {
    let mark = ["diffss": "stage"]
    for stage in stages {
      let file = folder.appendingPathComponent("\(stage.name.rawValue).png")
      var status = stat()
      guard stat(file.path, &status) == 0, status.st_size > 0 else { continue }
      guard let bytes = try? FileBytes.read(file), let text = try? ImageText.of(bytes), text["diffss"] == mark["diffss"] else {
        throw GenerationError.foreignFile(path: file.path)
      }
    }
    for stage in stages {
      try AtomicFile.write(try stage.image.pngData(text: mark), to: folder.appendingPathComponent("\(stage.name.rawValue).png"))
    }
  }
}

/// One step in the making of a control image.
public struct ConditionStage: Hashable, Sendable {
  public enum Name: String, CaseIterable, Codable, Sendable {
    /// The image after the size rule, RGB.
    case resized
    /// The class mask at that size, grey 0 or 1.
    case mask
    /// The resized image smoothed, RGB; only where blur is asked for.
    case blurred
    /// The edges before masking, grey 0...255.
    case edge
    /// The mask grown by the ellipse, grey 0 or 1.
    case dilated
    /// The edges inside the grown mask, grey 0...255.
    case masked
    /// A scribble before thinning, grey 0 or 255.
    case threshold
    /// The control image itself, RGB.
    case control
  }

  public let name: Name
  public let image: Image

  public init(name: Name, image: Image) {
    self.name = name
    self.image = image
  }
}
