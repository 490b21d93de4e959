import Core
import Foundation

/// Writes drawn scenes as arrays, for training and for use in other programs.
public enum DemoExport {
  private struct Item: Encodable {
    let id: String
    let classes: [Int]
    let areas: [String: Int]
  }

  private struct Description: Encodable {
    let seed: UInt64
    let count: Int
    let classes: [ClassInfo]
    let folds: [[Int]]
    let items: [Item]
  }

  /// Draws scenes 0..<`count` of the set `seed` into `folder`.
  ///
  /// Writes `images.npy` (count, 128, 128, 3; uint8 RGB), `masks.npy` (count, 128, 128; uint8, 0 background, 1...20) and
  /// `items.json`: classes, folds and, for each scene, the classes that cover at least 2 % and the visible pixels of
  /// every class. The evaluation set is seed 0. `progress` gets the scenes done and returns false to stop; then nothing is left behind.
  /// Throws `CoreError` when a file cannot be written; returns whether the export was completed.
  @discardableResult
  public static func write(seed: UInt64, count: Int, to folder: URL, progress: (Int) -> Bool = { _ in true }) throws -> Bool {
    let side = DemoScene.side
    try AtomicFile.createFolder(folder)
    let images = try NumpyWriter(folder.appendingPathComponent("images.npy"), shape: [count, side, side, 3])
    let masks = try NumpyWriter(folder.appendingPathComponent("masks.npy"), shape: [count, side, side])
    var items: [Item] = []
    for index in 0..<count {
      let scene = DemoScene.draw(seed: seed, index: index)
      try images.append(scene.image.pixels)
      try masks.append(scene.mask.labels)
      let areas = scene.mask.histogram.enumerated().filter { $0.offset > 0 && $0.element > 0 }
      items.append(
        Item(
          id: DemoDataset.id(index), classes: DemoDataset.classesPresent(scene.mask),
          areas: Dictionary(uniqueKeysWithValues: areas.map { (String($0.offset), $0.element) })))
      if !progress(index + 1) { return false }
    }
    let description = Description(
      seed: seed, count: count, classes: try DemoDataset.classes(), folds: (0..<4).map { f in Array((5 * f + 1)...(5 * f + 5)) },
      items: items)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write(encoder.encode(description), to: folder.appendingPathComponent("items.json"))
    try images.finish()
    try masks.finish()
    return true
  }

  /// Writes `count` redrawn images (`DemoScene.redraw`) of every support of the evaluation set into `folder`, named for
  /// `--aux`: SCENE_CLASS_K.png.
  ///
  /// Stops, with `CancellationError`, when `progress` returns false; what is written stays. Throws `CoreError` when a file cannot be
  /// written; returns the number of images.
  public static func writeRedrawn(_ count: Int, to folder: URL, progress: DatasetProgress) throws -> Int {
    try AtomicFile.createFolder(folder)
    let dataset = try DemoDataset()
    let wanted = dataset.items.flatMap { item in
      item.classes.flatMap { classIndex in (0..<count).map { GeneratedSupport(Support(item: item, classIndex: classIndex), number: $0) } }
    }
    return try ParallelWork.map(wanted.count, progress: progress) { at in
      try dataset.redrawn(wanted[at]).writePNG(to: folder.appendingPathComponent("\(wanted[at].name).png"))
    }.count
  }
}

/// Writes a uint8 array in NumPy's format, piece by piece, under a temporary name until it is finished.
final class NumpyWriter {
  private let path: String
  private let writer: AtomicWriter

  /// Begins the file for an array of `shape`. Throws `CoreError.unwritableFile`, as the others.
  init(_ url: URL, shape: [Int]) throws {
    path = url.path
    do { writer = try AtomicWriter(url, isDurable: false) } catch let fault as AtomicWriter.Fault {
      throw CoreError.unwritableFile(path: url.path, reason: fault.reason)
    }
    let sizes = shape.map(String.init).joined(separator: ", ")
    var header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(sizes)\(shape.count == 1 ? "," : "")), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let length = UInt16(header.utf8.count)
    try append([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8))
  }

  func append(_ bytes: [UInt8]) throws { try told { try bytes.withUnsafeBytes(writer.append) } }

  /// Gives the file its name.
  func finish() throws { try told(writer.finish) }

  private func told(_ work: () throws -> Void) throws {
    do { try work() } catch let fault as AtomicWriter.Fault { throw CoreError.unwritableFile(path: path, reason: fault.reason) }
  }
}
