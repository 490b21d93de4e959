/// What pixels of a prediction are to be seen.
public struct ErrorKinds: OptionSet, Hashable, Sendable, Codable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Object in both masks.
  public static let hits = ErrorKinds(rawValue: 1)
  /// Object in the prediction only.
  public static let falseAlarms = ErrorKinds(rawValue: 2)
  /// Object in the truth only.
  public static let misses = ErrorKinds(rawValue: 4)
  public static let all: ErrorKinds = [.hits, .falseAlarms, .misses]

  /// What a pixel is, by its labels: 1 on the object, 255 in the truth where nothing counts; nil where there is no object in either.
  public init?(prediction: UInt8, truth: UInt8) {
    switch (prediction == 1, truth) {
    case (_, 255): return nil
    case (true, 1): self = .hits
    case (true, _): self = .falseAlarms
    case (false, 1): self = .misses
    default: return nil
    }
  }
}
