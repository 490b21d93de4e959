import Data
import Evaluation

/// What is over the panels and takes the keys.
public enum Dialog: Hashable, Sendable {
  /// Help and palette.
  case commands(CommandList)
  case picker(Picker)
  /// Everything that was said, from row `top` on.
  case messages(top: Int)
  /// Runs on a cluster as they were when they were last asked for, from row `top` on.
  case cluster(lines: [String], top: Int)
  case confirm(Confirmation)
  /// A setting being typed.
  case entry(SettingsField, LineInput, complaint: String?)
  /// A path or a name being typed.
  case text(TextPurpose, LineInput)
  /// The filter of the episodes being typed; the list follows.
  case filter(LineInput, before: String)
}

/// A question whose answer is yes or no.
public enum Confirmation: Hashable, Sendable {
  case quit(status: Int32)
  case evaluate(EvaluationPlan)
  /// Goes on with one, or forgets it.
  case resume(UnfinishedEvaluation), forget(UnfinishedEvaluation)
  case removeImport(ImportedImage)
}

/// What is put into a class: files, or an image that was imported before.
public enum ImportSource: Hashable, Sendable {
  case files(image: String, mask: String)
  case imported(ImportedImage)
}

/// What a typed text is for.
public enum TextPurpose: Hashable, Sendable {
  /// Settings are taken over from an image that this program generated.
  case recall
  /// A folder for the kept images.
  case exportKept
  /// An HTML report.
  case report
  /// An image of the user's own, then its mask.
  case importImage
  case importMask(image: String)
  /// A name for the present settings.
  case presetName
  /// A folder with a data set.
  case openFolder
  /// A class of the user's own, for an image that is imported.
  case className(ImportSource)

  public var title: String {
    switch self {
    case .recall: "Settings from an image"
    case .exportKept: "Export kept images to a folder"
    case .report: "HTML report"
    case .importImage: "Your own image"
    case .importMask: "Its mask"
    case .presetName: "A preset of the present settings"
    case .openFolder: "Open a folder"
    case .className: "A new class"
    }
  }

  public var hint: String {
    switch self {
    case .recall: "PNG or JPEG that this program generated"
    case .exportKept: "kept and starred ones, named as the loaders read them"
    case .report: "a file to write: figures, images, requests"
    case .importImage: "PNG or JPEG; it becomes a support and a query"
    case .importMask: "class indices, black and white, or transparent around it"
    case .presetName: "its name; all settings but the seed, in place of one of that name"
    case .openFolder: "PASCAL VOC 2012, COCO, FSS-1000, or images with masks of your own"
    case .className: "its name, as the prompt is to say it; Enter puts the image into it"
    }
  }

  /// What is there to begin with.
  public var proposal: String {
    switch self {
    case .recall, .importImage, .presetName, .openFolder, .className: ""
    case .importMask(let image): MaskName.beside(image)
    case .exportKept: "kept"
    case .report: "report.html"
    }
  }
}

/// Where a mask probably is.
enum MaskName {
  /// The image's path with `_mask.png` for its ending.
  static func beside(_ image: String) -> String {
    guard let dot = image.lastIndex(of: "."), image[dot...].allSatisfy({ $0 != "/" }) else { return image + "_mask.png" }
    return image[..<dot] + "_mask.png"
  }
}
