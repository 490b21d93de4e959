import Core
import Data

/// The colours of the 150 ADE20K classes, as segmentation ControlNets were trained on.
public struct Palette: Sendable {
  /// RGB by class, 0 (wall) first.
  public let colors: [[UInt8]]

  /// Reads the table `ade20k_palette` of the assets. Throws `DataError` when it is missing or broken.
  public init() throws {
    struct Table: Decodable { let palette: [[UInt8]] }
    colors = try AssetTable.load("ade20k_palette", as: Table.self).palette
    guard colors.count == 150, colors.allSatisfy({ $0.count == 3 }) else {
      throw CoreError.malformedFile(path: "tables/ade20k_palette.json", reason: "150 colours of 3 bytes are expected")
    }
  }
}
