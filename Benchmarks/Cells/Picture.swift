import Foundation
import Render

/// A picture that both programs show.
struct Picture {
  enum Kind: String, CaseIterable { case photograph = "photographs", mask = "masks", overlay = "overlays", support = "supports" }

  let name: String
  let kind: Kind
  let image: Image
  /// The colours of a mask, else empty.
  let classes: [RGB]
  /// Where chafa finds it.
  let file: URL

  /// The pixels that were meant, at the size at which cells are drawn.
  ///
  /// - Parameter averages: of masks the means over these pixels' areas, else the single pixels under their middles.
  func reference(_ width: Int, _ height: Int, averages: Bool = false) -> Reference {
    if !classes.isEmpty { return Reference(averages ? means(width, height) : middles(width, height), classes: classes) }
    let shrinks = width <= image.width && height <= image.height
    return Reference(image.resized(width: width, height: height, shrinks ? .area : .cubic), classes: [])
  }

  /// Means over the areas of other pixels, larger or smaller.
  private func means(_ width: Int, _ height: Int) -> Image {
    /// The pixels that each of `count` reaches into, with their shares of it.
    func spans(_ count: Int, of pixels: Int) -> [[(pixel: Int, share: Double)]] {
      (0..<count).map { index in
        let from = Double(index * pixels) / Double(count), to = Double((index + 1) * pixels) / Double(count)
        return (Int(from)..<min(pixels, Int(to.rounded(.up)))).map { pixel in
          (pixel, (min(to, Double(pixel + 1)) - max(from, Double(pixel))) / (to - from))
        }
      }
    }
    let across = spans(width, of: image.width), down = spans(height, of: image.height)
    var out = Image(width: width, height: height, color: [0, 0, 0])
    for y in 0..<height {
      for x in 0..<width {
        var sum = SIMD3<Double>.zero
        for line in down[y] {
          for column in across[x] {
            let color = image[column.pixel, line.pixel]
            sum += SIMD3(Double(color.red), Double(color.green), Double(color.blue)) * (line.share * column.share)
          }
        }
        sum.round(.toNearestOrAwayFromZero)
        out[x, y] = RGB(UInt8(sum.x), UInt8(sum.y), UInt8(sum.z))
      }
    }
    return out
  }

  /// The pixels under the middles of others, for masks, which are never mixed: those under their corners, which `ResizeMode.nearest` takes,
  /// would move the mask by half a pixel.
  private func middles(_ width: Int, _ height: Int) -> Image {
    var out = Image(width: width, height: height, color: [0, 0, 0])
    for y in 0..<height {
      for x in 0..<width { out[x, y] = image[(2 * x + 1) * image.width / (2 * width), (2 * y + 1) * image.height / (2 * height)] }
    }
    return out
  }
}

/// The pictures of the bench: photographs, their masks and overlays, generated supports.
enum Pictures {
  /// - Parameters:
  ///   - photographs: folder of images; `limit` of them are taken.
  ///   - masks: folder of masks with the photographs' names.
  ///   - supports: folder of images.
  static func all(photographs: URL?, masks: URL?, supports: URL?, limit: Int, scratch: URL) throws -> [Picture] {
    var pictures: [Picture] = []
    let photos = try files(photographs)
    for file in photos.prefix(limit) {
      pictures.append(try Picture(name: stem(file), kind: .photograph, image: Image(pngOrJpeg: file).rgb, classes: [], file: file))
    }
    var made = 0
    for file in photos where made < max(1, limit / 2) {
      guard let mask = masks.map({ $0.appendingPathComponent(stem(file) + ".png") }), FileManager.default.fileExists(atPath: mask.path)
      else {
        continue
      }
      pictures.append(try drawn(made % 6, Image(pngOrJpeg: file).rgb, LabelMask(png: mask), stem(file), scratch))
      made += 1
    }
    for file in try files(supports).prefix(max(1, limit / 4)) {
      pictures.append(try Picture(name: stem(file), kind: .support, image: Image(pngOrJpeg: file).rgb, classes: [], file: file))
    }
    return pictures
  }

  private static func files(_ folder: URL?) throws -> [URL] {
    guard let folder else { return [] }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { ["png", "jpg", "jpeg"].contains($0.pathExtension) && !$0.lastPathComponent.contains("_control") }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }

  private static func stem(_ file: URL) -> String { file.deletingPathExtension().lastPathComponent }

  /// One of the six ways in which the program shows a mask.
  private static func drawn(_ way: Int, _ image: Image, _ mask: LabelMask, _ name: String, _ scratch: URL) throws -> Picture {
    let most = (1..<255).max { mask.histogram[$0] < mask.histogram[$1] } ?? 1
    let object = mask.binary(of: most), mark = RGB(255, 64, 208)
    let black = Image(width: mask.width, height: mask.height, color: [0, 0, 0])
    let (title, picture, classes): (String, Image, [RGB]) =
      switch way {
      case 0, 3: ("classes", mask.colored(vocColors), Set(mask.labels).sorted().map { vocColors[Int($0)] })
      case 1: ("object", object.colored([.black, .white]), [.black, .white])
      case 2: ("tint", image.tinted(object, color: mark, opacity: 0.4).outlined(object, color: mark, thickness: 4), [])
      case 4:
        (
          "errors", black.errorView(prediction: moved(object), truth: object, opacity: 1),
          [.black, ErrorColors().hit, ErrorColors().falseAlarm, ErrorColors().miss]
        )
      default: ("error-tint", errorTint(image, moved(object), object), [])
      }
    let file = scratch.appendingPathComponent("\(name)-\(title).png")
    try picture.writePNG(to: file)
    return Picture(name: "\(name)-\(title)", kind: classes.isEmpty ? .overlay : .mask, image: picture, classes: classes, file: file)
  }

  /// Hits, false alarms and misses as plain tints: harder for cells than the explorer's error view, whose image has less colour.
  private static func errorTint(_ image: Image, _ prediction: LabelMask, _ truth: LabelMask) -> Image {
    let colors = ErrorColors()
    var kinds = LabelMask(width: truth.width, height: truth.height, labels: [UInt8](repeating: 0, count: truth.labels.count))
    for y in 0..<truth.height {
      for x in 0..<truth.width { kinds[x, y] = ErrorKinds(prediction: prediction[x, y], truth: truth[x, y])?.rawValue ?? 0 }
    }
    return [ErrorKinds.hits, .falseAlarms, .misses].reduce(image) {
      $0.tinted(kinds, label: $1.rawValue, color: colors[$1], opacity: 0.6)
    }
  }

  /// A prediction that is wrong along its edges.
  private static func moved(_ mask: LabelMask) -> LabelMask {
    var out = mask
    for y in 0..<mask.height { for x in 0..<mask.width { out[x, y] = mask[min(mask.width - 1, x + 14), max(0, y - 9)] } }
    return out
  }

  /// PASCAL VOC's colours of labels.
  private static let vocColors: [RGB] = (0..<256).map { label in
    var (red, green, blue) = (0, 0, 0)
    for bit in 0..<3 {
      let bits = label >> (3 * bit)
      red |= (bits & 1) << (7 - bit)
      green |= (bits >> 1 & 1) << (7 - bit)
      blue |= (bits >> 2 & 1) << (7 - bit)
    }
    return RGB(UInt8(red), UInt8(green), UInt8(blue))
  }
}
