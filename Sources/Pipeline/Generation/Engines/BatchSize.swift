/// How many images an engine evaluates together: as many as were asked for, else what its memory holds.
public struct BatchSize: Sendable {
  /// Before an evaluation told what one takes.
  private static let usual = 8
  /// More wait for one another longer, for their previews too.
  private static let most = 16
  /// The part of the memory that evaluations may take: it comes in pieces, and what the first one took is not all.
  private static let share = 0.8

  private let given: Int?
  private var limit: Int
  /// Latents' places that images evaluated together have at most: by what an evaluation took, and by what was too much.
  private var places: Int?
  private var refused: Int?
  /// The most bytes that a place of an image's latents took.
  private var need = 0.0

  /// `given` is what was asked for; nil for what the memory holds.
  public init(_ given: Int?) {
    self.given = given
    limit = given ?? Self.usual
  }

  /// A processor gains nothing by several at a time.
  public mutating func isForProcessor() { if given == nil { limit = 1 } }

  /// Images whose latents have so many places.
  public func images(_ own: Int) -> Int { max(1, min(limit, min(places ?? .max, refused ?? .max) / max(1, own))) }

  /// Takes the bytes that an evaluation of `images`, of `own` places each, took at its peak beside what was there before, and those that are
  /// `free` after it.
  public mutating func note(_ images: Int, _ own: Int, peak: Int, free: Int) {
    guard given == nil, limit > 1, images > 0, own > 0, peak > 0, free > 0 else { return }
    need = max(need, Double(peak) / Double(images * own))
    places = Int(Double(free) * Self.share / need)
    limit = Self.most
  }

  /// Images of `own` places were too many by one or more.
  public mutating func lower(below images: Int, _ own: Int) { refused = min(refused ?? .max, max(1, images / 2) * max(1, own)) }
}
