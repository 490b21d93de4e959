import Core

/// What can go wrong with data sets, masks, episodes and lists; each case carries the facts.
public enum DataError: Explained, Hashable, Sendable {
  /// A data set needs `--root` and none was given.
  case rootMissing(dataset: String, layout: String)
  /// The folder is not there, or does not look like the data set; `found` says what is missing.
  case wrongLayout(dataset: String, root: String, found: String, layout: String)
  /// An image and its mask have different sizes.
  case sizeMismatch(image: String, imageSize: String, mask: String, maskSize: String)
  /// Annotation files of one data set that do not list the same categories; `name` is in the first or in the second alone.
  case categoriesDiffer(first: String, second: String, name: String)
  /// A name in a list or an annotation file would leave the data set's folder.
  case nameEscapesRoot(name: String, file: String)
  /// There is no such item in the data set.
  case unknownItem(id: String, dataset: String)
  /// An image that is not, or no longer, among the imported ones.
  case notImported(id: String)
  /// There is no such class in the data set.
  case unknownClass(index: Int, dataset: String, count: Int)
  /// There is no such fold in the data set.
  case unknownFold(fold: Int, dataset: String, folds: Int)
  /// A mask holds no pixel of any class.
  case emptyMask(name: String)
  /// A mask holds classes, but not the one asked for.
  case classAbsent(index: Int, name: String, present: [Int])
  /// No class of a fold has the two images that an episode needs; `source` is the list or the data set.
  case nothingToDraw(source: String, classes: Int)
  /// A mask file of which nobody can tell which pixels are meant; `found` names the values in it.
  case unclearMask(name: String, found: String)
  /// A folder is laid out like none of the data sets.
  case unknownLayout(root: String)
  /// A folder of published lists does not hold the one needed.
  case listMissing(names: [String], folder: String)
  /// A list names images that the data set does not have, and cannot do without.
  case notInDataset(list: String, missing: Int, of: Int, first: String)
  /// A list is of another part of the data set than the one asked for; `of` is nil where it is of no single one.
  case foreignList(list: String, of: String?, asked: String)
  /// A class that has no name to make a prompt of.
  case namelessClass(index: Int)

  public var message: String {
    switch self {
    case .rootMissing(let dataset, _): "data set \(dataset) needs a folder"
    case .wrongLayout(let dataset, let root, let found, _):
      "\(root) is not a \(dataset == "folder" ? "data set" : dataset) folder: \(found)"
    case .sizeMismatch(let image, let imageSize, let mask, let maskSize):
      "\(image) is \(imageSize) but its mask \(mask) is \(maskSize)"
    case .categoriesDiffer(let first, let second, let name):
      "\(first) and \(second) do not list the same categories: only one of them has \"\(PlainText.clean(name))\""
    case .nameEscapesRoot(let name, let file): "\(file) names \"\(name)\", which is outside the data set's folder"
    case .unknownItem(let id, let dataset): "data set \(dataset) has no image \"\(id)\""
    case .notImported(let id): "\"\(PlainText.clean(id))\" is not among the imported images"
    case .unknownClass(let index, let dataset, let count): "data set \(dataset) has no class \(index) (1...\(count))"
    case .unknownFold(let fold, let dataset, let folds): "data set \(dataset) has no fold \(fold) (0...\(folds - 1))"
    case .emptyMask(let name): "the mask of \(name) is empty"
    case .classAbsent(let index, let name, _): "class \(index) is not in the mask of \(name)"
    case .nothingToDraw(let source, let classes):
      "no episode can be drawn from \(source): \(classes == 0 ? "it has no image of the fold's classes" : classes == 1 ? "its only class has a single image" : "each of its \(classes) classes has a single image")"
    case .unclearMask(let name, let found): "mask \(name) does not say which pixels are the object: \(found)"
    case .unknownLayout(let root): "\(root) is laid out like none of the data sets"
    case .listMissing(let names, let folder): "there is no \(names.joined(separator: " or ")) in \(folder)"
    case .notInDataset(let list, let missing, let of, let first):
      "\(missing) of \(of) images that \(list) names are not in the data set, the first is \(PlainText.clean(first))"
    case .foreignList(let list, let of, let asked):
      of.map { "\(list) is a list of \($0), not of \(asked)" }
        ?? "\(list) has classes that are not of \(asked), nor of any other single part"
    case .namelessClass(let index): "class \(index) of a folder has no name to make a prompt of"
    }
  }

  public var hint: String? {
    switch self {
    case .rootMissing(_, let layout): "give its folder with --root DIR, laid out as\n\(layout)"
    case .wrongLayout(_, _, _, let layout): "expected\n\(layout)"
    case .sizeMismatch: "an image and its mask must have the same width and height; make one of them again"
    case .categoriesDiffer: "list the same categories in both files, or move one of them away: class numbers and folds come from them"
    case .nameEscapesRoot: "names must be relative and without \"..\"; correct the file"
    case .unknownItem: "list the images with: diffss dataset list"
    case .notImported: "another program may have removed it; Y in the explorer lists them"
    case .unknownClass: "see the classes with: diffss dataset info; for an image of your own --ade gives the colour and --prompt the words"
    case .unknownFold: "see the classes and folds with: diffss dataset info"
    case .emptyMask: "choose an image in which some pixels belong to a class (1...254)"
    case .classAbsent(_, _, let present): "classes in it: \(present.map(String.init).joined(separator: ", "))"
    case .nothingToDraw:
      "an episode needs a query and another image of its class as support: add images, or take another --split, --fold or list"
    case .unclearMask: "save the mask in black and white, or as a palette or grey PNG of class indices"
    case .unknownLayout: "say what it is with --dataset; docs/datasets.md shows the layouts"
    case .listMissing: "give the list itself, or a folder like HSNet's splits or BAM's lists"
    case .notInDataset: "complete the data set, choose the --split or --root that the list is for, or take another list"
    case .foreignList(_, let of, let asked):
      (of.map { "ask for \($0), or give the list of \(asked)" } ?? "give the list of \(asked)")
        + "; --fold, --fold-rule, --split and --lists belong together"
    case .namelessClass: "give its name with --class-name or all words with --prompt, or say with --classes whose class it is"
    }
  }

  public var ownReason: String {
    switch self {
    case .unclearMask(_, let found): "it does not say which pixels are the object: \(found)"
    case .sizeMismatch(_, let imageSize, _, let maskSize): "it is \(imageSize) but its mask is \(maskSize)"
    default: message
    }
  }
}
