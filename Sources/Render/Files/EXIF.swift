/// The orientation in the EXIF data (CIPA DC-008, a TIFF structure) of a PNG or JPEG file. Every byte of it may be wrong.
enum EXIF {
  private static let orientationTag = 274
  private static let short = 3
  private static let long = 4
  /// Bytes of a directory's entry.
  private static let entry = 12

  /// Tag 274 as it is in the file, whatever its value; nil where there is none.
  static func orientation(of file: [UInt8]) -> Int? {
    if file.starts(with: JPEG.signature) { return inJPEG(file).flatMap { orientation(inTIFF: file[$0]) } }
    if file.starts(with: PNG.signature) { return inPNG(file).flatMap { orientation(inTIFF: file[$0]) } }
    return nil
  }

  /// The first APP1 segment before the pixels that begins with "Exif", without that word; as OpenCV and Pillow, no later one.
  private static func inJPEG(_ file: [UInt8]) -> Range<Int>? {
    let word = Array("Exif\0\0".utf8)
    var place = 2
    while let at = file[place...].firstIndex(of: 0xFF), at + 1 < file.count {
      let marker = file[at + 1]
      place = at + 1
      if marker == 0xFF { continue }
      place = at + 2
      // Pixels, or the end; markers without a length are alone (ITU-T T.81 B.1.1.3).
      if marker == 0xDA || marker == 0xD9 { return nil }
      if marker <= 0x01 || (0xD0...0xD8).contains(marker) { continue }
      guard place + 2 <= file.count else { return nil }
      let end = place + (Int(file[place]) << 8 | Int(file[place + 1]))
      guard end >= place + 2, end <= file.count else { return nil }
      if marker == 0xE1, file[(place + 2)..<end].starts(with: word) { return place + 2 + word.count..<end }
      place = end
    }
    return nil
  }

  /// The first eXIf chunk.
  private static func inPNG(_ file: [UInt8]) -> Range<Int>? {
    var place = PNG.signature.count
    while place + 8 <= file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let data = place + 8
      guard length <= file.count - data else { return nil }
      if file[place + 4..<data].elementsEqual("eXIf".utf8) { return data..<data + length }
      place = data + length + 4
    }
    return nil
  }

  /// The first entry of that tag in the first directory of a TIFF structure of either byte order.
  private static func orientation(inTIFF bytes: ArraySlice<UInt8>) -> Int? {
    let isLittle: Bool
    if bytes.starts(with: "II".utf8) { isLittle = true } else if bytes.starts(with: "MM".utf8) { isLittle = false } else { return nil }
    func number(_ offset: Int, _ count: Int) -> Int? {
      guard offset >= 0, count <= bytes.count, offset <= bytes.count - count else { return nil }
      let own = bytes[bytes.startIndex + offset..<bytes.startIndex + offset + count]
      return isLittle ? own.reversed().reduce(0) { $0 << 8 | Int($1) } : own.reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(2, 2) == 42, let directory = number(4, 4), let entries = number(directory, 2) else { return nil }
    for index in 0..<entries {
      let place = directory + 2 + index * entry
      // A directory that runs beyond the end still counts up to there.
      guard let tag = number(place, 2), let type = number(place + 2, 2), let count = number(place + 4, 4), number(place + 8, 4) != nil else { return nil }
      guard tag == orientationTag else { continue }
      guard count >= 1 else { return nil }
      switch type {
      case short: return number(place + 8, 2)
      case long: return number(place + 8, 4)
      default: return nil
      }
    }
    return nil
  }
}
