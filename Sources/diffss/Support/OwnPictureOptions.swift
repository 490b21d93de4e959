import ArgumentParser
import Foundation
import Pipeline

/// A picture of the user's own, its mask, and the class meant in it.
struct OwnPictureOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Your own support image, PNG or JPEG.", valueName: "file"))
  var image: String?

  @Option(help: ArgumentHelp("Its mask: a PNG of class indices, palette or grey.", valueName: "file"))
  var mask: String?

  @Option(help: "The class's label in the mask, 1...254.")
  var classIndex: Int?

  @Option(help: "Whose class numbers: their names make the prompt, their ADE20K colours the mask condition.")
  var classes: DatasetKind = .coco

  @Option(help: "ADE20K class 0...149 whose colour paints the mask condition, in place of the table's.")
  var ade: Int?

  @Option(help: ArgumentHelp("Weights of the edge detector, in place of those found.", valueName: "file"))
  var detectorWeights: String?

  func validate() throws {
    guard image != nil || mask != nil || classIndex != nil else { return }
    guard image != nil, mask != nil, classIndex != nil else {
      throw ValidationError("--image, --mask and --class-index belong together")
    }
    if let ade, !(0...149).contains(ade) { throw ValidationError("--ade must be 0...149") }
  }

  var detectorFile: URL? { detectorWeights.map { URL(fileURLWithPath: $0) } }

  /// The picture, checked; nil when none was given.
  func picture() throws -> OwnPicture? {
    guard let image, let mask, let classIndex else { return nil }
    let known = try classes.classInfo(classIndex)
    let info = ClassInfo(
      index: classIndex, name: known?.name ?? "object", promptName: known?.promptName ?? "object",
      adeIndex: ade ?? known?.adeIndex ?? 0)
    return try OwnPicture(image: URL(fileURLWithPath: image), mask: URL(fileURLWithPath: mask), info: info)
  }
}
