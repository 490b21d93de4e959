import Core

/// Hands a network its weights by key, and keeps account of what was asked, so that `finish()` can tell in one error
/// everything that is missing, unused or of the wrong shape.
///
/// A scope is cheap: `loader("down_blocks.0")("resnets.1")` shares the account of its parent. For one thread.
public final class WeightLoader {
  private final class Account {
    var used: Set<String> = []
    var missing: Set<String> = []
    var wrongShape: [String: ShapeMismatch] = [:]
    /// Elements made up so far.
    var standIns = 0
    /// Whether numbers of two bytes are widened when they are read.
    let widens: Bool

    init(widens: Bool) { self.widens = widens }
  }

  /// Bytes of a network, at most, whose numbers of two bytes are widened when they are read. Its layers are multiplied with few rows, for
  /// which widening a panel each time takes a fourth of the time (the demo's UNet); to widen all of a large network takes twice its memory.
  static let mostWidened = 16 << 20

  private let checkpoint: Checkpoint
  private let account: Account
  private let network: String
  private let prefix: String
  /// What the layers of the network multiply, and what those in this scope do.
  private let networkPrecision: Precision
  let precision: Precision

  /// - Parameter network: what errors call it.
  public convenience init(_ checkpoint: Checkpoint, network: String = "the network", precision: Precision = .float32) {
    let widens = precision == .float32 && !checkpoint.isOutline && checkpoint.byteCount <= Self.mostWidened
    self.init(checkpoint: checkpoint, account: Account(widens: widens), network: network, prefix: "", precision: precision, of: precision)
  }

  private init(
    checkpoint: Checkpoint, account: Account, network: String, prefix: String, precision: Precision, of networkPrecision: Precision
  ) {
    self.checkpoint = checkpoint
    self.account = account
    self.network = network
    self.prefix = prefix
    (self.precision, self.networkPrecision) = (precision, networkPrecision)
  }

  /// The loader of everything below `scope`.
  public func callAsFunction(_ scope: String) -> WeightLoader {
    WeightLoader(
      checkpoint: checkpoint, account: account, network: network, prefix: prefix + scope + ".", precision: precision, of: networkPrecision)
  }

  /// The same scope for a layer of so many inputs: in Float32 where matrix registers take all layers but such. Their tiles are of 32 inputs, and
  /// processors that have them multiply pairs of bfloat16 no faster than they do Float32.
  func suited(toInputs inputs: Int) -> WeightLoader {
    let isCut = inputs % (2 * Kernels.matrixUnits) != 0
    guard precision == .bfloat16, isCut, KernelSet.current.loops.pointee.matrix != nil else { return self }
    return WeightLoader(
      checkpoint: checkpoint, account: account, network: network, prefix: prefix, precision: .float32, of: networkPrecision)
  }

  /// The layer whose weights are directly in this scope. Its precision is the network's: what it is given is of that.
  var layer: LayerWatch.Layer { LayerWatch.Layer(network: network, key: String(prefix.dropLast()), precision: networkPrecision) }

  /// Whether a key is in the file.
  public func has(_ key: String) -> Bool { checkpoint.shape(of: prefix + key) != nil }

  /// The stored shape of a key, nil when it is not in the file.
  public func shape(_ key: String) -> [Int]? { checkpoint.shape(of: prefix + key) }

  /// A weight of a given shape. A missing or misshapen one is recorded for `finish()`, and zeros are returned.
  ///
  /// Trailing extents of 1 do not count: a 1x1 convolution `[o, i, 1, 1]` serves where a matrix `[o, i]` is asked for.
  public func parameter(_ key: String, _ shape: [Int]) -> Parameter {
    let name = prefix + key
    guard let found = checkpoint.shape(of: name) else {
      account.missing.insert(name)
      return zeros(shape)
    }
    account.used.insert(name)
    // An extent of 0 in a file would agree with itself everywhere and reach kernels that divide by it.
    guard !found.contains(0), found.withoutTrailingOnes == shape.withoutTrailingOnes else {
      account.wrongShape[name] = ShapeMismatch(name: name, expected: shape, found: found)
      return zeros(shape)
    }
    // Where an outline's numbers are is not known.
    guard !checkpoint.isOutline, let stored = checkpoint.parameter(name) else { return Parameter(Tensor(zeros: [0])) }
    let weight = stored.shape == shape ? stored : stored.reshaped(shape)
    guard account.widens, weight.dtype == .f16 || weight.dtype == .bf16 else { return weight }
    defer { weight.forget() }
    return Parameter(weight.widened())
  }

  /// A weight that may be absent; a misshapen one is recorded.
  public func optional(_ key: String, _ shape: [Int]) -> Parameter? {
    has(key) ? parameter(key, shape) : nil
  }

  /// Throws `ModelError.weightsDoNotFit` unless every key asked for was there with its shape and every key was used, and
  /// `foreignWeight` for one that is there as anything else than a tensor that is read.
  /// - Parameter ignoring: runs of key parts that may stay unused (`position_ids`, `backbone.fc`).
  public func finish(ignoring: [String] = []) throws {
    let unused = checkpoint.names.filter { name in
      name.hasPrefix(prefix) && !account.used.contains(name) && !ignoring.contains { name.containsParts($0) }
    }
    let foreign = checkpoint.leftovers.weights
    if let name = account.missing.sorted().first(where: { foreign[$0] != nil }), let origin = foreign[name] {
      throw ModelError.foreignWeight(path: checkpoint.path, weight: checkpoint.leftovers.key(of: name), name: origin)
    }
    guard account.missing.isEmpty, account.wrongShape.isEmpty, unused.isEmpty else {
      throw ModelError.weightsDoNotFit(
        path: checkpoint.path, missing: account.missing.sorted(), unused: unused.sorted(),
        wrongShape: account.wrongShape.values.sorted { $0.name < $1.name })
    }
  }

  /// What a loader makes up for missing weights at most, in elements, all together; from then on it gives empty ones, so that
  /// a configuration that asks for too much costs no memory before `finish()` reports it.
  private static let mostStandIns = 1 << 26

  private func zeros(_ shape: [Int]) -> Parameter {
    guard !checkpoint.isOutline else { return Parameter(Tensor(zeros: [0])) }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= Self.mostStandIns - account.standIns else { return Parameter(Tensor(zeros: [0])) }
      count = product
    }
    account.standIns += count
    return Parameter(Tensor(zeros: shape))
  }
}

extension [Int] {
  fileprivate var withoutTrailingOnes: ArraySlice<Int> {
    var end = count
    while end > 0, self[end - 1] == 1 { end -= 1 }
    return self[..<end]
  }
}
