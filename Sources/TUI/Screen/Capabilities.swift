import Render

/// What the terminal can do.
public struct Capabilities: Hashable, Sendable {
  public var depth: ColorDepth
  /// How that is known, in a word or two; empty where nobody has said.
  public var depthReason = ""
  /// Whether characters outside ASCII arrive.
  public var unicode: Bool
  /// What the named colours look like.
  public var named: NamedColors
  /// The finest symbols that the terminal is known to draw.
  public var symbols = SymbolSet.quadrant
  /// Whether its background is lighter than its text.
  public var lightBackground = false
  /// How it shows pixels; nil where it shows characters alone.
  public var pixels: PixelCapabilities?

  public init(depth: ColorDepth, unicode: Bool, named: NamedColors = .xterm) {
    self.depth = depth
    self.unicode = unicode
    self.named = named
  }
}

extension Capabilities {
  /// The depth of colours and how it is known, for the header.
  var colorText: String {
    let name =
      switch depth {
      case .truecolor: "24-bit colour"
      case .mono: "no colours"
      default: "\(depth.rawValue) colours"
      }
    return depthReason.isEmpty ? "" : "\(name): \(depthReason)"
  }
}
