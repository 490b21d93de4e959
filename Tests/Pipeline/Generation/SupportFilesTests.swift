import Core
import Foundation
import Generation
import TestSupport
import Testing

/// Generated supports found loose and packed.
@Suite struct SupportFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func pack(_ name: String, _ files: [String: [UInt8]]) throws {
    let writer = try TarWriter(folder.file(name))
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) { try writer.add(bytes, name: name) }
  }

  private func found(_ files: SupportFiles, _ name: String) throws -> [UInt8]? { try files.support(name)?.bytes() }

  @Test func whoGoesBeforeWhom() throws {
    try pack("a.tar", ["x_1_0.png": [1], "x_1_1.png": [1], "x_1_2.jpg": [1], "x_1_2.png": [2], "x_1_4.png": [1]])
    try pack("b.tar", ["x_1_1.png": [3], "x_1_3.png": [3], "in/y_1_0.png": [3]])
    try folder.write([9], to: "x_1_3.png")
    try folder.write([9], to: "x_1_4.jpg")
    try FileManager.default.createDirectory(at: folder.file("c.tar"), withIntermediateDirectories: true)
    let files = try SupportFiles(folder.url)
    // The only one; of the last archive; .jpg first; a loose file before a packed one, in either format.
    let expected: [String: [UInt8]?] = [
      "x_1_0": [1], "x_1_1": [3], "x_1_2": [1], "x_1_3": [9], "x_1_4": [9], "in/y_1_0": [3], "x_1_5": nil, "../x_1_0": nil, "/x_1_0": nil,
    ]
    for (name, bytes) in expected { #expect(try found(files, name) == bytes, "\(name)") }
    #expect(files.remarks.isEmpty && files.isCurrent)
    #expect(files.support("x_1_1")?.path == "\(folder.file("b.tar").path):x_1_1.png")
    #expect(files.all(endingIn: [".png"]).map(\.name) == ["in/y_1_0.png", "x_1_0.png", "x_1_1.png", "x_1_2.png", "x_1_3.png", "x_1_4.png"])
    let one = try SupportFiles(folder.file("a.tar"))
    #expect(try found(one, "x_1_3") == nil && found(one, "x_1_1") == [1])
  }

  @Test func anotherArchiveIsAnotherState() throws {
    try pack("a.tar", ["x_1_0.png": [1]])
    let files = try SupportFiles(folder.url), state = try #require(files.support("x_1_0")?.state)
    // The first file beside the archives has files looked for, a further one changes nothing.
    try folder.write([9], to: "y_1_0.png")
    #expect(!files.isCurrent)
    let beside = try SupportFiles(folder.url)
    try folder.write([9], to: "y_1_1.png")
    #expect(beside.isCurrent && beside.support("x_1_0")?.state == state && beside.support("y_1_1") != nil)
    try pack("a.tar", ["x_1_0.png": [2]])
    #expect(!beside.isCurrent)
    let fresh = try SupportFiles(folder.url)
    #expect(fresh.support("x_1_0")?.state != state)
    try pack("b.tar", ["z_1_0.png": [2]])
    #expect(!fresh.isCurrent)
    let more = try SupportFiles(folder.url)
    #expect(more.support("x_1_0")?.state == fresh.support("x_1_0")?.state)
  }

  @Test func whatCannotBeUsedIsSaid() throws {
    try pack("a.tar", ["x_1_0.png": TarBlocks.bytes(700), "x_1_1.png": TarBlocks.bytes(700)])
    let whole = Array(try Data(contentsOf: folder.file("a.tar"))), path = folder.file("a.tar").path
    let foreign = TarBlocks.member("../up", [1]) + TarBlocks.member("link", [], kind: "1")
    let cases: [(bytes: [UInt8], remark: String)] = [
      (Array(whole.dropLast(1400)), " is cut off in x_1_1.png: the 1 file in front is used"),
      (Array(whole.dropLast(1024)), " has no end, it may be cut off: its 2 files are used"),
      (
        Array(whole.dropLast(1024)) + foreign + TarBlocks.end,
        " has 2 links, devices and names that leave its folder: they are passed over"
      ),
    ]
    for (bytes, remark) in cases {
      try folder.write(bytes, to: "a.tar")
      #expect(try SupportFiles(folder.url).remarks == [path + remark])
    }
    try folder.write(Array("notes".utf8), to: "a.tar")
    #expect(throws: CoreError.malformedFile(path: path, reason: "it is no tar archive")) { try SupportFiles(folder.url) }
    #expect(throws: CoreError.unreadableFile(path: folder.file("no").path, reason: "there is no such folder or archive")) {
      try SupportFiles(folder.file("no"))
    }
  }

  @Test func wordsOfACommandLine() throws {
    try pack("a.tar", ["x_1_0.png": [1], "x_1_control.png": [2], "in/y_1_0.jpg": [3]])
    let path = folder.file("a.tar").path
    #expect(try SupportFiles.named(path).map(\.path) == ["\(path):in/y_1_0.jpg", "\(path):x_1_0.png"])
    #expect(try SupportFiles.named("\(path):x_1_control.png").map { try $0.bytes() } == [[2]])
    #expect(throws: CoreError.unreadableFile(path: "\(path):no.png", reason: "there is no such file in the archive")) {
      try SupportFiles.named("\(path):no.png")
    }
    #expect(try SupportFiles.named("/no/x.png").map(\.path) == ["/no/x.png"])
    try folder.write([4], to: "odd.tar:x.png")
    #expect(try SupportFiles.named(folder.file("odd.tar:x.png").path).map { try $0.bytes() } == [[4]])
  }
}
