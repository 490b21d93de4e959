import Models
import Render

/// How HSNet and DCAMA see pictures and masks (goldens: `transforms/*_hsnet100_*`).
enum NetworkInput {
  /// `[1, size, size, 3]`: stretched by Pillow's antialiased bilinear, 0...1, minus ImageNet's mean, over its deviation.
  static func picture(_ image: Image, size: Int) -> Tensor {
    let pixels = image.rgb.pillowBilinear(width: size, height: size).pixels
    let table = (0..<3).map { channel in (0..<256).map { (Float($0) / 255 - ImageNet.mean[channel]) / ImageNet.deviation[channel] } }
    var values = [Float](repeating: 0, count: pixels.count)
    for index in pixels.indices { values[index] = table[index % 3][Int(pixels[index])] }
    return Tensor(values, shape: [1, size, size, 3])
  }

  /// `[1, size, size, 1]` of 0 and 1: torch's nearest; what is to be ignored is background in a support.
  static func supportMask(_ mask: LabelMask, size: Int) -> Tensor {
    Tensor(mask.torchNearest(width: size, height: size).labels.map { $0 == 1 ? 1 : 0 }, shape: [1, size, size, 1])
  }

  /// The query's truth at the network's size, 255 kept.
  static func truth(_ mask: LabelMask, size: Int) -> LabelMask { mask.torchNearest(width: size, height: size) }
}
