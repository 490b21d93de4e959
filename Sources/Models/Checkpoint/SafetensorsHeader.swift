import Core

/// The table of contents of a safetensors file, checked against the size of the data it describes.
///
/// Format: 8 bytes little-endian header length, that many bytes of JSON
/// `{"name": {"dtype": "F16", "shape": [..], "data_offsets": [begin, end]}, ..., "__metadata__": {"k": "v"}}`, the data.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var dtype: ElementType
    var shape: [Int]
    /// First byte, and the one behind the last, counted from the start of the file.
    var begin: Int
    var end: Int
  }

  /// What is wrong with it, in words.
  struct Fault: Error {
    let reason: String
  }

  /// The reference implementation's limit.
  static let maximumBytes = 100_000_000

  /// In the file's order.
  var entries: [Entry] = []
  var metadata: [String: String] = [:]

  /// Reads and checks the header of a whole file's bytes. Throws `Fault` and `WeightFault`.
  init(file: UnsafeRawBufferPointer) throws {
    guard file.count >= 8 else { throw Fault(reason: "\(file.count) bytes are too few for a header") }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(Self.maximumBytes) else {
      throw Fault(reason: "a header of \(length) bytes is announced, at most \(Self.maximumBytes) are allowed")
    }
    guard length <= UInt64(file.count - 8) else {
      let text = "a header of \(length) bytes is announced, the file ends after \(file.count - 8) of them"
      // Whatever else it is does not begin as a header does.
      guard file.count > 8, file[8] == UInt8(ascii: "{") else { throw Fault(reason: text) }
      throw WeightFault.cutShort("\(text) (\(file.count) bytes in all)")
    }
    let dataStart = 8 + Int(length)
    do { try read(Array(file[8..<dataStart]), dataStart: dataStart) } catch let problem as JSONCursor.Problem {
      throw Fault(reason: "\(problem.reason) at byte \(problem.offset) of its JSON")
    }
    try checkCoverage(dataStart: dataStart, fileSize: file.count)
  }

  private mutating func read(_ json: [UInt8], dataStart: Int) throws {
    var cursor = JSONCursor(json, range: 0..<json.count), seen: Set<String> = []
    try cursor.members { name, cursor in
      guard seen.insert(name).inserted else { throw Fault(reason: "\(name) is listed twice") }
      if name == "__metadata__" {
        try cursor.members { key, cursor in metadata[key] = try cursor.string() }
      } else {
        entries.append(try Self.entry(name, &cursor, dataStart: dataStart))
      }
    }
    // Writers pad the header with spaces.
    try cursor.finish()
  }

  private static func numbers(_ cursor: inout JSONCursor, atMost limit: Int) throws -> [Int] {
    var values: [Int] = []
    try cursor.elements { cursor in
      guard values.count < limit else { throw cursor.problem("more than \(limit) numbers in a list") }
      values.append(try cursor.natural())
    }
    return values
  }

  private static func entry(_ name: String, _ cursor: inout JSONCursor, dataStart: Int) throws -> Entry {
    var dtypeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try cursor.members { key, cursor in
      switch key {
      case "dtype" where dtypeName == nil: dtypeName = try cursor.string()
      case "shape" where shape == nil: shape = try numbers(&cursor, atMost: 16)
      case "data_offsets" where offsets == nil: offsets = try numbers(&cursor, atMost: 2)
      default: throw Fault(reason: "\(name) has an unknown or repeated field \(key)")
      }
    }
    guard let dtypeName, let shape, let offsets, offsets.count == 2 else {
      throw Fault(reason: "\(name) lacks its dtype, shape or data_offsets")
    }
    guard let dtype = ElementType(rawValue: dtypeName) else {
      throw WeightFault.unsupported("\(name) is of the number format \(dtypeName), which is not supported")
    }
    // An extent of 0 must not hide an overflow in the others: multiply what is not 0.
    var bytes = dtype.size
    for extent in shape where extent != 0 {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw Fault(reason: "\(name) has the impossible shape \(shape)") }
      bytes = product
    }
    if shape.contains(0) { bytes = 0 }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end, end <= Int.max - dataStart else { throw Fault(reason: "\(name) is at bytes \(begin)..<\(end)") }
    guard end - begin == bytes else {
      throw Fault(reason: "\(name) of type \(dtypeName) and shape \(shape) needs \(bytes) bytes, \(end - begin) are given")
    }
    return Entry(name: name, dtype: dtype, shape: shape, begin: dataStart + begin, end: dataStart + end)
  }

  /// The format allows neither overlaps nor gaps nor anything behind the last tensor.
  private func checkCoverage(dataStart: Int, fileSize: Int) throws {
    var position = dataStart
    for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard entry.begin == position else {
        throw Fault(reason: "\(entry.name) \(entry.begin < position ? "overlaps another tensor" : "leaves a gap before it")")
      }
      position = entry.end
    }
    guard position <= fileSize else { throw WeightFault.cutShort("its header announces \(position) bytes, \(fileSize) are there") }
    guard position == fileSize else { throw WeightFault.overlong(announced: position, found: fileSize) }
  }
}
