import Core
import Foundation
import Generation
import Render

/// Puts what a run's tasks have made where the same command without a cluster would have put it, each image once, however often it is asked.
public struct Collection: Sendable {
  /// What came of it.
  public struct Outcome: Hashable, Sendable {
    /// Images that were not in the store, and in the folder of a generation, before.
    public var images = 0
    /// Files of a generation's folder that are somebody else's, and are left as they are.
    public var foreign: [String] = []
  }

  private let run: ClusterRun

  public init(_ run: ClusterRun) { self.run = run }

  /// The stores of the tasks of an evaluation, in which its parts are.
  public var parts: [URL] { (1...run.plan.tasks).map(run.store).filter { FileManager.default.fileExists(atPath: $0.path) } }

  /// Takes the images of an evaluation's tasks into a store. Throws what `Store.adopt` throws.
  public func collect(into store: Store) throws -> Outcome {
    var outcome = Outcome()
    for part in parts {
      outcome.images += try store.adopt(
        Self.files(in: part.appendingPathComponent("images", isDirectory: true)) { $0.hasSuffix(".png") }, isLinked: true)
    }
    return outcome
  }

  /// Takes the files of a generation's tasks into its folder, and the images among them that the store can hold into the store.
  ///
  /// A file of the folder by another request or weights is replaced, as `generate` does. Archives come whole, once their task is done, and into the
  /// folder alone. Throws `CoreError.cannotWrite` and what `Store.adopt` throws.
  public func collect(into folder: SupportFolder, _ store: Store) throws -> Outcome {
    var outcome = Outcome()
    for number in 1...run.plan.tasks {
      let out = run.out(number)
      let files = Self.files(in: out) { name in ImageFormat.allCases.contains { name.hasSuffix(".\($0.rawValue)") } }
      for file in files {
        let name = String(file.path.dropFirst(out.path.count + 1))
        do { outcome.images += try folder.adopt(file, name: name) ? 1 : 0 } catch GenerationError.foreignFile(let path) {
          outcome.foreign.append(path)
        }
      }
      for archive in Self.files(in: out, { $0.hasSuffix(".tar") }) where run.state(number)?.stage == .finished {
        if try folder.adopt(archive: archive) { outcome.images += run.state(number)?.images ?? 0 }
      }
      try store.adopt(files.filter { $0.pathExtension == ImageFormat.png.rawValue }, isLinked: false)
    }
    return outcome
  }

  /// Regular files below a folder, in the order of their names; those that are being written have other names.
  private static func files(in folder: URL, _ isWanted: (String) -> Bool) -> [URL] {
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return names.filter { !($0 as NSString).lastPathComponent.hasPrefix(".") && isWanted($0) }.sorted().map(folder.appendingPathComponent)
  }
}
