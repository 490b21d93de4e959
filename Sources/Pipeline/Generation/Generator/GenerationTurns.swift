import Models
import Synchronization

/// The images that a generator is at: each once, of one model at a time, and no more than memory holds.
final class GenerationTurns: Sendable {
  /// What two images must share to be generated side by side: all but the ControlNet, of which several are kept.
  struct Networks: Hashable {
    private let choice: ModelChoice
    private let precision: Precision

    init(_ request: GenerationRequest) {
      var choice = request.models
      (choice.controlNet, choice.detector) = (nil, nil)
      (self.choice, precision) = (choice, request.precision)
    }
  }

  private struct State {
    var keys: Set<String> = []
    var networks: Networks?
    /// Bytes that runs under way were given, by key.
    var claims: [String: Int] = [:]
    /// What there was before the first of them began.
    var available = 0
    /// Images of at least so many pixels of which no more than `jobs` fit into memory.
    var tight: (pixels: Int, jobs: Int)?
  }

  private let state = Mutex(State())

  /// Begins an image if it may begin now: nobody else is at the same one, and fewer than `most` of the same networks are under way.
  func begin(_ key: String, _ networks: Networks, most: Int) -> Bool {
    state.withLock { state in
      guard state.keys.count < most, state.networks == networks || state.keys.isEmpty, state.keys.insert(key).inserted else { return false }
      state.networks = networks
      return true
    }
  }

  /// How many images are under way.
  var count: Int { state.withLock { $0.keys.count } }

  func end(_ key: String) {
    state.withLock { state in
      state.keys.remove(key)
      state.claims[key] = nil
    }
  }

  /// How a request for memory ended.
  enum Answer: Hashable {
    case granted
    /// Another image must end first; `isNew` when images of this size are refused so for the first time.
    case wait(isNew: Bool)
  }

  /// Asks for the `need` bytes that a run takes where `available` are left. Others under way have not taken all of theirs yet, so that
  /// theirs are counted against what there was before them. One alone is let through: the run itself says what it lacks.
  func claim(_ need: Int, for key: String, pixels: Int, available: Int?) -> Answer {
    state.withLock { state in
      if state.claims.isEmpty { state.available = available ?? .max }
      let fits = need <= min(available ?? .max, state.available - state.claims.values.reduce(0, +))
      if fits || state.claims.isEmpty {
        state.claims[key] = need
        return .granted
      }
      let known = state.tight ?? (.max, .max), found = (pixels: min(pixels, known.pixels), jobs: min(state.claims.count, known.jobs))
      state.tight = found
      return .wait(isNew: found != known)
    }
  }

  /// How many images of a size fit into memory, as far as it was found too small.
  func most(pixels: Int) -> Int { state.withLock { state in state.tight.flatMap { pixels >= $0.pixels ? $0.jobs : nil } ?? .max } }
}
