import ArgumentParser
import Core
import Data
import Foundation
import Generation

/// An image of the user's own, its mask, and the class meant in it.
struct OwnImageOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Your own support image, PNG or JPEG.", valueName: "file"))
  var image: String?

  @Option(help: ArgumentHelp("Its mask: class indices (palette or grey PNG), black and white, or transparent around the object.", valueName: "file"))
  var mask: String?

  @Option(help: "The class: its label in a mask of class indices, 1...254, and its number in --classes; with --classes fss 1...1000, whose masks are black and white.")
  var classIndex: Int?

  @Option(
    help: ArgumentHelp(
      "A name of yours for the class, for the prompt and the colour; without --class-index all of the mask is the class.",
      valueName: "name"))
  var className: String?

  @Option(
    name: .customLong("classes"),
    help: "Whose class numbers: their names make the prompt, their ADE20K colours the mask condition; coco when absent.")
  var classesOf: DatasetKind?

  var classes: DatasetKind { classesOf ?? .coco }

  @Option(help: "ADE20K class 0...149 whose colour generates the mask condition, in place of the table's.")
  var ade: Int?

  @Option(help: ArgumentHelp("Weights of the edge detector, in place of those found.", valueName: "file"))
  var detectorWeights: String?

  func validate() throws {
    guard image != nil || mask != nil || classIndex != nil || className != nil else { return }
    let hasClass = classIndex != nil || className != nil
    guard image != nil, mask != nil, hasClass else {
      let missing = [("--image", image == nil), ("--mask", mask == nil), ("--class-index or --class-name", !hasClass)].filter(\.1).map(\.0)
      throw ValidationError("\(missing.joined(separator: " and ")) missing: --image, --mask and the class belong together")
    }
    let largest = classes.largestClassIndex
    if let classIndex, !(1...largest).contains(classIndex) { throw ValidationError("--class-index must be 1...\(largest)") }
    if let className, ownName == nil {
      throw ValidationError("--class-name \"\(PlainText.clean(className))\" is no name: give a word or a few, as a prompt says it")
    }
    if let ade, !(0...149).contains(ade) { throw ValidationError("--ade must be 0...149") }
  }

  /// Options that were given and mean nothing without an image and its mask.
  var given: [String] {
    [("--classes", classesOf != nil), ("--ade", ade != nil), ("--detector-weights", detectorWeights != nil)].filter(\.1).map(\.0)
  }

  /// The name as it is used; nil where none was given, or one without a letter that can be shown.
  private var ownName: String? { className.flatMap(ClassInfo.shownName) }

  /// Throws as `OwnClass.init`.
  private func info() throws -> OwnClass { try OwnClass(classIndex, of: classes, named: ownName, ade: ade) }

  var detectorFile: URL? { detectorWeights.map { URL(fileURLWithPath: $0) } }

  /// The image, checked, with a word about its orientation where there is one; nil when none was given.
  func image(_ orientation: OrientationRule) throws -> OwnImage? {
    guard let image, let mask else { return nil }
    let own = try OwnImage(
      image: URL(fileURLWithPath: image), mask: URL(fileURLWithPath: mask), info: info(), orientation: orientation)
    if let note = own.note { printError("note: \(PlainText.clean(note))") }
    return own
  }

  /// Says which class the number is: it is another one elsewhere.
  func sayClass() {
    guard ownName == nil, let classIndex, let name = try? info().named().name else { return }
    printError("note: class \(classIndex) of \(classes.rawValue) is \(PlainText.clean(name)) (--classes)")
  }
}

/// How images with EXIF data are turned.
struct OrientationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Images of your own that EXIF data says to turn: auto turns them unless only as stored they have their mask's size, obey always, ignore never (auto when absent).",
      valueName: "rule"))
  var orientation: OrientationRule?
}

extension OrientationRule: ExpressibleByArgument {}
