import Foundation
import Models

extension DiffusionGenerator {
  /// With `auto` an image gets a thread for each so much work of its UNet (`UNetConfig.work`): a loop of less is shared out at a loss.
  ///
  /// Measured on two cores (docs/performance.md): images of the demo, 2 million, come 1.6 times as fast on a thread each as one by one on both.
  static let workOfThread = 32_000_000

  /// How many images like a request's are generated side by side: what was asked for, no more than there are threads and than memory was
  /// found to hold.
  ///
  /// `auto` leaves every image threads for its work, and with low memory, where each run reads the networks for itself, generates one.
  ///
  /// Engines take what their memory holds.
  public func jobs(for request: GenerationRequest) -> Int {
    if let engines = workers.engines { return engines.capacity(width: request.width, height: request.height) }
    let threads = Compute.threads, memory = turns.most(pixels: request.width * request.height)
    switch workers.jobs {
    case .most(let most): return max(1, min(most, threads, memory))
    case .auto:
      guard models.memory == .ample, let work = work(of: request) else { return 1 }
      return max(1, min(threads / ((work + Self.workOfThread - 1) / Self.workOfThread), memory))
    }
  }

  public func prepare(stop: () -> Bool) throws {
    try workers.engines?.start { if stop() { throw CancellationError() } }
  }

  /// The work of a request's UNet; nil where its configuration cannot be read.
  private func work(of request: GenerationRequest) -> Int? {
    let name = "\(request.models.diffusion) \(request.width)x\(request.height)"
    if let known = works.withLock({ $0[name] }) { return known }
    guard let work = models.work(of: request.models.diffusion, width: request.width, height: request.height) else { return nil }
    works.withLock { $0[name] = work }
    return work
  }
}

extension ModelLibrary {
  /// `UNetConfig.work` of a diffusion model for an image of an extent; nil where its configurations cannot be read.
  fileprivate func work(of model: String, width: Int, height: Int) -> Int? {
    guard let model = try? entry(model), let folder = model.url.isFolder ? model.url : Self.configuration(),
      let unet = try? UNetConfig(folder: folder.appendingPathComponent("unet")),
      let vae = try? AutoencoderConfig(folder: folder.appendingPathComponent("vae"))
    else { return nil }
    return max(1, unet.work(width: width / vae.factor, height: height / vae.factor))
  }
}
