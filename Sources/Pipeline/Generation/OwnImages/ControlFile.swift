import Data
import Foundation
import Render

/// A ready control image of the user's own. It has no mask to follow: it is turned as viewers show it, unless told otherwise.
public struct ControlFile: Sendable {
  /// The file's name without its extension.
  public let name: String
  /// Three channels.
  public let image: Image
  /// What is to be said about how it is turned.
  public let note: String?

  /// Throws `RenderError`.
  public init(_ url: URL, orientation: OrientationRule) throws {
    let turned = try TurnedImage(url, rule: orientation == .auto ? .obey : orientation)
    name = url.deletingPathExtension().lastPathComponent
    image = turned.image
    note = turned.note(url.lastPathComponent, rule: orientation == .auto ? .obey : orientation)
  }
}
