import Core
import Foundation
import Generation
import Synchronization

extension Diagnosis {
  /// Starts engines, all at once, asks each what it is, and ends it; those that do not answer within `patience` seconds are broken.
  /// `place` says where each was named.
  public static func engines(_ named: [(text: String, place: String)], patience: Double = 120) -> [Finding] {
    let named = named.filter { $0.text != "cpu" }
    if named.isEmpty { return [Finding("engine", .fine, "cpu, this program itself")] }
    let findings = Mutex([Int: Finding]())
    DispatchQueue.concurrentPerform(iterations: named.count) { number in
      let finding = engine(named[number].text, named[number].place, patience)
      findings.withLock { $0[number] = finding }
    }
    return findings.withLock { found in named.indices.compactMap { found[$0] } }
  }

  private static func engine(_ text: String, _ place: String, _ patience: Double) -> Finding {
    let name = "\(PlainText.clean(text)) (\(place))"
    do {
      let status = try EngineChoice(text).status(patience: patience)
      guard let facts = status.facts else { return Finding("engine", .broken, "\(name): it does not say what it is") }
      let versions = facts.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      var words = ["\(name): \(facts.engine) on \(facts.deviceName)" + (facts.device == facts.deviceName ? "" : " (\(facts.device))")]
      if let memory = status.memory {
        words.append(String(format: "%.1f GB of %.1f GB free", Double(memory.free) / 1e9, Double(memory.total) / 1e9))
      }
      let found = (words + (versions.isEmpty ? [] : [versions])).joined(separator: ", ")
      guard let memory = status.memory, memory.free < leastMemory else { return Finding("engine", .fine, found) }
      return Finding("engine", .limited, found, advice: "Stable Diffusion 1.5 wants about 4 GB in float16: see what else is there")
    } catch let error as any Explained {
      return Finding("engine", .broken, "\(place): \(error.message)", advice: error.hint)
    } catch {
      return Finding("engine", .broken, "\(name): \(PlainText.clean("\(error)"))")
    }
  }

  /// Bytes that the networks of Stable Diffusion 1.5 and a ControlNet take in float16, with an image of 512x512.
  private static let leastMemory = 4_000_000_000
}
