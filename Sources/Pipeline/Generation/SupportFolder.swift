import Foundation

/// A folder of generated supports under the published loaders' names: `<item>_<class>_<k>.png`, beside
/// `<item>_<class>_control.png`.
public struct SupportFolder: Sendable {
  public let url: URL

  /// Creates the folder when it is not there. Throws `PipelineError.cannotWrite` when that cannot be done.
  public init(creating url: URL) throws {
    self.url = url
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw PipelineError.cannotWrite(path: url.path, reason: (error as NSError).posixReason)
    }
  }

  /// The name of a generated support; a slash in the item's name becomes an underscore.
  public static func name(of source: SupportSource) -> String {
    "\(stem(of: source))_\(source.number).png"
  }

  /// The name of the control image that its pictures were painted from.
  public static func controlName(of source: SupportSource) -> String {
    "\(stem(of: source))_control.png"
  }

  /// Copies a picture of the store, its request inside, and returns the file.
  @discardableResult
  public func add(_ picture: GeneratedImage) throws -> URL {
    let data: Data
    do {
      data = try Data(contentsOf: picture.file)
    } catch {
      throw PipelineError.unreadableFile(path: picture.file.path, reason: error.localizedDescription)
    }
    return try add(png: [UInt8](data), name: Self.name(of: picture.request.source))
  }

  /// Writes the control image that a support's pictures were painted from.
  @discardableResult
  public func addControl(_ control: ControlImage, of source: SupportSource) throws -> URL {
    try add(png: control.image.pngData(), name: Self.controlName(of: source))
  }

  /// Writes a file under a temporary name and renames it.
  @discardableResult
  public func add(png: [UInt8], name: String) throws -> URL {
    let target = url.appendingPathComponent(name)
    try AtomicFile.write(Data(png), to: target)
    return target
  }

  private static func stem(of source: SupportSource) -> String {
    "\(source.item.replacingOccurrences(of: "/", with: "_"))_\(source.classIndex)"
  }
}
