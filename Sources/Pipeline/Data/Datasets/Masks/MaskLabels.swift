import Foundation
import Render

/// Which class indices a mask file holds.
public enum MaskLabels {
  /// Ascending, without background and what is to be ignored; none where the mask shows an object without numbering it.
  ///
  /// Throws `RenderError` for a file that is no image, and `DataError.unclearMask`.
  public static func of(_ url: URL) throws -> [Int] {
    let file = try MaskFile(url)
    guard try ObjectMask.shape(file, name: url.lastPathComponent) == nil else { return [] }
    return Set(file.values).filter { (1..<255).contains($0) }.sorted().map(Int.init)
  }
}
