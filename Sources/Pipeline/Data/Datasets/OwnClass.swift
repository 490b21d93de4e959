import Core

/// The class of an image of the user's own: by the numbering of a data set, by a name of the user's, or both.
public struct OwnClass: Hashable, Sendable {
  /// As in that data set, from 1; nil where all of the mask is the class.
  public let index: Int?
  public let kind: DatasetKind
  /// The user's own name for it; nil for the data set's.
  public let name: String?
  private let known: ClassInfo?
  /// What replaces the colour of the table.
  public let ade: Int?

  /// `name` replaces the data set's, with the colour of what is called so in the tables of all data sets; `ade` replaces the colour.
  /// Throws `DataError` when the class table is missing or broken, and `CoreError` for the tables of names.
  public init(_ index: Int?, of kind: DatasetKind, named name: String? = nil, ade: Int? = nil) throws {
    self.index = index
    self.kind = kind
    self.name = name
    self.ade = ade
    known =
      if let name { try ClassWords().info(index: index ?? 1, name: name) } else { try index.flatMap { try kind.classInfo($0) } }
  }

  /// Its label in a mask; nil where masks are black and white whatever the class, as those of FSS-1000, or all of a mask is the class.
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
    guard let known else { throw kind == .folder ? DataError.namelessClass(index: index ?? 1) : try unknown() }
    return ClassInfo(index: known.index, name: known.name, promptName: known.promptName, adeIndex: ade ?? known.adeIndex)
  }

  private func unknown() throws -> DataError {
    .unknownClass(index: index ?? 1, dataset: kind.rawValue, count: try kind.classCount)
  }
}
