import Core

/// The class of an image of the user's own, by the numbering of a data set.
public struct OwnClass: Hashable, Sendable {
  /// As in that data set, from 1.
  public let index: Int
  public let kind: DatasetKind
  private let known: ClassInfo?
  /// What replaces the colour of the table.
  public let ade: Int?

  /// `ade` replaces the colour of the table. Throws `DataError` when the class table is missing or broken.
  public init(_ index: Int, of kind: DatasetKind, ade: Int? = nil) throws {
    self.index = index
    self.kind = kind
    self.ade = ade
    known = try kind.classInfo(index)
  }

  /// Its label in a mask; nil where masks are black and white whatever the class: those of FSS-1000.
  public var label: Int? { kind == .fss ? nil : index }

  /// ADE20K class 0...149 of whose colour the mask condition is made.
  ///
  /// A class of an own folder, whose names are not known here, has the colour that data sets give to names in no table. Throws
  /// `DataError.unknownClass` for a number that the data set does not have.
  public func colour() throws -> Int {
    if let ade = ade ?? known?.adeIndex { return ade }
    guard kind == .folder else { throw try unknown() }
    return ClassTable.anyThing
  }

  /// Name, word and colour for a prompt. Throws `DataError.unknownClass`, and `.namelessClass` for one of an own folder.
  public func named() throws -> ClassInfo {
    guard let known else { throw kind == .folder ? DataError.namelessClass(index: index) : try unknown() }
    return ClassInfo(index: index, name: known.name, promptName: known.promptName, adeIndex: ade ?? known.adeIndex)
  }

  private func unknown() throws -> DataError { .unknownClass(index: index, dataset: kind.rawValue, count: try kind.classCount) }
}
