import Core
import Foundation

/// What is in the way of a list's episodes, found before hours are spent on them.
public enum ListCheck {
  /// How many images of a fold's published list the data set lacks, which of its images lack the class that they are listed for, and
  /// which classes have a single image. Nothing for lists made from the masks.
  ///
  /// Reads no more than lists, and the masks that seem to lack a class. Throws what reading lists throws.
  public static func problems(_ draw: EpisodeDraw, fold: Int, of dataset: any Dataset) throws -> [DatasetProblem] {
    guard let lists = draw.lists else { return [] }
    let files = ListFiles(URL(fileURLWithPath: lists)), classes = dataset.classes(inFold: fold)
    switch draw.episodeProtocol {
    case .hsnet:
      let (list, read) = try files.hsnet(dataset, fold: fold)
      let file = read.last ?? files.url
      let entries: [Entry] =
        switch try EpisodeLists.published(list, file, dataset, fold: fold, classes: Set(classes)) {
        case .listed(let lines): lines.map { Entry(item: $0.item, classIndex: $0.classIndex) }
        case .drawn(let own), .numbered(_, let own): own.flatMap { own in own.items.map { Entry(item: $0, classIndex: own.classIndex) } }
        }
      return missing(entries.map(\.item), file, dataset) + absent(entries, dataset) + singles(entries, dataset)
    case .bam:
      let (pairs, supports, file) = try files.bam(dataset, fold: fold)
      guard case .pairs(let names) = pairs, case .classes(let listed) = supports else { return [] }
      let items = ListedItems(dataset, list: file.path), wanted = Set(classes), queries = try names.map(items.item)
      let entries = try listed.filter { wanted.contains($0.classIndex) }.flatMap { own in
        try own.names.map { Entry(item: try items.item($0), classIndex: own.classIndex) }
      }
      let without = queries.filter { items.has($0) && !$0.classes.contains(where: wanted.contains) }.map { item in
        DatasetProblem(.classNotInMask, item.id, "no class of fold \(fold) is in its mask")
      }
      let asked = queries.flatMap { item in item.classes.filter(wanted.contains).map { Entry(item: item, classIndex: $0) } }
      let needed = Set(asked.map(\.classIndex))
      return missing(queries + entries.map(\.item), file, dataset) + without + absent(entries, dataset)
        + singles((entries + asked).filter { needed.contains($0.classIndex) }, dataset)
    }
  }

  /// Images of episodes that lack the episode's class.
  public static func problems(of episodes: [Episode], in dataset: any Dataset) -> [DatasetProblem] {
    absent(episodes.flatMap { episode in ([episode.query] + episode.supports).map { Entry(item: $0, classIndex: episode.classIndex) } }, dataset)
  }

  /// An image and the class that it is listed for.
  private struct Entry: Hashable {
    let item: DatasetItem
    let classIndex: Int
  }

  private static func missing(_ items: [DatasetItem], _ file: URL, _ dataset: any Dataset) -> [DatasetProblem] {
    let listed = Set(items.map(\.id)), missing = listed.filter { dataset.item($0) == nil }
    guard let first = missing.min() else { return [] }
    let text = "not in the data set: \(missing.count) of the \(listed.count) images that it names, such as \(PlainText.clean(first))"
    return [DatasetProblem(.notInDataset, file.lastPathComponent, text)]
  }

  private static func absent(_ entries: [Entry], _ dataset: any Dataset) -> [DatasetProblem] {
    var seen: Set<Entry> = []
    return entries.compactMap { entry in
      let (item, index) = (entry.item, entry.classIndex)
      guard !item.classes.contains(index), seen.insert(entry).inserted, dataset.item(item.id) != nil else { return nil }
      // The demo calls a class present from a share of the image on.
      do { if try dataset.mask(item, of: index).labels.contains(1) { return nil } } catch {
        return DatasetProblem(.maskUnreadable, item.id, PlainText.clean("\(error)"))
      }
      let present = item.classes.map { dataset.words(ofClass: $0) }.joined(separator: ", ")
      return DatasetProblem(
        .classNotInMask, item.id, "\(dataset.words(ofClass: index)) is not in its mask, which holds \(present.isEmpty ? "none" : present)")
    }
  }

  private static func singles(_ entries: [Entry], _ dataset: any Dataset) -> [DatasetProblem] {
    Dictionary(grouping: entries, by: \.classIndex).filter { Set($0.value.map(\.item.id)).count == 1 }.sorted { $0.key < $1.key }.map { index, own in
      DatasetProblem(.tooFewOfClass, dataset.words(ofClass: index), "\(PlainText.clean(own[0].item.id)) is its only image")
    }
  }
}
