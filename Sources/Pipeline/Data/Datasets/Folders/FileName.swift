import Foundation

/// A file's name by its parts: cameras and Windows write `1.JPG`, others `1.jpg`.
struct FileName: Hashable, Sendable {
  let name: String
  let stem: String
  /// In small letters, without the dot.
  let ending: String

  init(_ name: String) {
    self.name = name
    let dot = name.lastIndex(of: ".").flatMap { $0 > name.startIndex ? $0 : nil } ?? name.endIndex
    stem = String(name[..<dot])
    ending = name[dot...].dropFirst().lowercased()
  }

  var isJPEG: Bool { ending == "jpg" || ending == "jpeg" }
  var isPNG: Bool { ending == "png" }
}

extension [FileName] {
  /// Files by their stems; of several the first counts, and `repeated` hears of the others.
  func byStem(_ repeated: (_ first: FileName, _ other: FileName) -> Void = { _, _ in }) -> [String: FileName] {
    var files: [String: FileName] = [:]
    for file in self {
      if let first = files[file.stem] { repeated(first, file) } else { files[file.stem] = file }
    }
    return files
  }
}

extension URL {
  /// The file itself where it is there, else the same with its ending written otherwise: `1.JPG` for `1.jpg`.
  var inAnyCase: URL {
    let name = FileName(lastPathComponent)
    guard !FileManager.default.fileExists(atPath: path) else { return self }
    let endings = name.isJPEG ? ["jpg", "JPG", "jpeg", "JPEG"] : [name.ending, name.ending.uppercased()]
    let folder = deletingLastPathComponent()
    return endings.lazy.map { folder.appendingPathComponent("\(name.stem).\($0)") }
      .first { FileManager.default.fileExists(atPath: $0.path) } ?? self
  }
}

extension RootFolder {
  /// The files in a folder inside this one, as `names`.
  func files(in path: String = "") -> [FileName] { names(in: path).map(FileName.init) }
}
