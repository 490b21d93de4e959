import Core
import Foundation
import TestSupport
import Testing

/// Archives of others, good and hostile ones.
@Suite struct TarArchiveTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func archive(_ parts: [UInt8]...) throws -> TarArchive {
    try TarArchive(folder.write(parts.flatMap { $0 } + TarBlocks.end, to: "a.tar"))
  }

  private func fault(_ parts: [UInt8]...) -> String? {
    do {
      _ = try TarArchive(folder.write(parts.flatMap { $0 }, to: "bad.tar"))
      return nil
    } catch CoreError.malformedFile(_, let reason) { return reason } catch { return "\(error)" }
  }

  private func contents(_ archive: TarArchive) throws -> [String: [UInt8]] {
    try Dictionary(archive.members.map { ($0.name, try $0.bytes(in: archive.url, limit: 1 << 20)) }) { $1 }
  }

  /// Every format that GNU tar writes, with names as long as each can hold, and what is no file among them.
  @Test(arguments: ["v7", "oldgnu", "gnu", "ustar", "posix"]) func archivesOfGNUTarAreRead(format: String) throws {
    let root = folder.file("root"), deep = String(repeating: "d", count: 60)
    var files: [String: [UInt8]] = ["a_1_0.png": TarBlocks.bytes(700), "empty.png": [], "val2014/b_1_0.jpg": TarBlocks.bytes(512)]
    if format != "v7" { files["\(deep)/\(deep)/c_1_0.png"] = TarBlocks.bytes(3) }
    if ["gnu", "oldgnu", "posix"].contains(format) {
      files[(0..<6).map { _ in deep }.joined(separator: "/") + "/\(deep)\(deep)\(deep)_1_0.png"] = TarBlocks.bytes(40_000)
      files["caf\u{E9}_1_0.png"] = TarBlocks.bytes(9)
    }
    for (name, bytes) in files {
      let file = root.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
    symlink("a_1_0.png", root.appendingPathComponent("soft_1_0.png").path)
    link(root.appendingPathComponent("a_1_0.png").path, root.appendingPathComponent("hard_1_0.png").path)
    mkfifo(root.appendingPathComponent("pipe_1_0.png").path, 0o600)
    let special = ["soft_1_0.png", "hard_1_0.png", "pipe_1_0.png"].filter { format != "v7" || $0 != "pipe_1_0.png" }
    // The first of two names of a file is the file, the second a link; so is a file that is named twice, as by its folder.
    let made = try TarBlocks.tar(
      ["--format=\(format)", "-cf", "../a.tar"] + files.keys.sorted().map { "./\($0)" } + special + ["val2014"], in: root)
    #expect(made.status == 0, "\(made.text)")
    let archive = try TarArchive(folder.file("a.tar"))
    #expect(try contents(archive) == files)
    #expect(archive.end == .marked && archive.passedOver == special.count + 1)
  }

  @Test func ofSeveralWithOneNameTheLastCounts() throws {
    let archive = try archive(TarBlocks.member("a", [1]), TarBlocks.member("b", [2]), TarBlocks.member("./a", [3, 4]))
    #expect(archive.members.map(\.name) == ["a", "b", "a"])
    #expect(try contents(archive) == ["a": [3, 4], "b": [2]])
  }

  @Test func fieldsAreReadAsOthersWriteThem() throws {
    let archive = try archive(
      // Old ones: no magic, a kind of zero, a folder as a file with a slash.
      TarBlocks.member("v7", [1], kind: "\u{0}", magic: ""), TarBlocks.member("folder/", [], kind: "\u{0}", magic: ""),
      TarBlocks.member("name", [2], prefix: "in/front"),
      // GNU's magic: what stands where POSIX has a prefix is none.
      TarBlocks.member("gnu", [3], magic: "ustar  \u{0}", prefix: "14712345670"), TarBlocks.member("contiguous", [4], kind: "7"),
      TarBlocks.header("base256", size: "\u{80}" + String(repeating: "\u{0}", count: 10) + "\u{1}") + TarBlocks.filled([5]),
      TarBlocks.header("sum of signed bytes \u{E9}", size: "00000000001\u{0}", isSigned: true) + TarBlocks.filled([6]),
      // What is about other programs is skipped with its bytes.
      TarBlocks.member("volume", TarBlocks.bytes(600), kind: "V"),
      TarBlocks.member("pax_global_header", Array("13 comment=x\n".utf8), kind: "g"),
      TarBlocks.record("mtime", "1.5") + TarBlocks.record("path", "by/record") + TarBlocks.member("short", [7]),
      TarBlocks.record("size", "3") + TarBlocks.header("size", size: "00000000000\u{0}") + TarBlocks.filled([8, 8, 8]),
      TarBlocks.member("././@LongLink", Array("by/longlink\u{0}".utf8), kind: "L") + TarBlocks.member("by/lo", [9]),
      TarBlocks.record("path", "cut/to/fit") + TarBlocks.member("cut/", [10]),
      TarBlocks.record("path", "folder/") + TarBlocks.member("cut", []))
    #expect(
      try contents(archive) == [
        "v7": [1], "in/front/name": [2], "gnu": [3], "contiguous": [4], "base256": [5], "sum of signed bytes \u{E9}": [6], "by/record": [7],
        "size": [8, 8, 8], "by/longlink": [9], "cut/to/fit": [10],
      ])
    #expect(archive.passedOver == 0)
  }

  @Test func namesThatLeaveTheFolderAndLinksArePassedOver() throws {
    let archive = try archive(
      TarBlocks.member("../up", [1]), TarBlocks.member("/etc/passwd", [1]), TarBlocks.member("a/../../b", [1]), TarBlocks.member("", [1]),
      TarBlocks.record("path", "../by/record") + TarBlocks.member("fine", [1]),
      TarBlocks.record("path", "zero\u{0}") + TarBlocks.member("fine", [1]),
      TarBlocks.member("./", [1]), TarBlocks.member("link", [], kind: "1"), TarBlocks.header("soft", size: "00000007777\u{0}", kind: "2"),
      TarBlocks.member("device", [], kind: "3"), TarBlocks.member("a..b/..c", [2]))
    #expect(try contents(archive) == ["a..b/..c": [2]])
    #expect(archive.passedOver == 9)
  }

  @Test func numbersThatLieAreFound() throws {
    let good = TarBlocks.member("good", TarBlocks.bytes(600))
    for size in [
      "77777777777\u{0}", "\u{80}" + String(repeating: "\u{7F}", count: 11),
      "\u{80}\u{0}\u{0}\u{0}\u{7F}" + String(repeating: "\u{FF}", count: 7),
    ] {
      let header = TarBlocks.header("liar", size: size)
      if let reason = fault(good, header, TarBlocks.end) {
        #expect(reason == "the header at byte 1536 is damaged")
      } else {
        let archive = try TarArchive(folder.file("bad.tar"))
        #expect(archive.end == .cut(name: "liar") && archive.members.map(\.name) == ["good"])
      }
    }
    for size in ["-0000000001\u{0}", "0000000009\u{0}", "\u{FF}" + String(repeating: "\u{FF}", count: 11)] {
      #expect(fault(good, TarBlocks.header("liar", size: size)) == "the header at byte 1536 is damaged", "\(size)")
    }
    var sum = TarBlocks.header("liar", size: "0\u{0}")
    sum[3] ^= 1
    #expect(fault(good, sum) == "the header at byte 1536 is damaged")
    for text in ["8 path=x\n", "99 path=x\n", "0 path=x\n", "11 path=xxxx", "99999999999999999999 path=x\n", " path=x\n", "7 path\n"] {
      #expect(fault(TarBlocks.member("x", Array(text.utf8), kind: "x"), good) == "the header at byte 0 is damaged", "\(text)")
    }
    #expect(fault(TarBlocks.record("size", "-1"), good) == "the header at byte 0 has no size")
    #expect(fault(TarBlocks.record("size", "99999999999999999999"), good) == "the header at byte 0 has no size")
    #expect(fault(TarBlocks.member("x", TarBlocks.bytes(2 << 20), kind: "L"), good)?.contains("has 2097152 bytes") == true)
    #expect(fault(TarBlocks.record("GNU.sparse.major", "1"), good)?.contains("holes") == true)
    #expect(fault(TarBlocks.member("holes", [], kind: "S"))?.contains("holes") == true)
  }

  @Test func whatIsNoArchiveIsSaid() throws {
    #expect(fault([]) == "it is no tar archive")
    #expect(fault(Array("text".utf8)) == "it is no tar archive")
    #expect(fault(TarBlocks.bytes(2000)) == "it is no tar archive")
    #expect(fault([0x1F, 0x8B] + TarBlocks.bytes(2000))?.contains("compressed by gzip") == true)
    #expect(throws: CoreError.unreadableFile(path: folder.url.path, reason: "not a regular file")) { try TarArchive(folder.url) }
    #expect(throws: CoreError.unreadableFile(path: folder.file("no").path, reason: "no such file or folder")) {
      try TarArchive(folder.file("no"))
    }
    #expect(try TarArchive(folder.write(TarBlocks.end, to: "empty.tar")).members.isEmpty)
  }

  /// Whatever is left of an archive, what is whole in front is used.
  @Test func whatIsWholeOfACutArchiveIsUsed() throws {
    let long = String(repeating: "n", count: 150)
    let parts = [
      TarBlocks.member("a", TarBlocks.bytes(700)), TarBlocks.record("path", long) + TarBlocks.member("n", TarBlocks.bytes(512)),
      TarBlocks.member("c", [1]),
    ]
    let whole = parts.flatMap { $0 } + TarBlocks.end, ends = [1536, 1536 + 1024 + 1024, 1536 + 2048 + 1024]
    for length in stride(from: 512, through: whole.count, by: 37).map({ $0 }) + ends + ends.map({ $0 - 1 }) + ends.map({ $0 + 512 }) {
      let archive = try TarArchive(folder.write(Array(whole.prefix(length)), to: "cut.tar"))
      // A member whose filling alone is missing is whole.
      let bytes = [512 + 700, ends[1], ends[1] + 513]
      #expect(archive.members.map(\.name) == Array(["a", long, "c"].prefix(bytes.count { $0 <= length })), "\(length)")
      for member in archive.members { #expect(try member.bytes(in: archive.url, limit: 1 << 20).count == member.size) }
      switch length {
      case (ends[2] + 512)...: #expect(archive.end == .marked)
      case 1212...1536, ends[1], (ends[1] + 513)...ends[2]: #expect(archive.end == .bare, "\(length)")
      default:
        guard case .cut = archive.end else {
          Issue.record("\(length): \(archive.end)")
          continue
        }
      }
    }
  }

  /// Damage is an error or leaves members that lie within the file.
  @Test func damagedArchivesCrashNothing() throws {
    let whole =
      TarBlocks.member("a", TarBlocks.bytes(700)) + TarBlocks.record("path", "b/c") + TarBlocks.member("c", TarBlocks.bytes(40))
      + TarBlocks.member("././@LongLink", Array("long\u{0}".utf8), kind: "L") + TarBlocks.member("d", [1]) + TarBlocks.end
    var mutations = Mutations(seed: 24), read = 0
    for _ in 0..<3000 {
      let bytes = mutations.damaged(whole, focus: whole.count)
      guard let archive = try? TarArchive(folder.write(bytes, to: "m.tar")) else { continue }
      read += 1
      for member in archive.members {
        #expect(member.offset >= 512 && member.size <= bytes.count - member.offset)
        #expect(try member.bytes(in: archive.url, limit: bytes.count) == Array(bytes[member.offset..<member.offset + member.size]))
      }
    }
    #expect(read > 100)
  }

  @Test func anArchiveThatChangedIsNotMixedUp() throws {
    let one = TarBlocks.member("a", [1]), archive = try archive(one)
    #expect(throws: CoreError.self) { try archive.members[0].bytes(in: archive.url, limit: 0) }
    // One that grew is the same.
    try folder.write(one + TarBlocks.member("b", [2]) + TarBlocks.end, to: "a.tar")
    #expect(try archive.members[0].bytes(in: archive.url, limit: 1) == [1])
    try folder.write(TarBlocks.member("b", [2]) + one + TarBlocks.end, to: "a.tar")
    #expect(throws: CoreError.unreadableFile(path: "\(archive.url.path):a", reason: "the archive has changed since it was opened")) {
      try archive.members[0].bytes(in: archive.url, limit: 1)
    }
    try FileManager.default.removeItem(at: archive.url)
    #expect(throws: CoreError.self) { try archive.members[0].bytes(in: archive.url, limit: 1) }
  }
}
