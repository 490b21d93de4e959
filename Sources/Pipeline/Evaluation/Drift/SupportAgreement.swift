import Data

/// How much of the generated object still fills its mask, without a human: the network segments the generated support with the real one as
/// its reference, and the answer's IoU with the mask that both share is the agreement.
///
/// A network of its own errs too, so agreement is a lower bound of sorts: its level on real images is the network's mIoU.
public struct SupportAgreement: Codable, Hashable, Sendable {
  /// What the support was generated from.
  public let item: String
  public let classIndex: Int
  /// Its number among those generated from both.
  public let number: Int
  /// IoU, 0...1.
  public let agreement: Double

  init(_ support: GeneratedSupport, _ agreement: Double) {
    item = support.item.id
    classIndex = support.classIndex
    number = support.number
    self.agreement = agreement
  }
}
