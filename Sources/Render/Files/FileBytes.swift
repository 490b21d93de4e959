import Core
import Foundation

/// Whole files, read with a limit and written all or nothing.
public enum FileBytes {
  /// The bytes of a regular file of at most `limit` bytes; throws `RenderError.unreadable`.
  public static func read(_ url: URL, limit: Int = ImageLimits.fileBytes) throws -> [UInt8] {
    do {
      let values = try url.resolvingSymlinksInPath().resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
      // A pipe or a device would block or never end.
      guard values.isRegularFile == true else {
        throw RenderError.unreadable(path: url.path, reason: "not a regular file")
      }
      guard let size = values.fileSize, size <= limit else {
        throw RenderError.unreadable(path: url.path, reason: "larger than \(limit < 1 << 20 ? "\(limit >> 10) KB" : "\(limit >> 20) MB")")
      }
      return [UInt8](try Data(contentsOf: url))
    } catch let error as RenderError {
      throw error
    } catch {
      throw RenderError.unreadable(path: url.path, reason: error.reason)
    }
  }

  /// Writes under a temporary name in the same folder, then renames; on failure nothing is left and
  /// `RenderError.unwritable` is thrown.
  public static func write(_ bytes: [UInt8], to url: URL) throws {
    do { try AtomicWriter.write(bytes, to: url, isDurable: false) } catch let fault as AtomicWriter.Fault {
      throw RenderError.unwritable(path: url.path, reason: fault.reason)
    }
  }
}
