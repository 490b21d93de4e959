import Generation

/// Work that was asked for, and what is known of it.
public struct WorkState: Sendable {
  /// Asked for and not yet answered.
  public private(set) var inFlight: Set<Effect> = []
  /// Failed, and not tried again by itself.
  public private(set) var failures: [Effect: Notice] = [:]
  /// Models being read.
  public private(set) var loading: [String] = []
  public private(set) var loaded: Set<String> = []
  /// What the engines are at; none where this process evaluates the networks.
  public private(set) var engines: [EngineStatus] = []

  /// Effects that are neither under way nor known to fail.
  func lacking(_ effects: [Effect]) -> [Effect] { effects.filter { !inFlight.contains($0) && failures[$0] == nil } }

  /// Notes effects as begun; returns those that are not under way already.
  mutating func begin(_ effects: [Effect]) -> [Effect] {
    let new = effects.filter { !$0.isAnswered || !inFlight.contains($0) }
    inFlight.formUnion(new.filter(\.isAnswered))
    return new
  }

  mutating func end(_ effect: Effect) { inFlight.remove(effect) }

  mutating func fail(_ effect: Effect, _ notice: Notice) { failures[effect] = notice }

  /// Has an effect tried again though it failed before.
  mutating func retry(_ effect: Effect) { failures[effect] = nil }

  mutating func retryAll() { failures = [:] }

  /// The same may be asked of another data set.
  mutating func forgetAll() { (inFlight, failures) = ([], [:]) }

  mutating func take(_ engines: [EngineStatus]) { self.engines = engines }

  mutating func load(_ name: String) {
    if !loading.contains(name) { loading.append(name) }
  }

  mutating func loaded(_ name: String) {
    loading.removeAll { $0 == name }
    loaded.insert(name)
  }
}
