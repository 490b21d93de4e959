/// Pixels of one class in a mask.
struct ClassArea: Hashable, Sendable {
  let label: Int
  let pixels: Int
}

/// What a label mask holds, so that lists can be made without reading it again.
struct MaskFacts: Hashable, Sendable {
  /// The community's rule: an image is listed for a class of which it holds this many pixels.
  static let leastListed = 2 * 32 * 32

  /// Labels 1...254 that occur, ascending.
  var areas: [ClassArea] = []
  /// Pixels labelled 255.
  var ignored = 0
  /// Why the mask cannot be read.
  var fault: String?

  /// Labels of at least `least` pixels, ascending.
  func labels(ofAtLeast least: Int = 1) -> [Int] { areas.filter { $0.pixels >= least }.map(\.label) }

  /// What is wrong with a mask of the classes `1...count`.
  func problem(_ name: String, classes count: Int) -> DatasetProblem? {
    if let fault { return DatasetProblem(.maskUnreadable, name, fault) }
    if let label = areas.first(where: { $0.label > count }) {
      return DatasetProblem(.unknownLabel, name, "\(label.pixels) pixels of class \(label.label), there are 1...\(count)")
    }
    guard areas.isEmpty else { return nil }
    return ignored > 0
      ? DatasetProblem(.onlyIgnored, name, "\(ignored) pixels to ignore, none of a class") : DatasetProblem(.emptyMask, name, "only background")
  }
}

extension MaskFacts {
  /// From the number of pixels of each label 0...255.
  init(histogram: [Int]) {
    areas = (1..<255).filter { histogram[$0] > 0 }.map { ClassArea(label: $0, pixels: histogram[$0]) }
    ignored = histogram[255]
  }
}
