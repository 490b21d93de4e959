/// Extents of Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2015): a tile of 4x4 outputs takes 36 products a channel in place
/// of 144. Its transforms are micro-kernels.
enum Winograd {
  /// Outputs along an edge of a tile, inputs along it, products a tile and channel.
  static let side = 4, reach = 6, points = 36

  /// Tiles that cover an extent, their outputs `spacing` pixels from one to the next: as many for each of its first `spacing` pixels.
  static func tiles(_ extent: Int, spacing: Int) -> Int {
    let longest = (extent + spacing - 1) / spacing
    return (longest + side - 1) / side * spacing
  }
}
