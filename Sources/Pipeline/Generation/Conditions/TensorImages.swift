import Models
import Render

extension Tensor {
  /// `[1, h, w, c]` of an image's bytes, 0...255.
  init(bytes image: Image) {
    self.init(image.pixels.map(Float.init), shape: [1, image.height, image.width, image.channels])
  }

  /// `[1, h, w, c]` of an image, 0...1.
  init(unit image: Image) {
    self.init(image.pixels.map { Float($0) / 255 }, shape: [1, image.height, image.width, image.channels])
  }
}

extension Image {
  /// An image from `[1, h, w, 3]` values 0...1, rounded half to even as diffusers does.
  ///
  /// Throws `GenerationError.notANumber` when the network answered with one.
  init(unit tensor: Tensor) throws {
    let pixels: [UInt8] = try tensor.values.map { value in
      guard value.isFinite else { throw GenerationError.notANumber(what: "the generated image") }
      return UInt8((min(max(value, 0), 1) * 255).rounded(.toNearestOrEven))
    }
    self.init(width: tensor.shape[2], height: tensor.shape[1], channels: 3, pixels: pixels)
  }
}
