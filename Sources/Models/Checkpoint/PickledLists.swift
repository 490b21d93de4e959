/// Pickled dictionaries of numbers to lists of names, as HSNet's fold files are. Nothing in them is run.
public enum PickledLists {
  /// What is wrong with the file.
  public struct Fault: Error {
    public let reason: String
  }

  /// The entries in their order. Throws `Fault` for anything else than such a dictionary.
  public static func read(_ bytes: [UInt8]) throws -> [(key: Int, names: [String])] {
    try bytes.withUnsafeBytes { bytes in
      var reader = PickleReader(bytes)
      let value: PickleValue
      do { value = try reader.read() } catch let fault as PickleReader.Fault {
        throw Fault(reason: fault.reason)
      }
      if let name = reader.foreignNames.first { throw Fault(reason: "it speaks of \(name), which no list needs") }
      let items = reader.items(value)
      guard !items.isEmpty, items.count % 2 == 0 else { throw Fault(reason: "it is no dictionary of lists") }
      return try stride(from: 0, to: items.count, by: 2).map { place in
        guard case .integer(let key) = items[place] else { throw Fault(reason: "one of its keys is no whole number") }
        let names = try reader.items(items[place + 1]).map { item -> String in
          guard case .text(let name) = item else { throw Fault(reason: "one of the names of class \(key) is no text") }
          return name
        }
        return (key, names)
      }
    }
  }
}
