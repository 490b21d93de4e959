import Foundation
import Render

/// Images side by side, to look at: what was meant, ours, chafa's.
enum Sheet {
  /// How many of each kind.
  private static let counts: [(Picture.Kind, Int)] = [(.photograph, 1), (.mask, 1), (.overlay, 2), (.support, 2)]

  /// A PNG for each mode and each symbol set of the options in `folder`: six images in rows, within 30x15 cells.
  static func write(_ pictures: [Picture], to folder: URL, options: BenchOptions) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let chosen = counts.flatMap { kind, count in pictures.filter { $0.kind == kind }.prefix(count) }
    let chafa = Chafa(scratch: options.scratch)
    for mode in Mode.all where options.modes.contains(mode.title) {
      for set in options.symbols {
        var images: [Image?] = []
        for picture in chosen {
          let size = CellGrid.fit(width: picture.image.width, height: picture.image.height, columns: 30, rows: 15)
          func drawn(_ cells: CellGrid) -> Image { cells.rendered(cellWidth: 8, cellHeight: 16, palette: mode.palette) }
          images.append(picture.reference(size.columns * 8, size.rows * 16).image)
          images.append(drawn(picture.cells(size.columns, size.rows, mode.style(set, "ours", picture.kind))))
          let shown = ["none -p off", "diffusion -p off", "full"]
          for variant in mode.chafa.filter({ variant in shown.contains { variant.title.hasSuffix($0) } }).suffix(2) {
            let text = try chafa.show(
              picture.file, columns: size.columns, rows: size.rows, symbols: Mode.symbols(set), options: variant.options)
            images.append(drawn(Screen.read(text, columns: size.columns, rows: size.rows)))
          }
        }
        try Image.sheet(images, columns: images.count / max(1, chosen.count)).writePNG(
          to: folder.appendingPathComponent("\(mode.title)-\(set.rawValue).png"))
      }
    }
  }
}
