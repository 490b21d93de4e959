import Data
import Foundation
import Render

/// How a mask is shown over its image.
public enum ImageOverlay: String, CaseIterable, Sendable {
  /// The object in a tint and its contour.
  case tint
  /// The contour alone.
  case outline
  /// Hits, false alarms and misses of a prediction, each in its colour.
  case error
}

/// An image of a file as `diffss render` shows it.
public struct PrintedImage: Sendable {
  /// The file's name, without its folder.
  public let name: String
  /// Upright; what is transparent is the background.
  public let image: Image
  private let marks: Marks

  private enum Marks: Sendable {
    case none
    case object(LabelMask, ImageOverlay)
    case errors(prediction: LabelMask, truth: LabelMask)
  }

  /// Reads an image and, where there is one, its mask, in which everything that is set is the object.
  ///
  /// `prediction` is for `ImageOverlay.error` alone, which needs it. Throws `RenderError`, and `DataError` as `OwnPair` does.
  public init(_ file: URL, mask: URL?, prediction: URL?, overlay: ImageOverlay, background: RGB) throws {
    name = file.lastPathComponent
    guard let mask else {
      image = try Self.opaque(file, background)
      marks = .none
      return
    }
    let pair = try OwnPair(image: file, mask: mask, label: nil, orientation: .auto)
    image = pair.image
    guard overlay == .error, let prediction else {
      marks = .object(pair.mask, overlay)
      return
    }
    let found = try OwnPair.mask(MaskFile(prediction), label: nil, name: prediction.path, orientation: .auto)
    guard found.width == image.width, found.height == image.height else {
      throw DataError.sizeMismatch(
        image: file.path, imageSize: "\(image.width)x\(image.height)", mask: prediction.path, maskSize: "\(found.width)x\(found.height)")
    }
    marks = .errors(prediction: found, truth: pair.mask)
  }

  /// The image in a file, upright; what is transparent takes the background's colour.
  private static func opaque(_ file: URL, _ background: RGB) throws -> Image {
    let turned = try TurnedImage(file, rule: .auto)
    let alpha = try MaskFile(file).alpha
    guard !alpha.isEmpty else { return turned.image }
    let stored = try Image(pngOrJpeg: file).rgb
    var out = stored
    for y in 0..<stored.height {
      for x in 0..<stored.width {
        out[x, y] = background.mixed(with: stored[x, y], share: Double(alpha[y * stored.width + x]) / 255)
      }
    }
    return out.turned(turned.turn)
  }

  /// The image as cells, within so many columns and rows, in its own proportions.
  public func cells(columns: Int, rows: Int, style: CellStyle) -> CellGrid {
    let size = CellGrid.fit(width: image.width, height: image.height, columns: columns, rows: rows)
    // A contour thinner than a block would come and go.
    var style = style
    if case .none = marks {} else { style.dithered = false }
    return CellGrid(shown(thickness: image.width / max(1, size.columns * 2)), columns: size.columns, rows: size.rows, style: style)
  }

  /// The image at so many pixels, in whatever proportions; its contour is about two of them thick. Few colours stay themselves where
  /// they are enlarged.
  public func pixels(width: Int, height: Int) -> Image {
    let whole = shown(thickness: (2 * image.width + width - 1) / max(1, width))
    guard width != whole.width || height != whole.height else { return whole }
    let shrinks = width < whole.width || height < whole.height
    return whole.resized(width: width, height: height, shrinks ? .area : whole.hasFewColors ? .nearest : .linear)
  }

  private func shown(thickness: Int) -> Image {
    let mark = RGB(255, 64, 208)
    switch marks {
    case .none: return image
    case .object(let mask, let overlay):
      let tinted = overlay == .tint ? image.tinted(mask, color: mark, opacity: 0.4) : image
      return tinted.outlined(mask, color: mark, thickness: max(1, thickness))
    case .errors(let prediction, let truth): return image.errorView(prediction: prediction, truth: truth)
    }
  }
}
