import Core
import Foundation
import Models

/// What an engine has been told to load, by identifiers that stand for the files' bytes: SHA-256 of the plan with the files' digests in it.
struct LoadedNetworks {
  /// ControlNets kept beside the others, the last used ones: one for each of the three conditions.
  private static let keptControlNets = 3

  private struct Known {
    let id: String
    let document: String
  }

  private let digest: @Sendable (String) throws -> NetworkPlan.File
  private var known: [WantedNetwork: Known] = [:]
  /// The last used ones last.
  private var loaded: [(id: String, kind: NetworkPlan.Kind)] = []

  init(digest: @escaping @Sendable (String) throws -> NetworkPlan.File) { self.digest = digest }

  /// Another process, which has nothing.
  mutating func forget() { loaded = [] }

  /// The identifier of a network, and its plan as an engine reads it. Throws what reading its files throws.
  mutating func describe(_ network: WantedNetwork) throws -> (id: String, document: String) {
    if let known = known[network] { return (known.id, known.document) }
    let document = try network.plan.json(network.plan.files.map(digest))
    let id = Digest.hex(Data("\(network.precision.rawValue) \(document)".utf8))
    // Networks of other requests are rare, their plans small.
    if known.count >= 32 { known = [:] }
    known[network] = Known(id: id, document: document)
    return (id, document)
  }

  /// Whether a network is loaded; if so it is now the last used one.
  mutating func has(_ id: String) -> Bool {
    guard let place = loaded.firstIndex(where: { $0.id == id }) else { return false }
    loaded.append(loaded.remove(at: place))
    return true
  }

  /// A network that could not be loaded.
  mutating func remove(_ id: String) { loaded.removeAll { $0.id == id } }

  /// Takes a network up and returns those whose place it takes: none of the `needed` ones, which are used together with it.
  mutating func add(_ id: String, _ kind: NetworkPlan.Kind, needed: Set<String>) -> [String] {
    let alike = loaded.filter { $0.kind == kind && !needed.contains($0.id) }.map(\.id)
    let together = needed.count { id in loaded.contains { $0.id == id && $0.kind == kind } }
    let most = max(1, (kind == .controlNet ? Self.keptControlNets : 1) - together)
    let leaving = alike.count < most ? [] : Array(alike.prefix(alike.count - most + 1))
    loaded.removeAll { leaving.contains($0.id) }
    loaded.append((id, kind))
    return leaving
  }
}
