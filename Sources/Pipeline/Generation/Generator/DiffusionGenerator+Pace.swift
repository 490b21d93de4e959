import Models

/// What images that were made tell of those to come.
extension DiffusionGenerator {
  /// Under what the pace of a request's image is known here; nil where its model is not.
  func place(_ request: GenerationRequest) -> MachinePaces.Place? {
    let engines = workers.engines?.names ?? []
    return (try? models.bytes(of: request.models.diffusion)).map { bytes in
      MachinePaces.Place(
        model: request.models.diffusion, bytes: bytes, width: request.width, height: request.height, request.settings,
        jobs: engines.isEmpty ? jobs(for: request) : 0, engines: engines)
    }
  }

  /// Takes over how long a finished image took, which shared the machine with as many as `sharing` images, itself included.
  func learn(_ request: GenerationRequest, _ clock: PhaseClock, sharing: Double) {
    let menu = models.menu, seconds = clock.seconds
    let evaluated = menu.steps(request) - menu.decoding(request)
    guard evaluated > 0, sharing >= 1, let place = place(request) else { return }
    paces.learn(ImagePace(step: seconds.steps / evaluated / sharing, rest: seconds.rest / sharing), place)
  }
}
