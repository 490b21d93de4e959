import Foundation
import Render
import Testing

/// Expected values are those of OpenCV 5.0.0 (`imdecode`, IMREAD_COLOR) and of Pillow 13.0.0 (`ImageOps.exif_transpose`), which agree unless said.
@Suite struct OrientationTests {
  @Test(arguments: [
    (1, 3, [0, 10, 20, 30, 40, 50]), (2, 3, [20, 10, 0, 50, 40, 30]), (3, 3, [50, 40, 30, 20, 10, 0]), (4, 3, [30, 40, 50, 0, 10, 20]),
    (5, 2, [0, 30, 10, 40, 20, 50]), (6, 2, [30, 0, 40, 10, 50, 20]), (7, 2, [50, 20, 40, 10, 30, 0]), (8, 2, [20, 50, 10, 40, 0, 30]),
  ] as [(Int, Int, [UInt8])])
  func allEight(value: Int, width: Int, expected: [UInt8]) throws {
    let stored = Image(width: 3, height: 2, channels: 1, pixels: [0, 10, 20, 30, 40, 50])
    let orientation = try #require(Orientation(rawValue: value))
    let turned = stored.turned(orientation)
    #expect(turned == Image(width: width, height: 6 / width, channels: 1, pixels: expected))
    #expect(LabelMask(width: 3, height: 2, labels: stored.pixels).turned(orientation).labels == expected)
    #expect(stored.rgb.turned(orientation) == turned.rgb)
    #expect(ImageSize(width: 3, height: 2).turned(orientation) == ImageSize(width: turned.width, height: turned.height))
    // The file says it in either byte order, as PNG and as JPEG.
    for isLittle in [true, false] {
      let data = EXIFData(value: value, isLittle: isLittle).bytes
      #expect(Orientation(of: try Self.jpeg(["Exif\0\0".utf8 + data])) == orientation)
      #expect(Orientation(of: try Self.png(data)) == orientation)
    }
  }

  @Test func aFileWithoutItIsUpright() throws {
    let image = Fixtures.scene(width: 9, height: 5)
    for bytes in [try image.pngData(), try image.jpegData(), [], Array("II*\0".utf8)] { #expect(Orientation(of: bytes) == .upright) }
    // Values beyond the eight.
    for value in [0, 9, 65535] { #expect(Orientation(of: try Self.jpeg(["Exif\0\0".utf8 + EXIFData(value: value).bytes])) == .upright) }
    #expect(Orientation(of: try Data(contentsOf: fixture).map { $0 }) != .upright)
    // Decoding is not concerned.
    #expect(try Image(pngOrJpeg: fixture).width == Image(pngOrJpeg: pillow).width)
  }

  private let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Fixtures/render/turned.jpg")
  private let pillow = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Fixtures/render/colour_pillow.png")

  @Test func unusualDataIsReadAsOpenCVAndPillowRead() throws {
    func of(_ segments: [[UInt8]]) throws -> Int { Orientation(of: try Self.jpeg(segments)).rawValue }
    func exif(_ data: EXIFData) -> [UInt8] { "Exif\0\0".utf8 + data.bytes }
    let six = EXIFData(value: 6), one = EXIFData(value: 1)
    #expect(try of([exif(six), exif(one)]) == 6)
    #expect(try of([exif(one), exif(six)]) == 1)
    #expect(try of([Array("http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation=\"3\"/>".utf8), exif(six)]) == 6)
    // XMP alone: Pillow turns, OpenCV and we do not.
    #expect(try of([Array("http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation=\"3\"/>".utf8)]) == 1)
    #expect(try of([exif(EXIFData(values: [6, 1]))]) == 6)
    #expect(try of([exif(EXIFData(values: [1, 6]))]) == 1)
    #expect(try of([exif(EXIFData(value: 6, type: 4))]) == 6)
    // LONG in the other order: Pillow turns, OpenCV reads the upper half.
    #expect(try of([exif(EXIFData(value: 6, isLittle: false, type: 4))]) == 6)
    // BYTE: OpenCV turns, Pillow does not.
    #expect(try of([exif(EXIFData(value: 6, type: 1))]) == 1)
    #expect(try of([exif(EXIFData(value: 6, count: 2))]) == 6)
    #expect(try of([exif(EXIFData(value: 6, count: 0))]) == 1)
    #expect(try of([exif(EXIFData(value: 6, announced: 200))]) == 6)
    #expect(try of([Array(exif(six).dropLast(4))]) == 6)
    #expect(try of([Array(exif(six).dropLast(8))]) == 1)
    #expect(try of(["Exif\0\u{7F}".utf8 + six.bytes]) == 1)
    var wrong = six.bytes
    wrong[2] = 43
    #expect(try of(["Exif\0\0".utf8 + wrong]) == 1)
    // The directory may be anywhere, but not outside.
    #expect(try of([exif(EXIFData(value: 6, directory: 20))]) == 6)
    for offset in [0xFFFF_FFFF, 0x7FFF_FFFF, 30, 22] {
      var far = six.bytes
      for byte in 0..<4 { far[4 + byte] = UInt8(offset >> (8 * byte) & 255) }
      #expect(try of(["Exif\0\0".utf8 + far]) == 1)
    }
  }

  @Test func damagedDataNeverCrashes() throws {
    var generator = SplitMix(state: 5)
    for isLittle in [true, false] {
      for seed in [try Self.jpeg(["Exif\0\0".utf8 + EXIFData(value: 6, isLittle: isLittle).bytes]), try Self.png(EXIFData(value: 6, isLittle: isLittle).bytes)] {
        for _ in 0..<5000 {
          var bytes = seed
          for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let at = Int.random(in: 0..<min(bytes.count, 120), using: &generator)
            bytes[at] = UInt8.random(in: 0...255, using: &generator)
          }
          if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
          _ = Orientation(of: bytes)
        }
      }
    }
  }

  /// A JPEG file with APP1 segments behind its JFIF header.
  private static func jpeg(_ segments: [[UInt8]]) throws -> [UInt8] {
    let file = try Fixtures.scene(width: 8, height: 8).jpegData(), header = 20
    var own: [UInt8] = []
    for segment in segments {
      let length = segment.count + 2
      own += [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)]
      own += segment
    }
    return Array(file[..<header]) + own + Array(file[header...])
  }

  /// A PNG file with an eXIf chunk behind its header.
  private static func png(_ data: [UInt8]) throws -> [UInt8] {
    let file = try Fixtures.scene(width: 8, height: 8).pngData(), header = 33
    return Array(file[..<header]) + PNGFixture.chunk("eXIf", data) + file[header...]
  }
}

/// A TIFF structure with one directory of orientations.
private struct EXIFData {
  var values: [Int] = []
  var isLittle = true
  var type = 3
  var count = 1
  var directory = 8
  /// Entries that the directory claims; those there are when nil.
  var announced: Int?

  init(value: Int, isLittle: Bool = true, type: Int = 3, count: Int = 1, directory: Int = 8, announced: Int? = nil) {
    (values, self.isLittle, self.type, self.count, self.directory, self.announced) = ([value], isLittle, type, count, directory, announced)
  }

  init(values: [Int]) { self.values = values }

  var bytes: [UInt8] {
    func number(_ value: Int, _ bytes: Int) -> [UInt8] {
      let little = (0..<bytes).map { UInt8(value >> (8 * $0) & 255) }
      return isLittle ? little : little.reversed()
    }
    let head = Array((isLittle ? "II" : "MM").utf8) + number(42, 2) + number(directory, 4) + [UInt8](repeating: 0, count: directory - 8)
    let size = type == 4 ? 4 : type == 1 ? 1 : 2
    var bytes = head + number(announced ?? values.count, 2)
    for value in values {
      bytes += number(274, 2) + number(type, 2) + number(count, 4)
      bytes += number(value, size) + [UInt8](repeating: 0, count: 4 - size)
    }
    return bytes + number(0, 4)
  }
}

private func + (text: String.UTF8View, bytes: [UInt8]) -> [UInt8] { Array(text) + bytes }
