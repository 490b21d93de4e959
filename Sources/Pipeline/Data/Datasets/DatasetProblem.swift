/// Something wrong with a data set's files that concerns one file, not the rest.
public struct DatasetProblem: Codable, Hashable, Sendable {
  public enum Kind: String, CaseIterable, Codable, Sendable {
    case imageMissing
    case maskMissing
    case imageUnreadable
    case maskUnreadable
    case sizesDiffer
    case turnsDiffer
    case maskResized
    case unknownLabel
    case onlyIgnored
    case emptyMask
    case brokenAnnotation
    case brokenAnnotations
    case categoriesDiffer
    case categoriesReordered
    case duplicate
    case outsideRoot
    case notInDataset
    case classNotInMask
    case tooFewOfClass
  }

  public let kind: Kind
  /// The file, item or entry.
  public let name: String
  /// What was found.
  public let detail: String

  public init(_ kind: Kind, _ name: String, _ detail: String) {
    self.kind = kind
    self.name = name
    self.detail = detail
  }
}

extension DatasetProblem.Kind {
  /// The check in words.
  public var title: String {
    switch self {
    case .imageMissing: "image missing"
    case .maskMissing: "mask missing"
    case .imageUnreadable: "image unreadable"
    case .maskUnreadable: "mask unreadable"
    case .sizesDiffer: "mask of another size"
    case .turnsDiffer: "turned by EXIF"
    case .maskResized: "mask resized"
    case .unknownLabel: "unknown index in mask"
    case .onlyIgnored: "mask with only 255"
    case .emptyMask: "empty mask"
    case .brokenAnnotation: "broken annotation"
    case .brokenAnnotations: "broken annotations"
    case .categoriesDiffer: "categories differ"
    case .categoriesReordered: "categories in another order"
    case .duplicate: "duplicate"
    case .outsideRoot: "name leaves the folder"
    case .notInDataset: "listed, not there"
    case .classNotInMask: "class not in the mask"
    case .tooFewOfClass: "too few of a class"
    }
  }

  /// What becomes of it, and what to do.
  public var advice: String {
    switch self {
    case .imageMissing: "left out; download it again or remove its mask"
    case .maskMissing: "left out; add the mask"
    case .imageUnreadable: "fails where it is used; download it again"
    case .maskUnreadable: "no figures come of it; download or make it again"
    case .maskResized: "nothing to do: it is stretched to the image by nearest, as the published loaders do"
    case .sizesDiffer: "fails where it is used; make the mask at the image's size"
    case .turnsDiffer: "fails with the networks that are named; store the image the right way up and without EXIF orientation"
    case .unknownLabel: "fails where it is used; check which class numbers the masks have"
    case .onlyIgnored: "no figures come of it; nothing in it belongs to a class"
    case .emptyMask: "no figures come of it; nothing in it belongs to a class"
    case .brokenAnnotation: "left out, what is sound of it is rasterised; correct it"
    case .categoriesDiffer: "list the same categories in both files, or classes of both splits cannot be told apart by their numbers"
    case .categoriesReordered: "nothing to do: classes have one numbering in all files"
    case .brokenAnnotations: "this file's images are left out; download it again"
    case .duplicate: "the first one counts; remove the other"
    case .outsideRoot: "left out; names must be relative and without \"..\""
    case .notInDataset: "its episodes are left out; complete the data set or take another list"
    case .classNotInMask: "its episodes are left out; take masks that the list was made for, or another list"
    case .tooFewOfClass: "left out: an episode needs a query and another image as its support"
    }
  }

  /// Whether it is only told: nothing is wrong with the files.
  public var isNote: Bool { self == .maskResized || self == .categoriesReordered }
}
