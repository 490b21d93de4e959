/// The statistics that networks trained on ImageNet expect their input to be normalized by.
public enum ImageNet {
  /// Mean and standard deviation of red, green and blue, on the 0 ... 1 scale.
  public static let mean: [Float] = [0.485, 0.456, 0.406]
  public static let deviation: [Float] = [0.229, 0.224, 0.225]

  /// `(x - mean) / deviation` for RGB 0 ... 1: `[n, h, w, 3]` to the same shape.
  public static func normalized(_ rgb: Tensor) -> Tensor {
    let factors = Tensor(deviation.map { 1 / $0 }, shape: [3])
    let offsets = Tensor(zip(mean, deviation).map { -$0 / $1 }, shape: [3])
    return Kernels.scaleChannels(rgb, by: factors, offsets: offsets)
  }
}
