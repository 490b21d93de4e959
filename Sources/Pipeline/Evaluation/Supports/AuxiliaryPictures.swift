import Foundation
import Render

/// The generated supports of an evaluation, in the store or in a folder.
///
/// Either way a picture is stretched to the size of its support by OpenCV's bilinear rule, as DifFSS-BAM's loader does, and has the
/// support's own mask.
struct AuxiliaryPictures {
  private enum Place {
    /// Only names are kept, a benchmark's worth of pixels would not fit into memory.
    case store([GeneratedSupport: GeneratedImage.Name])
    case folder(AuxiliaryFolder)
  }

  private let place: Place
  private let dataset: any Dataset

  /// Pictures of the store.
  init(_ pictures: [GeneratedSupport: GeneratedImage.Name], of dataset: any Dataset) {
    place = .store(pictures)
    self.dataset = dataset
  }

  /// Pictures of a folder.
  init(_ folder: AuxiliaryFolder, of dataset: any Dataset) {
    place = .folder(folder)
    self.dataset = dataset
  }

  /// The picture of a generated support, in a folder that lacks it the real one in its place.
  ///
  /// Throws `PipelineError.unknownItem` for a support that was not painted.
  func picture(_ support: GeneratedSupport) throws -> MaskedPicture {
    let item = support.item
    switch place {
    case .store(let pictures):
      guard let name = pictures[support] else { throw PipelineError.unknownItem(id: item.id, dataset: dataset.name) }
      return Self.picture(.generated(key: name.key), item, of: dataset) { try Image(pngOrJpeg: name.file) }
    case .folder(let folder):
      guard let file = folder.file(support) else {
        return MaskedPicture(source: .real(item), maskItem: item) { [dataset] in try dataset.image(item) }
      }
      return Self.picture(.file(file.path), item, of: dataset) { try Image(pngOrJpeg: file) }
    }
  }

  /// A picture painted from a support, in the support's size.
  static func picture(
    _ source: MaskedPicture.Source, _ item: DatasetItem, of dataset: any Dataset, read: @escaping () throws -> Image
  ) -> MaskedPicture {
    MaskedPicture(source: source, maskItem: item) {
      let support = try dataset.image(item)
      return try read().rgb.resized(width: support.width, height: support.height, .linear)
    }
  }
}
