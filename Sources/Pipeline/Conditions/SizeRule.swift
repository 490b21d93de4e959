import Foundation
import Render

/// How the published script sizes a picture for the networks.
public struct SizeRule: Hashable, Sendable {
  public let width: Int
  public let height: Int
  /// Lanczos when the picture grows, area averaging otherwise.
  public let method: ResizeMode

  /// k = resolution / shorter side; each side times k, rounded half to even to a multiple of 64.
  ///
  /// Throws `PipelineError.badSetting` where a side would exceed `longest` pixels.
  public init(width: Int, height: Int, resolution: Int, longest: Int = 8192) throws {
    let factor = Double(resolution) / Double(min(width, height))
    func rounded(_ side: Int) -> Int { Int((Double(side) * factor / 64).rounded(.toNearestOrEven)) * 64 }
    guard Double(max(width, height)) * factor <= Double(longest) else {
      throw PipelineError.badSetting(
        name: "resolution", value: "\(resolution) for a picture of \(width)x\(height)", allowed: "a longer side of at most \(longest)")
    }
    self.width = max(rounded(width), 64)
    self.height = max(rounded(height), 64)
    method = factor > 1 ? .lanczos4 : .area
  }

  /// The picture at this size.
  public func apply(_ image: Image) -> Image { image.resized(width: width, height: height, method) }
}
