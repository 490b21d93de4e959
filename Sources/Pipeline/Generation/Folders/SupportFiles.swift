import Core
import Data
import Foundation
import Render

/// Generated supports where they are: files of a folder, what the tar archives in it hold, or one archive alone.
///
/// A file goes before what is packed, for it is what the published loaders would read there; of several archives, in the order of their names,
/// the last one's counts, as when they are unpacked one after the other. Of archives the headers are read, once.
public struct SupportFiles: Sendable {
  private struct Archive: Hashable {
    let url: URL
    let stamp: FileStamp
  }

  /// What there is of both.
  private struct Content: Hashable {
    let archives: [Archive]
    /// Whether the folder has anything but archives: where it has not, no file is looked for.
    let hasFiles: Bool

    /// Throws `CoreError.unreadableFile`.
    init(of url: URL) throws {
      guard FileManager.default.fileExists(atPath: url.path) else {
        throw CoreError.unreadableFile(path: url.path, reason: "there is no such folder or archive")
      }
      guard RootFolder.isFolder(url) else {
        (archives, hasFiles) = ([Archive(url: url, stamp: FileStamp(of: url.path))], false)
        return
      }
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
      let tars = names.filter { $0.hasSuffix(".tar") && !RootFolder.isFolder(url.appendingPathComponent($0)) }
      hasFiles = tars.count < names.count
      archives = tars.map { url.appendingPathComponent($0) }.map { Archive(url: $0, stamp: FileStamp(of: $0.path)) }
    }
  }

  public let url: URL
  private let content: Content
  /// With the number of its archive.
  private let members: [String: (archive: Int, member: TarArchive.Member)]
  /// What of the archives cannot be used, in words.
  public let remarks: [String]

  /// Throws `CoreError.unreadableFile` when there is neither a folder nor an archive, and `.malformedFile` for a damaged one.
  public init(_ url: URL) throws {
    self.url = url
    content = try Content(of: url)
    var members: [String: (archive: Int, member: TarArchive.Member)] = [:], remarks: [String] = []
    for (number, archive) in content.archives.enumerated() {
      let found = try TarArchive(archive.url)
      for member in found.members { members[member.name] = (number, member) }
      remarks += Self.remarks(found)
    }
    (self.members, self.remarks) = (members, remarks)
  }

  /// Whether the archives are still the same, and whether there are files beside them.
  public var isCurrent: Bool { (try? Content(of: url)) == content }

  /// The support of a name without its ending, looked for as the published loader does: `.jpg`, then `.png`. Nil where there is neither.
  public func support(_ name: String) -> SupportFile? {
    guard RelativePath.staysInside(name) else { return nil }
    let names = [ImageFormat.jpg, .png].map { $0.file(name) }
    return names.lazy.compactMap(loose).first ?? names.lazy.compactMap(packed).first
  }

  /// Everything whose name ends in one of `endings`, in small letters, by name.
  public func all(endingIn endings: [String]) -> [(name: String, file: SupportFile)] {
    let loose = content.hasFiles ? FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? [] : []
    let names = Set(loose).union(members.keys).filter { name in endings.contains { name.lowercased().hasSuffix($0) } }
    return names.sorted().compactMap { name in (self.loose(name) ?? packed(name)).map { (name, $0) } }
  }

  /// What a word of a command line names: one file, all images of a folder or an archive but the control images, or one of them, as `ARCHIVE:NAME`.
  ///
  /// Throws what opening an archive does, and `CoreError.unreadableFile` for a name that is not in it.
  public static func named(_ text: String) throws -> [SupportFile] {
    let isThere = FileManager.default.fileExists(atPath: text)
    if isThere, text.hasSuffix(".tar") || RootFolder.isFolder(URL(fileURLWithPath: text)) {
      let all = try SupportFiles(URL(fileURLWithPath: text)).all(endingIn: [".png", ".jpg"])
      return all.filter { !$0.name.hasSuffix("_control.png") }.map(\.file)
    }
    guard !isThere, let colon = text.range(of: ".tar:") else { return [.loose(URL(fileURLWithPath: text))] }
    let archive = URL(fileURLWithPath: text[..<colon.lowerBound] + ".tar"), name = String(text[colon.upperBound...])
    guard let file = try SupportFiles(archive).packed(name) else {
      throw CoreError.unreadableFile(path: text, reason: "there is no such file in the archive")
    }
    return [file]
  }

  private func loose(_ name: String) -> SupportFile? {
    guard content.hasFiles else { return nil }
    let file = url.appendingPathComponent(name)
    return FileManager.default.fileExists(atPath: file.path) ? .loose(file) : nil
  }

  private func packed(_ name: String) -> SupportFile? {
    members[name].map { .packed($0.member, archive: content.archives[$0.archive].url, content.archives[$0.archive].stamp) }
  }

  private static func remarks(_ archive: TarArchive) -> [String] {
    var remarks: [String] = []
    switch archive.end {
    case .marked: break
    case .bare:
      let files = Counted(archive.members.count, "file is", "files are")
      remarks.append("\(archive.url.path) has no end, it may be cut off: its \(files) used")
    case .cut(let name):
      let files = Counted(archive.members.count, "file in front is", "files in front are")
      remarks.append("\(archive.url.path) is cut off\(name.map { " in \($0)" } ?? ""): the \(files) used")
    }
    if archive.passedOver > 0 {
      remarks.append("\(archive.url.path) has \(archive.passedOver) links, devices and names that leave its folder: they are passed over")
    }
    return remarks
  }
}

/// One generated support of those that `SupportFiles` found.
public enum SupportFile: Sendable {
  case loose(URL)
  case packed(TarArchive.Member, archive: URL, FileStamp)

  /// Where it is, as the user is told: `ARCHIVE:NAME` in an archive.
  public var path: String {
    switch self {
    case .loose(let file): file.path
    case .packed(let member, let archive, _): TarArchive.path(member.name, in: archive)
    }
  }

  /// Another text when the file, or the archive that it is in, is another one.
  public var state: String {
    switch self {
    case .loose(let file):
      let stamp = FileStamp(of: file.path)
      return "\(file.lastPathComponent) \(stamp.size) \(stamp.time / 1_000_000_000).\(stamp.time % 1_000_000_000)"
    case .packed(let member, let archive, let stamp):
      return "\(archive.lastPathComponent) \(stamp.size) \(stamp.time) \(member.name) \(member.offset) \(member.size)"
    }
  }

  /// Throws `RenderError` and `CoreError.unreadableFile`.
  public func bytes(limit: Int = ImageLimits.fileBytes) throws -> [UInt8] {
    switch self {
    case .loose(let file): try FileBytes.read(file, limit: limit)
    case .packed(let member, let archive, _): try member.bytes(in: archive, limit: limit)
    }
  }

  /// Throws `RenderError` and `CoreError.unreadableFile`.
  public func image() throws -> Image { try Image.decode(bytes: bytes(), name: path) }
}
