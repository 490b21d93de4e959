import Core
import Foundation
import Render

/// What the masks of a folder hold, read on all cores and kept in a file of the cache.
///
/// A kept entry counts as long as its mask has the same size and time of change.
enum MaskIndex {
  private static let head = "diffss masks 1"

  /// The facts of each mask, by its name and path. Throws `CancellationError` when `progress` says so; a cache that cannot be
  /// read or written costs time, nothing else.
  static func facts(
    of masks: [(name: String, path: String)], cache: URL?, read: @Sendable (URL) throws -> LabelMask, progress: DatasetProgress
  ) throws -> [MaskFacts] {
    var kept = cache.map(load) ?? [:]
    var entries = masks.map { mask -> Entry in
      let stamp = FileStamp(of: mask.path)
      if let known = kept[mask.name], known.stamp == stamp { return known }
      return Entry(stamp: stamp, facts: nil)
    }
    kept = [:]
    let missing = entries.indices.filter { entries[$0].facts == nil }
    let found = try ParallelWork.map(missing.count, progress: progress) { facts(of: masks[missing[$0]].path, read) }
    for (number, facts) in zip(missing, found) { entries[number].facts = facts }
    if let cache, !missing.isEmpty { save(masks.map(\.name), entries, to: cache) }
    return entries.map { $0.facts ?? MaskFacts() }
  }

  private static func facts(of path: String, _ read: @Sendable (URL) throws -> LabelMask) -> MaskFacts {
    do {
      return MaskFacts(histogram: try read(URL(fileURLWithPath: path)).histogram)
    } catch {
      return MaskFacts(fault: PlainText.clean(error.reason))
    }
  }

  // MARK: The cache

  private struct Entry {
    let stamp: FileStamp
    var facts: MaskFacts?
  }

  private static func load(_ file: URL) -> [String: Entry] {
    guard let bytes = try? FileBytes.read(file) else { return [:] }
    var scanner = ByteScanner(bytes), entries: [String: Entry] = [:]
    guard scanner.text(until: "\n") == head else { return [:] }
    while !scanner.isAtEnd {
      guard let name = scanner.text(until: "\t"), let size = scanner.number(until: "\t"), let time = scanner.number(until: "\t"),
        let ignored = scanner.number(until: "\t"), let areas = scanner.areas(until: "\t"), let fault = scanner.text(until: "\n")
      else { return [:] }
      let facts = MaskFacts(areas: areas, ignored: ignored, fault: fault.isEmpty ? nil : fault)
      entries[name] = Entry(stamp: FileStamp(size: size, time: time), facts: facts)
    }
    return entries
  }

  private static func save(_ names: [String], _ entries: [Entry], to file: URL) {
    var text = head + "\n"
    for (name, entry) in zip(names, entries) where !name.contains(where: { $0 == "\t" || $0.isNewline }) {
      guard let facts = entry.facts, entry.stamp.size >= 0 else { continue }
      text += "\(name)\t\(entry.stamp.size)\t\(entry.stamp.time)\t\(facts.ignored)\t\(facts.areas.text)\t\(facts.fault ?? "")\n"
    }
    try? AtomicFile.write(Array(text.utf8), to: file)
  }
}
