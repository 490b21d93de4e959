import Foundation

/// A parser under attack: good inputs that are damaged, and what reads them.
struct FuzzTarget {
  let name: String
  /// Share of the inputs, by how fast the parser is and how much there is in it to get wrong.
  let weight: Int
  /// Good inputs.
  let seeds: [[UInt8]]
  /// Bytes from the front that most injuries hit: where the structure is.
  let focus: Int
  /// Makes what reads inputs, in a scratch folder of its own. Errors that it throws are answers like any other.
  let reader: (_ folder: URL) throws -> ([UInt8]) throws -> Void
}

extension FuzzTarget {
  /// One whose parser reads a file.
  init(_ name: String, weight: Int, seeds: [[UInt8]], focus: Int, fileName: String, _ read: @escaping (URL) throws -> Void) {
    self.init(name: name, weight: weight, seeds: seeds, focus: focus) { folder in
      let file = folder.appendingPathComponent(fileName)
      return { bytes in
        // Not `Data.write`: it would sync and rename a million times.
        guard let handle = fopen(file.path, "w") else { throw CocoaError(.fileWriteUnknown) }
        _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, handle) }
        fclose(handle)
        try read(file)
      }
    }
  }
}
