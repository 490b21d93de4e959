import Core

/// Rows and columns of zeros around an image.
public struct Padding: Sendable, Hashable, ExpressibleByIntegerLiteral {
  public var top, left, bottom, right: Int

  public init(top: Int, left: Int, bottom: Int, right: Int) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  /// The same on all four sides.
  public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

  public init(integerLiteral value: Int) { self.init(value) }
}

/// Height and width of an image, in pixels.
public struct Extent: Sendable, Hashable {
  public var height, width: Int

  public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }
}

/// Where a convolution's or pooling's window is.
public struct Window: Sendable, Hashable {
  public var height, width: Int
  public var stride = 1
  public var padding: Padding = 0
  public var dilation = 1

  public init(height: Int, width: Int, stride: Int = 1, padding: Padding = 0, dilation: Int = 1) {
    (self.height, self.width, self.stride, self.padding, self.dilation) = (height, width, stride, padding, dilation)
  }

  /// Extent of the output for an input of `height` x `width`.
  public func output(height inputHeight: Int, width inputWidth: Int) -> (height: Int, width: Int) {
    let tall = inputHeight + padding.top + padding.bottom - dilation * (height - 1) - 1
    let wide = inputWidth + padding.left + padding.right - dilation * (width - 1) - 1
    precondition(tall >= 0 && wide >= 0, "a window of \(height)x\(width) does not fit \(inputHeight)x\(inputWidth)")
    return (tall / stride + 1, wide / stride + 1)
  }
}

extension Kernels {
  /// `activation(conv(x, weight) + bias + imageBias[image] + residual)`: `[n, h, w, in]` to `[n, h', w', out]`.
  ///
  /// - Parameters:
  ///   - imageBias: `[n, out]`, or `[1, out]` for all, added to every pixel of an image.
  ///   - residual: `[n, h', w', out]`.
  ///   - upsampledTo: the image is read as if each pixel were doubled in both directions and the result cut to this extent.
  public static func conv2d(
    _ x: Tensor, _ weight: PackedMatrix, _ window: Window, bias: Tensor? = nil, imageBias: Tensor? = nil,
    residual: Tensor? = nil, activation: Activation = .none, upsampledTo: Extent? = nil
  ) -> Tensor {
    conv2d(
      x, scaling: nil, weight, window, bias: bias, imageBias: imageBias, residual: residual, activation: activation,
      upsampledTo: upsampledTo)
  }

  /// The same of a map that is still to be normalised.
  public static func conv2d(
    _ x: ScaledMap, _ weight: PackedMatrix, _ window: Window, bias: Tensor? = nil, imageBias: Tensor? = nil, residual: Tensor? = nil
  ) -> Tensor {
    let isRead = usesMatrix(weight) && weight.taps > 1
    return conv2d(
      isRead ? x.source : x.tensor, scaling: isRead ? x : nil, weight, window, bias: bias, imageBias: imageBias, residual: residual,
      activation: .none, upsampledTo: nil)
  }

  private static func conv2d(
    _ x: Tensor, scaling: ScaledMap?, _ weight: PackedMatrix, _ window: Window, bias: Tensor?, imageBias: Tensor?, residual: Tensor?,
    activation: Activation, upsampledTo: Extent?
  ) -> Tensor {
    precondition(x.shape.count == 4 && x.channels == weight.depth, "\(x.shape) does not fit a weight of \(weight.depth) inputs")
    precondition(weight.taps == window.height * window.width, "the weight has \(weight.taps) taps")
    let (images, height, width, depth) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let shift = upsampledTo == nil ? 0 : 1
    let (tall, wide) = (upsampledTo?.height ?? height, upsampledTo?.width ?? width)
    precondition(tall <= height << shift && wide <= width << shift, "\(tall)x\(wide) is more than twice \(height)x\(width)")
    let (outHeight, outWidth) = window.output(height: tall, width: wide)
    let count = images * outHeight * outWidth
    let isWinograd = usesWinograd(weight, window, outHeight: outHeight, outWidth: outWidth)
    let span = Profile.begin()
    defer {
      span?.end(
        isWinograd ? .winograd : .convolution,
        "\(x.shape) to \(weight.columns), \(window.height)x\(window.width)" + (window.stride > 1 ? ", stride \(window.stride)" : "")
          + (shift > 0 ? ", doubled" : ""), products: count * weight.taps * depth * weight.columns)
    }
    var output = Tensor(uninitialized: [images, outHeight, outWidth, weight.columns])
    // What the kernel reads: the image, or its pairs.
    let isMatrix = usesMatrix(weight)
    let isRounded = weight.precision == .bfloat16 && !isWinograd && !isMatrix
    let x = isRounded ? pairs(x) : x
    let zeros = Tensor(zeros: [x.channels * window.width])
    withEpilogue(
      bias: bias, imageBias: imageBias, rowsPerImage: imageBias?.shape[0] == 1 ? count : outHeight * outWidth,
      residual: residual, activation: activation
    ) { epilogue in
      zeros.withUnsafe { zero in
        x.withUnsafe { source in
          output.withUnsafeMutable { target in
            let reader = WindowReader(
              source: source, zero: zero, height: height, width: width, depth: x.channels, shift: shift, tall: tall, wide: wide,
              outHeight: outHeight, outWidth: outWidth, window: window)
            if isMatrix && window == Window(height: 1, width: 1) && upsampledTo == nil {
              multiply(source, rows: count, weight, to: target, epilogue)
            } else if isMatrix {
              Scaling.with(scaling) { matrixConvolution(reader, images: images, scaling: $0, weight, to: target, epilogue) }
            } else if isWinograd {
              let extent = Extent(height: outHeight, width: outWidth)
              winograd(reader.tiles(of: extent), images: images, extent, weight, to: target, epilogue)
            } else {
              directConvolution(reader, images: images, weight, to: target, epilogue)
            }
          }
        }
      }
    }
    return output
  }

  /// Channels as pairs of bfloat16, each in a float's place: `[..., c]` to `[..., (c + 1) / 2]`.
  static func pairs(_ x: Tensor) -> Tensor {
    let (rows, channels, loops) = (x.rows, x.channels, KernelSet.current.loops)
    let units = (channels + 1) / 2
    var output = Tensor(uninitialized: x.shape.dropLast() + [units])
    x.withUnsafe { source in
      output.withUnsafeMutable { target in
        Compute.parallel(over: rows, grain: max(1, elementGrain / max(channels, 1))) { range in
          for row in range { loops.pointee.round_pairs(source + row * channels, channels, target + row * units) }
        }
      }
    }
    return output
  }
}

/// Where the taps of consecutive output pixels read.
struct WindowReader {
  let source: UnsafePointer<Float>
  /// Read in place of what is outside the image; as many numbers as a row of a window.
  let zero: UnsafePointer<Float>
  let height, width, depth: Int
  /// 1 when every pixel stands for two by two.
  let shift: Int
  /// Extent of the image as the window sees it.
  let tall, wide: Int
  var outHeight, outWidth: Int
  var window: Window
  /// As many consecutive windows along an edge begin a pixel apart before the next one is a stride further: 1, or a tile's dilation.
  var spacing = 1

  /// Fills the table of a range of output pixels; the last tile's spare lanes read what its last pixel reads.
  func locate(_ range: Range<Int>, _ table: UnsafeMutablePointer<UnsafePointer<Float>>) {
    let taps = window.height * window.width
    var column = range.lowerBound % outWidth
    var row = range.lowerBound / outWidth % outHeight
    var image = source + range.lowerBound / (outWidth * outHeight) * height * width * depth
    for slot in 0..<(range.count + 5) / 6 * 6 {
      let entry = table + slot / 6 * 6 * taps + slot % 6
      let top = origin(row) - window.padding.top, left = origin(column) - window.padding.left
      let isInside =
        top >= 0 && left >= 0 && top + (window.height - 1) * window.dilation < tall
        && left + (window.width - 1) * window.dilation < wide
      if isInside && shift == 0 { inside(image, top, left, entry) } else { anywhere(image, top, left, entry) }
      guard slot < range.count - 1 else { continue }
      column += 1
      if column == outWidth {
        (column, row) = (0, row + 1)
        if row == outHeight { (row, image) = (0, image + height * width * depth) }
      }
    }
  }

  private func origin(_ index: Int) -> Int {
    spacing == 1 ? index &* window.stride : index / spacing &* window.stride &+ index % spacing
  }

  /// A window none of whose taps is outside: steps of equal length.
  private func inside(
    _ image: UnsafePointer<Float>, _ top: Int, _ left: Int, _ entry: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    var entry = entry
    var line = image + (top * width + left) * depth
    for _ in 0..<window.height {
      var pixel = line
      for _ in 0..<window.width {
        entry.pointee = pixel
        entry += Kernels.tileRows
        pixel += window.dilation &* depth
      }
      line += window.dilation &* width &* depth
    }
  }

  private func anywhere(
    _ image: UnsafePointer<Float>, _ top: Int, _ left: Int, _ entry: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    var entry = entry
    for tapRow in 0..<window.height {
      let row = top &+ tapRow &* window.dilation
      for tapColumn in 0..<window.width {
        let column = left &+ tapColumn &* window.dilation
        let isInside = row >= 0 && row < tall && column >= 0 && column < wide
        entry.pointee = isInside ? image + ((row >> shift) &* width &+ (column >> shift)) &* depth : zero
        entry += Kernels.tileRows
      }
    }
  }
}
