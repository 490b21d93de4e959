import Core
import Foundation

/// Where a fold's published lists are: a file, or a folder laid out as HSNet's `splits` or BAM's `lists`.
public struct ListFiles: Hashable, Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  /// HSNet's list of a fold. Throws `DataError.listMissing` and what `PublishedList` throws.
  ///
  /// PASCAL-5i's training lists are by the fold whose classes they hold: a fold is trained on those of the others, one after the other.
  func hsnet(_ dataset: any Dataset, fold: Int) throws -> (list: PublishedList, files: [URL]) {
    if dataset.name == DatasetKind.pascal.rawValue, dataset.split == .train, !isFile(url) {
      var lines: [(name: String, classIndex: Int)] = [], files: [URL] = []
      for other in 0..<dataset.folds where other != fold {
        let file = try find(["fold\(other).txt"], dataset)
        files.append(file)
        guard case .lines(let own) = try PublishedList(file) else {
          throw CoreError.malformedFile(path: file.path, reason: "it is no list of HSNet's for PASCAL-5i")
        }
        lines += own
      }
      return (.lines(lines), files)
    }
    let names = dataset.name == DatasetKind.fss.rawValue
      ? [dataset.split == .train ? "trn.txt" : dataset.split == .val ? "val.txt" : "test.txt"] : ["fold\(fold).txt", "fold\(fold).pkl"]
    let file = try find(names, dataset)
    return (try PublishedList(file), [file])
  }

  /// BAM's two lists of a fold, queries and supports.
  func bam(_ dataset: any Dataset, fold: Int) throws -> (queries: PublishedList, files: PublishedList, file: URL) {
    let queries = try find(["data_list_\(fold).txt"], dataset)
    let files = classes(beside: queries)
    guard files != queries, isFile(files) else {
      throw DataError.listMissing(names: [files.lastPathComponent], folder: queries.deletingLastPathComponent().path)
    }
    return (try PublishedList(queries), try PublishedList(files), queries)
  }

  /// The dictionary that belongs to a list of BAM's.
  func classes(beside queries: URL) -> URL {
    let name = queries.lastPathComponent.replacingOccurrences(of: "data_list", with: "sub_class_file_list")
    return queries.deletingLastPathComponent().appendingPathComponent(name)
  }

  private func find(_ names: [String], _ dataset: any Dataset) throws -> URL {
    if isFile(url) { return url }
    guard FileManager.default.fileExists(atPath: url.path) else { throw CoreError.unreadableFile(path: url.path, reason: "no such file or folder") }
    let splits = dataset.split == .train ? ["train", "trn"] : ["val", "test"]
    let kinds = ["", dataset.name, "\(dataset.name)/fss_list", "fss_list"]
    let folders = kinds.flatMap { kind in (splits + [""]).map { [kind, $0].filter { !$0.isEmpty }.joined(separator: "/") } }
    for folder in folders {
      for name in names {
        let file = url.appendingPathComponent(folder).appendingPathComponent(name)
        if isFile(file) { return file }
      }
    }
    throw DataError.listMissing(names: names, folder: url.path)
  }

  private func isFile(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && !isFolder.boolValue
  }
}
