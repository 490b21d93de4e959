import Foundation
import Render

/// What painting a picture anew has shown.
public enum PictureVerification: Hashable, Sendable {
  /// Every byte of the file is the same.
  case identical
  /// The pixels are the same, but the file was written by something else, or changed.
  case rewritten
  /// `pixels` of `of` differ, by `largest` at most (of 255).
  case different(pixels: Int, of: Int, largest: Int)
  /// What the file says of itself does not belong together: its key is another one than its request and weights have.
  case tampered
  /// The weights of these models are others than the picture was painted with; it was not painted anew.
  case otherWeights([String])
}

/// A file that says how its picture was made.
public struct StoredPicture: Sendable {
  let bytes: [UInt8]
  public let metadata: PictureMetadata
  private let name: String

  private static let mostBytes = 256 << 20

  /// Throws `PipelineError.unreadableFile`, and `.notOurs` for a picture that does not say how it was made.
  public init(_ file: URL) throws {
    let text: [String: String]
    do {
      bytes = try FileBytes.read(file, limit: Self.mostBytes)
      text = try PictureText.of(bytes)
    } catch { throw PipelineError.unreadableFile(path: file.path, reason: error.reason) }
    guard let metadata = PictureMetadata(entries: text) else { throw PipelineError.notOurs(path: file.path) }
    self.metadata = metadata
    name = file.path
  }

  /// Compares with what `paint` makes of the request. `weights` are the digests of the models that are here.
  func verify(weights: [String: String], paint: (GenerationRequest) throws -> Image) throws -> PictureVerification {
    guard try metadata.request.key(weights: metadata.weights) == metadata.key else { return .tampered }
    let others = weights.filter { metadata.weights[$0.key] != $0.value }.keys.sorted()
    guard others.isEmpty else { return .otherWeights(others) }
    let made = try paint(metadata.request)
    let format: PictureFormat = bytes.starts(with: [0x89, 0x50]) ? .png : .jpg
    let file = try format.encode(made, text: metadata.entries())
    if file == bytes { return .identical }
    let old: Image, new: Image
    do {
      (old, new) = (try Image.decode(bytes: bytes).rgb, try Image.decode(bytes: file).rgb)
    } catch { throw PipelineError.malformedFile(path: name, reason: error.reason) }
    guard old.width == new.width, old.height == new.height else {
      return .different(pixels: new.width * new.height, of: new.width * new.height, largest: 255)
    }
    let steps = zip(old.pixels, new.pixels).map { abs(Int($0) - Int($1)) }
    let changed = stride(from: 0, to: steps.count, by: 3).count { steps[$0..<$0 + 3].contains { $0 > 0 } }
    return changed == 0 ? .rewritten : .different(pixels: changed, of: new.width * new.height, largest: steps.max() ?? 0)
  }
}
