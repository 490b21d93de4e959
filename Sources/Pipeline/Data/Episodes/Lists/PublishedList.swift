import Core
import Foundation
import Models
import Render

/// A list file of the few-shot segmentation community, read as it was published.
///
/// Names in it are the authors' paths; `ListedItems` finds the data set's own items for them.
public enum PublishedList: Sendable {
  /// An image and one class in it, 1..., on each line: HSNet's PASCAL-5i (`2007_000033__01`).
  case lines([(name: String, classIndex: Int)])
  /// Images by class, 1...: HSNet's COCO-20i pickles (0-based there), BAM's `sub_class_file_list_*.txt`.
  case classes([(classIndex: Int, names: [String])])
  /// Images with their masks: BAM's `data_list_*.txt`, VOC's lists.
  case pairs([String])
  /// One name on each line: classes (HSNet's FSS-1000) or images.
  case names([String])

  private static let mostBytes = 256 << 20

  /// Tells the kinds apart by what is in the file.
  ///
  /// Throws `CoreError.unreadableFile` and `.malformedFile`.
  public init(_ url: URL) throws {
    let bytes: [UInt8]
    do { bytes = try FileBytes.read(url, limit: Self.mostBytes) } catch {
      throw CoreError.unreadableFile(path: url.path, reason: error.reason)
    }
    func broken(_ reason: String) -> CoreError { .malformedFile(path: url.path, reason: reason) }
    if bytes.first == 0x80 {
      do {
        self = .classes(try PickledLists.read(bytes).map { (try Self.index($0.key, from: 0), $0.names) })
      } catch let fault as PickledLists.Fault { throw broken(fault.reason) } catch is OutOfRange { throw broken("a class number is out of range") }
      return
    }
    let lines = try TextLines.split(bytes, path: url.path)
    guard let first = lines.first else { throw broken("it is empty") }
    if first.hasPrefix("{") {
      var literal = PythonLiteral(TextBytes.utf8(bytes))
      do {
        self = .classes(try literal.classes().map { (try Self.index($0.key, from: 1), $0.names) })
      } catch let fault as PythonLiteral.Fault { throw broken("\(fault.reason) at byte \(fault.offset)") } catch is OutOfRange {
        throw broken("a class number is out of range")
      }
    } else if Self.line(first) != nil {
      self = .lines(
        try lines.enumerated().map { number, text in
          guard let line = Self.line(text) else { throw broken("line \(number + 1) is not NAME__CLASS: \"\(PlainText.clean(text))\"") }
          return line
        })
    } else if first.split(separator: " ").count == 2 {
      self = .pairs(
        try lines.enumerated().map { number, text in
          let fields = text.split(separator: " ")
          guard fields.count == 2 else { throw broken("line \(number + 1) is not IMAGE MASK: \"\(PlainText.clean(text))\"") }
          return String(fields[0])
        })
    } else {
      self = .names(lines)
    }
  }

  private struct OutOfRange: Error {}

  private static func index(_ key: Int, from first: Int) throws -> Int {
    guard (first..<100_000).contains(key) else { throw OutOfRange() }
    return key - first + 1
  }

  /// `NAME__CC`, two digits or more.
  private static func line(_ text: String) -> (name: String, classIndex: Int)? {
    guard let mark = text.range(of: "__", options: .backwards), mark.lowerBound > text.startIndex else { return nil }
    let digits = text[mark.upperBound...]
    guard digits.count >= 2, digits.count <= 5, digits.allSatisfy(\.isASCIIDigit), let index = Int(digits), index > 0 else { return nil }
    return (String(text[..<mark.lowerBound]), index)
  }
}

extension Character {
  var isASCIIDigit: Bool { isASCII && isNumber }
}
