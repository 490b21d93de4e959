/// The part of a benchmark that a list is of, told by the classes in it: a fold by a rule, or the classes that are trained on beside it.
struct ListPart {
  let name: String
  let classes: Set<Int>
  /// Whether these are the classes that a fold is trained on.
  var isBase = false

  /// Throws `DataError.foreignList` unless the listed classes are all of a fold of the data set, and says whose they are.
  ///
  /// A list of every class of the data set is everybody's.
  static func check(_ listed: Set<Int>, of list: String, fold: Int, _ dataset: any Dataset) throws {
    let wanted = Set(dataset.classes(inFold: fold)), all = Set(dataset.classes.map(\.index))
    guard !listed.isSubset(of: wanted), listed != all else { return }
    let asked = asked(fold, dataset)
    let parts = parts(dataset), most = parts.filter { !$0.isBase }.map(\.classes.count).max() ?? 0
    // Few classes of several folds are nobody's training list.
    let holder = parts.filter { $0.name != asked && listed.isSubset(of: $0.classes) && (!$0.isBase || listed.count > most) }
      .min { $0.classes.count < $1.classes.count }
    throw DataError.foreignList(list: list, of: holder?.name, asked: asked)
  }

  /// Throws `DataError.foreignList` where the images of a list without classes have more of another fold's classes than of the fold's own.
  static func check(_ images: [DatasetItem], of list: String, fold: Int, _ dataset: any Dataset) throws {
    func held(_ classes: Set<Int>) -> Int { images.count { !classes.isDisjoint(with: $0.classes) } }
    let own = held(Set(dataset.classes(inFold: fold)))
    guard own < images.count else { return }
    let others = (0..<dataset.folds).filter { $0 != fold }.map { (fold: $0, count: held(Set(dataset.classes(inFold: $0)))) }
    guard let best = others.max(by: { $0.count < $1.count }), best.count > own else { return }
    throw DataError.foreignList(list: list, of: asked(best.fold, dataset), asked: asked(fold, dataset))
  }

  /// Throws `DataError.foreignList` unless classes of FSS-1000, by their positions, are all of the data set's split.
  static func check(_ positions: Set<Int>, of list: String, _ table: FSSFolder.Table, _ dataset: any Dataset) throws {
    guard !positions.isSubset(of: table.positions(of: dataset.split)) else { return }
    let holder = [DatasetSplit.train, .val, .test].first { positions.isSubset(of: table.positions(of: $0)) }
    throw DataError.foreignList(list: list, of: holder.map { "split \($0.rawValue)" }, asked: "split \(dataset.split.rawValue)")
  }

  /// What a fold of the data set, as it was opened, is called.
  private static func asked(_ fold: Int, _ dataset: any Dataset) -> String {
    let classes = dataset.classes(inFold: fold)
    let rule = rules(dataset).first { $0.classes(inFold: fold, of: dataset.classes.count, split: dataset.split) == classes }
    return name(fold, rule, isBase: dataset.split == .train)
  }

  private static func name(_ fold: Int, _ rule: FoldRule?, isBase: Bool) -> String {
    (isBase ? "the base classes of fold \(fold)" : "fold \(fold)") + (rule.map { " by the rule \($0.rawValue)" } ?? "")
  }

  /// The rules by which the data set's folds are made in public; none where there is one way.
  private static func rules(_ dataset: any Dataset) -> [FoldRule] { dataset.name == DatasetKind.coco.rawValue ? FoldRule.allCases : [] }

  /// Every part there is, those by the data set's own rule first.
  private static func parts(_ dataset: any Dataset) -> [ListPart] {
    let folds = 0..<dataset.folds, count = dataset.classes.count, rules = rules(dataset)
    guard rules.isEmpty else {
      let own = rules.filter { rule in folds.allSatisfy { rule.classes(inFold: $0, of: count, split: dataset.split) == dataset.classes(inFold: $0) } }
      return (own + rules.filter { !own.contains($0) }).flatMap { rule in
        [DatasetSplit.val, .train].flatMap { split in
          folds.map { ListPart(name: name($0, rule, isBase: split == .train), classes: Set(rule.classes(inFold: $0, of: count, split: split)), isBase: split == .train) }
        }
      }
    }
    let all = Set(dataset.classes.map(\.index)), isTraining = dataset.split == .train
    return folds.flatMap { fold in
      let asked = Set(dataset.classes(inFold: fold)), others = all.subtracting(asked)
      return [
        ListPart(name: name(fold, nil, isBase: false), classes: isTraining ? others : asked),
        ListPart(name: name(fold, nil, isBase: true), classes: isTraining ? asked : others, isBase: true),
      ]
    }
  }
}
