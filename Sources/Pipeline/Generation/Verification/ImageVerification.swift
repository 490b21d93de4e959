import Core
import Foundation
import Models
import Render

/// What generating an image again has shown.
public enum ImageVerification: Hashable, Sendable {
  /// Every byte of the file is the same.
  case identical
  /// The pixels are the same, but the file was written by something else, or changed.
  case rewritten
  /// The image was made by other innermost loops, `kernels` (nil: it does not say which), or another engine, and differs as little as rounding
  /// explains: by so many dB of peak signal to noise.
  case close(kernels: String?, psnr: Double)
  /// `pixels` of `of` differ, by `largest` at most (of 255).
  case different(pixels: Int, of: Int, largest: Int)
  /// What the file says of itself does not belong together: its key is another one than its request and weights have.
  case tampered
  /// The weights of these models are others than the image was generated with; it was not generated again.
  case otherWeights([String])
}

/// A file that says how its image was made.
public struct StoredImage: Sendable {
  /// What an image says of itself.
  public enum Origin: Sendable {
    case support(ImageMetadata)
    /// Generated from control images of the user's own.
    case own(OwnImageMetadata)
  }

  let bytes: [UInt8]
  public let origin: Origin
  private let file: SupportFile

  private static let mostBytes = 256 << 20

  /// Throws as the other does.
  public init(_ file: URL) throws { try self.init(.loose(file)) }

  /// Throws `CoreError.unreadableFile`, `RenderError` for what is no image, `GenerationError.notOurs` for an image that does not say how it was made,
  /// and `.controlImage`.
  public init(_ file: SupportFile) throws {
    do { bytes = try file.bytes(limit: Self.mostBytes) } catch { throw CoreError.unreadableFile(path: file.path, reason: error.reason) }
    let text = try ImageText.of(bytes, name: file.path)
    if let metadata = ImageMetadata(entries: text) {
      origin = .support(metadata)
    } else if let metadata = OwnImageMetadata(entries: text) {
      origin = .own(metadata)
    } else if ImageMetadata.isOfControl(text) {
      throw GenerationError.controlImage(path: file.path)
    } else {
      throw GenerationError.notOurs(path: file.path)
    }
    self.file = file
  }

  /// What the image of a data set's support says. Throws `GenerationError.notASupport` for an image of one's own.
  public func support() throws -> ImageMetadata {
    guard case .support(let metadata) = origin else { throw GenerationError.notASupport(path: file.path) }
    return metadata
  }

  /// Compares with what `generate` makes of the request. `weights` are the digests of the models that are here.
  /// Throws what `generate` throws.
  public func verify(
    _ metadata: ImageMetadata, weights: [String: String], generate: (GenerationRequest) throws -> (image: Image, engine: EngineFacts?)
  ) throws -> ImageVerification {
    guard try metadata.request.key(weights: metadata.weights) == metadata.key else { return .tampered }
    let others = weights.filter { metadata.weights[$0.key] != $0.value }.keys.sorted()
    guard others.isEmpty else { return .otherWeights(others) }
    var request = metadata.request
    request.precision = min(request.precision, .fastest)
    let made = try generate(request)
    // An engine's products depend on how many images it has at a time.
    let maker = metadata.engine?.engine ?? (made.engine == nil ? metadata.kernels : nil)
    return try compare(made.image, text: metadata.entries(), kernels: maker, metadata.request.precision)
  }

  /// Generates an image of one's own again and compares.
  ///
  /// Where the image says what its control image was made from, that is made again from files of the same bytes: of `sources`, files or folders, else
  /// beside the image or in the current folder. Where they are not there, the control image itself does: one of `given`, or one beside the image;
  /// `say` hears of that. `progress` ends the work by returning false.
  ///
  /// Throws `GenerationError.controlMissing`, `.sourceMissing`, `.modelMissing`, `CancellationError`, and what generating throws.
  public func verify(
    _ metadata: OwnImageMetadata, with library: ModelLibrary, controls given: [Image], sources: [URL] = [], memory: StableDiffusion.Memory,
    say: (String) -> Void = { _ in }, progress: (GenerationProgress) -> Bool
  ) throws -> ImageVerification {
    guard metadata.isWhole else { return .tampered }
    let (places, others) = try library.weights(of: metadata.request, digests: metadata.weights)
    guard others.isEmpty else { return .otherWeights(others) }
    let images = try controls(metadata, library, given, sources, say)
    var request = metadata.request
    request.precision = min(request.precision, .fastest)
    let made = try request.generate(
      controlImages: images, weights: places, digests: metadata.weights, memory: memory, progress: progress)
    let maker = metadata.engine?.engine ?? metadata.kernels
    return try compare(made[0].image, text: metadata.entries(), kernels: maker, metadata.request.precision)
  }

  /// The control images of an image of one's own. Throws as `verify`.
  private func controls(
    _ metadata: OwnImageMetadata, _ library: ModelLibrary, _ given: [Image], _ sources: [URL], _ say: (String) -> Void
  ) throws -> [Image] {
    let image = URL(fileURLWithPath: file.path),
      kept = Result { try OwnControlFiles.images(of: metadata.request, beside: image, given: given) }
    guard let source = metadata.request.source else { return try kept.get() }
    let places =
      sources + [image.deletingLastPathComponent(), URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)]
    let known = try? kept.get()
    do {
      switch try source.remake(from: places, library, digests: metadata.weights) {
      case .missing(let names):
        guard let known else { throw GenerationError.sourceMissing(path: file.path, files: names) }
        if source.condition != .none {
          say(
            "\(names.joined(separator: " and ")), from which its control image was made, cannot be found: the control image itself is taken; --source FOLDER says where they are"
          )
        }
        return known
      case .remade(let images):
        let digests = metadata.request.controls.map(\.digest)
        if images.map({ OwnImageRequest.Control.digest($0) }) == digests { return images }
        guard let known else { throw GenerationError.controlMissing(path: file.path, file: "", given: 1) }
        say("\(source.image.name) gives another control image here: the one from which the image was generated is taken")
        return known
      }
    } catch GenerationError.modelMissing(let what, _, _) where known != nil {
      say("there is no \(what): the control image itself is taken")
      return known ?? []
    }
  }

  /// Least PSNR, in dB, of images of one request that differ by their kernels' rounding alone.
  private static let closeness = 30.0

  private func compare(_ made: Image, text: [String: String], kernels: String?, _ precision: Precision) throws -> ImageVerification {
    let format: ImageFormat = bytes.starts(with: [0x89, 0x50]) ? .png : .jpg
    let again = try format.encode(made, text: text)
    if again == bytes { return .identical }
    let old: Image, new: Image
    do {
      (old, new) = (try Image.decode(bytes: bytes).rgb, try Image.decode(bytes: again).rgb)
    } catch { throw CoreError.malformedFile(path: file.path, reason: error.reason) }
    guard old.width == new.width, old.height == new.height else {
      return .different(pixels: new.width * new.height, of: new.width * new.height, largest: 255)
    }
    let steps = zip(old.pixels, new.pixels).map { abs(Int($0) - Int($1)) }
    let changed = stride(from: 0, to: steps.count, by: 3).count { steps[$0..<$0 + 3].contains { $0 > 0 } }
    guard changed > 0 else { return .rewritten }
    if kernels != KernelSet.current.name || precision > .fastest {
      let error = Double(steps.reduce(0) { $0 + $1 * $1 }) / Double(steps.count)
      let psnr = 10 * log10(255 * 255 / error)
      if psnr >= Self.closeness { return .close(kernels: kernels, psnr: psnr) }
    }
    return .different(pixels: changed, of: new.width * new.height, largest: steps.max() ?? 0)
  }
}
