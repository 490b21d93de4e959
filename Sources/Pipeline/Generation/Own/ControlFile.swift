import Data
import Foundation
import Render

/// A ready control image of the user's own. It has no mask to follow: it is turned as viewers show it, unless told otherwise.
public struct ControlFile: Sendable {
  /// Three channels.
  public let image: Image
  /// What is to be said about how it is turned.
  public let note: String?

  /// Throws `RenderError`.
  public init(_ url: URL, orientation: OrientationRule) throws {
    let picture = try TurnedPicture(url, rule: orientation == .auto ? .obey : orientation)
    image = picture.image
    note = picture.note(url.lastPathComponent, rule: orientation == .auto ? .obey : orientation)
  }
}
