import Core
import Foundation
import TestSupport
import Testing

/// Archives that grow: whole at any moment, the same to the byte, and never over somebody else's.
@Suite struct TarWriterTests {
  private let folder: TemporaryFolder
  private var url: URL { folder.file("s.tar") }

  init() throws { folder = try TemporaryFolder() }

  private static let long = (0..<5).map { _ in String(repeating: "e", count: 60) }.joined(separator: "/")
  /// Names and sizes at the edges of what a header and a block hold.
  private static let files: [(name: String, bytes: [UInt8])] = [
    ("val2014/a_1_control.png", 1), ("a_1_0.png", 0), ("b_1_0.png", 511), ("c_1_0.png", 512), ("d_1_0.jpg", 513), ("caf\u{E9}_1_0.png", 9),
    (String(repeating: "f", count: 100), 2), (String(repeating: "g", count: 101), 3), (long, 100_000),
    // Cut after 100 bytes it would be a folder's name.
    (String(repeating: "long/", count: 30) + "h_1_0.png", 4),
  ].map { ($0.0, TarBlocks.bytes($0.1)) }

  private func write(_ files: some Sequence<(name: String, bytes: [UInt8])> = TarWriterTests.files) throws -> [UInt8] {
    let writer = try TarWriter(url)
    for file in files { try writer.add(file.bytes, name: file.name) }
    return Array(try Data(contentsOf: url))
  }

  private func bytes() throws -> [UInt8] { Array(try Data(contentsOf: url)) }

  @Test func tarUnpacksWhatWasAdded() throws {
    _ = try write()
    let out = folder.file("out")
    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
    let unpacked = try TarBlocks.tar(["-xvf", url.path], in: out)
    #expect(unpacked.status == 0 && unpacked.text == Self.files.map { "\($0.name)\n" }.joined().escaped)
    for file in Self.files { #expect(try Data(contentsOf: out.appendingPathComponent(file.name)) == Data(file.bytes)) }
    let archive = try TarArchive(url)
    #expect(archive.members.map(\.name) == Self.files.map(\.name) && archive.end == .marked)
    for (member, file) in zip(archive.members, Self.files) { #expect(try member.bytes(in: url, limit: 1 << 20) == file.bytes) }
  }

  /// Field by field: nothing in a header depends on time, place or user.
  @Test func headersAreFixed() throws {
    let bytes = try write([("a", [7])])
    let text = "a" + String(repeating: "\u{0}", count: 99) + "0000644\u{0}0000000\u{0}0000000\u{0}00000000001\u{0}00000000000\u{0}"
    #expect(Array(bytes[..<148]) == Array(text.utf8))
    #expect(Array(bytes[148..<165]) == Array("006077\u{0} 0".utf8) + [UInt8](repeating: 0, count: 8))
    #expect(Array(bytes[257..<265]) == Array("ustar\u{0}00".utf8))
    #expect(bytes[265..<512].allSatisfy { $0 == 0 } && bytes[512] == 7 && bytes.count == 2048 && bytes[513...].allSatisfy { $0 == 0 })
  }

  @Test func theArchiveIsWholeAfterEachMember() throws {
    let writer = try TarWriter(url)
    for number in 0...Self.files.count {
      let listed = try TarBlocks.tar(["-tf", url.path], in: folder.url)
      #expect(listed.status == 0 && listed.text == Self.files.prefix(number).map { "\($0.name)\n" }.joined().escaped)
      #expect(try TarArchive(url).end == .marked)
      if number < Self.files.count { try writer.add(Self.files[number].bytes, name: Self.files[number].name) }
    }
  }

  /// Cut off anywhere, or left behind in the middle of a member, it goes on to the same bytes.
  @Test func aCutArchiveGoesOn() throws {
    let files = Self.files.filter { $0.bytes.count < 1000 }, whole = try write(files)
    for length in Set(stride(from: 512, to: whole.count, by: 197)).union([512, 1024, 1025, whole.count - 512, whole.count - 1024]).sorted()
    {
      try folder.write(Array(whole.prefix(length)), to: "s.tar")
      let writer = try TarWriter(url)
      #expect(try TarArchive(url).end == .marked, "\(length)")
      for file in files where writer.member(file.name) == nil { try writer.add(file.bytes, name: file.name) }
      #expect(try bytes() == whole, "\(length)")
    }
    // Killed before the header: bytes behind the end.
    try folder.write(whole.dropLast(512) + TarBlocks.bytes(5000), to: "s.tar")
    _ = try TarWriter(url)
    #expect(try bytes() == whole)
  }

  @Test func archivesOfOthersAreLeftAlone() throws {
    try folder.write([1, 2], to: "a.png")
    var foreign: [[UInt8]] = [Array("text".utf8), TarBlocks.bytes(3000), [0x1F, 0x8B] + TarBlocks.bytes(3000)]
    for format in ["gnu", "posix", "ustar"] {
      #expect(try TarBlocks.tar(["--format=\(format)", "-cf", "g.tar", "a.png"], in: folder.url).status == 0)
      let bytes = Array(try Data(contentsOf: folder.file("g.tar")))
      foreign += [bytes, Array(bytes.prefix(700)), Array(bytes.prefix(513))]
    }
    let own = try write(Self.files.prefix(3))
    foreign.append(own.dropLast(1024) + TarBlocks.member("b", [1]) + TarBlocks.end)
    for bytes in foreign {
      try folder.write(bytes, to: "s.tar")
      #expect(throws: TarWriter.Foreign.self) { try TarWriter(url) }
      #expect(try self.bytes() == bytes)
    }
    // Our own that is damaged is left alone too.
    var damaged = own
    damaged[1030] ^= 1
    try folder.write(damaged, to: "s.tar")
    #expect(throws: CoreError.malformedFile(path: url.path, reason: "the header at byte 1024 is damaged")) { try TarWriter(url) }
    #expect(try bytes() == damaged)
    #expect(throws: CoreError.self) { try TarWriter(folder.url) }
  }

  @Test func oneProcessWritesAtATime() throws {
    let writer = try TarWriter(url)
    try writer.add([1], name: "a")
    #expect(throws: CoreError.fileInUse(path: url.path)) { try TarWriter(url) }
    // Nor after it was written anew.
    try writer.add([2], name: "a")
    try writer.arrange(["a"])
    #expect(throws: CoreError.fileInUse(path: url.path)) { try TarWriter(url) }
    try writer.add([3], name: "b")
    #expect(try TarArchive(url).members.map(\.name) == ["a", "b"])
  }

  @Test func whatIsArrangedIsAsIfWrittenSo() throws {
    let ordered = try write(), names = Self.files.map(\.name)
    try FileManager.default.removeItem(at: url)
    let writer = try TarWriter(url)
    for file in Self.files.reversed() { try writer.add([0], name: file.name) }
    try writer.add([1], name: "gone")
    for file in Self.files.reversed() { try writer.add(file.bytes, name: file.name) }
    #expect(try writer.member("c_1_0.png").map(writer.bytes(of:)) == TarBlocks.bytes(512))
    writer.remove("gone")
    #expect(writer.member("gone") == nil)
    // A process that died while it did this has left its part.
    try folder.write([1], to: ".s.tar.1.\(UUID()).tmp")
    try writer.arrange(["absent"] + names + names)
    #expect(try bytes() == ordered)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["s.tar"])
    // Those that the list does not name stay behind.
    try writer.arrange(["c_1_0.png"])
    #expect(try TarArchive(url).members.map(\.name) == ["c_1_0.png"] + names.filter { $0 != "c_1_0.png" })
  }

  /// Nothing is added, and what was there is whole and goes on when there is room.
  @Test(.enabled(if: Mounting.isPossible, "needs the right to mount a file system")) func aFullDiskCostsTheMemberAlone() throws {
    try #require(mount("tmpfs", folder.url.path, "tmpfs", 0, "size=1m") == 0)
    defer { umount2(folder.url.path, Int32(MNT_DETACH)) }
    let writer = try TarWriter(url)
    try writer.add(TarBlocks.bytes(600), name: "a")
    let before = try bytes()
    #expect(throws: CoreError.cannotWrite(path: url.path, reason: "No space left on device")) {
      try writer.add([UInt8](repeating: 1, count: 2 << 20), name: "b")
    }
    #expect(try bytes() == before && writer.member("b") == nil)
    try writer.add([2], name: "c")
    #expect(try TarArchive(url).members.map(\.name) == ["a", "c"])
    // Nor does the attempt to write it anew cost anything.
    try writer.add([UInt8](repeating: 1, count: 700 << 10), name: "a")
    let larger = try bytes()
    #expect(throws: CoreError.cannotWrite(path: url.path, reason: "No space left on device")) { try writer.arrange(["c", "a"]) }
    #expect(try bytes() == larger)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["s.tar"])
  }
}

extension String {
  /// As tar prints names that are not ASCII.
  fileprivate var escaped: String {
    String(decoding: utf8.flatMap { $0 < 128 ? [$0] : Array("\\\(String($0, radix: 8))".utf8) }, as: UTF8.self)
  }
}
