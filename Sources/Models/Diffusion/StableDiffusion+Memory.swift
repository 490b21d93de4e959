extension StableDiffusion {
  /// Bytes a run takes beside the networks that are in memory already; none worth counting where they are evaluated elsewhere.
  /// An estimate from the configurations, held against measured
  /// runs of 512x512 and 768x768 (docs/performance.md).
  public func need(of run: DiffusionRun, images: Int = 1) -> Int {
    elsewhere == nil ? Self.need(steps(of: run, images: images), memory) : 0
  }

  /// What each part of a run takes: its networks' weights, and its feature maps.
  private struct Stage {
    let weights: Int
    let maps: Int
  }

  private static func need(_ stages: [Stage], _ memory: Memory) -> Int {
    switch memory {
    case .ample: stages.map(\.maps).max() ?? 0
    case .low: stages.map { $0.weights + $0.maps }.max() ?? 0
    }
  }

  private func steps(of run: DiffusionRun, images: Int) -> [Stage] {
    let maps = FeatureMaps(
      unet.config, autoencoder.config, width: run.width, height: run.height, samples: images * (run.isGuided ? 2 : 1), run.shortcuts.decoder
    )
    return [
      Stage(weights: textEncoder.bytes, maps: 0),
      Stage(weights: unet.bytes + run.controls.reduce(0) { $0 + controlNets[$1.network].bytes }, maps: maps.denoising),
      Stage(weights: run.shortcuts.decoder == .full ? autoencoder.bytes : 0, maps: maps.decoding),
    ]
  }

  /// Throws `ModelError.notEnoughMemory` when a run needs more than there is, with what would fit.
  public func checkMemory(for run: DiffusionRun, images: Int, available: Int? = MachineMemory.available) throws {
    guard let available else { return }
    let need = need(of: run, images: images)
    guard need > available else { return }
    var ways: [String] = []
    if images > 1, self.need(of: run) <= available { ways.append("a batch of one") }
    if let side = smallerSide(than: run, available: available) { ways.append("\(side.width)x\(side.height)") }
    throw ModelError.notEnoughMemory(what: "generating \(run.width)x\(run.height)", need: need, available: available, fits: ways)
  }

  /// The largest size of about the same shape that fits, in steps of 64 pixels; nil when there is none.
  private func smallerSide(than run: DiffusionRun, available: Int) -> (width: Int, height: Int)? {
    for width in stride(from: (run.width - 1) / 64 * 64, to: 63, by: -64) {
      var smaller = run
      smaller.width = width
      smaller.height = max(64, run.height * width / run.width / 64 * 64)
      if need(of: smaller) <= available { return (smaller.width, smaller.height) }
    }
    return nil
  }

  /// Throws `ModelError.notEnoughMemory` when networks that are about to be read will not fit.
  static func checkMemory(
    toRead checkpoints: [Checkpoint], growth: Int = 0, _ memory: Memory, what: String, available: Int? = MachineMemory.available
  ) throws {
    guard let available else { return }
    let sizes = checkpoints.map(\.byteCount), all = sizes.reduce(growth, +), largest = (sizes.max() ?? 0) + growth
    let need = memory == .ample ? all : largest
    guard need > available else { return }
    throw ModelError.notEnoughMemory(
      what: "reading \(what)", need: need, available: available, fits: memory == .ample && largest <= available ? ["--low-memory"] : [])
  }
}

/// Bytes that a run's feature maps take, as the configurations of its networks say.
struct FeatureMaps {
  let denoising: Int
  let decoding: Int

  /// `samples` go through the UNet at a time: two an image where it is guided.
  init(_ unet: UNetConfig, _ autoencoder: AutoencoderConfig, width: Int, height: Int, samples: Int, _ decoder: Shortcuts.Decoder) {
    let pixels = width * height, factor = autoencoder.factor
    denoising = samples * pixels / (factor * factor) * unet.levels[0].channels * 56 * 4
    let decoded = pixels * (decoder == .full ? autoencoder.widths[0] : TinyDecoder.width) * 4
    decoding = min(12 * decoded, 8 * decoded + 1 << 29)
  }
}

extension DiffusionCost {
  /// Bytes of feature maps that an image takes beside the networks: the estimate that `StableDiffusion.need` makes.
  public func maps(width: Int, height: Int, isGuided: Bool, decoder: Shortcuts.Decoder = .full) -> Int {
    let maps = FeatureMaps(unet, autoencoder, width: width, height: height, samples: isGuided ? 2 : 1, decoder)
    return max(maps.denoising, maps.decoding)
  }
}
