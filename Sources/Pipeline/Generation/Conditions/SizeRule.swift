import Core
import Foundation
import Render

/// How the published script sizes an image for the networks.
public struct SizeRule: Hashable, Sendable {
  public let width: Int
  public let height: Int
  /// Lanczos when the image grows, area averaging otherwise.
  public let method: ResizeMode

  /// k = resolution / shorter side; each side times k, rounded half to even to a multiple of 64.
  ///
  /// Throws `CoreError.badSetting` where a side would exceed `longest` pixels.
  public init(width: Int, height: Int, resolution: Int, longest: Int = 8192) throws {
    let factor = Double(resolution) / Double(min(width, height))
    func rounded(_ side: Int) -> Int { Int((Double(side) * factor / 64).rounded(.toNearestOrEven)) * 64 }
    guard Double(max(width, height)) * factor <= Double(longest) else {
      throw CoreError.badSetting(
        name: "resolution", value: "\(resolution) for an image of \(width)x\(height)", allowed: "a longer side of at most \(longest)")
    }
    self.width = max(rounded(width), 64)
    self.height = max(rounded(height), 64)
    method = factor > 1 ? .lanczos4 : .area
  }

  /// The same once more, for what was sized before.
  fileprivate init(_ first: SizeRule, resolution: Int) throws { try self.init(width: first.width, height: first.height, resolution: resolution) }

  /// The image at this size.
  public func apply(_ image: Image) -> Image { image.resized(width: width, height: height, method) }
}

extension ConditionSettings {
  /// The size at which a condition's edges are looked for.
  func detectionSize(_ type: ConditionType, width: Int, height: Int) throws -> SizeRule {
    try SizeRule(width: width, height: height, resolution: type.uses.contains(.detectResolution) ? detectResolution ?? resolution : resolution)
  }

  /// The size of the control image, and of what is drawn from it: where edges are found at a resolution of their own, the size rule is applied
  /// to their size, as the published script does.
  func controlSize(_ type: ConditionType, width: Int, height: Int) throws -> SizeRule {
    try SizeRule(detectionSize(type, width: width, height: height), resolution: resolution)
  }
}
