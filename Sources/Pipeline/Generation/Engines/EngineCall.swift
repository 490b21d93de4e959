import Core
import Foundation
import Models

/// The calls of the protocol (`docs/engines.md`), as messages.
struct EngineCall {
  let name: String
  var metadata: [String: String] = [:]
  var tensors: [(name: String, tensor: Tensor)] = []
  /// Bytes of the tensors that are to come back.
  var answerBytes = 0

  /// What an answer may have beside its tensors.
  static let mostMetadata = 1 << 20

  /// The message. Throws `ModelError.badInput`.
  func message(id: Int) throws -> [UInt8] {
    var metadata = metadata
    metadata["call"] = name
    metadata["id"] = "\(id)"
    return try Safetensors.document(tensors, metadata: metadata)
  }
}

/// What an engine answers.
struct EngineAnswer {
  private let document: Checkpoint

  /// Reads an answer to the call of a number. Throws `EngineProcess.Fault.garbage` for anything else, and `Refusal` for an answer that is an error.
  init(_ message: [UInt8], to id: Int) throws {
    do { document = try Checkpoint(document: message, name: "the answer") } catch {
      throw EngineProcess.Fault.garbage(reason: PlainText.clean(error.reason))
    }
    guard document.metadata["id"] == "\(id)" else { throw EngineProcess.Fault.garbage(reason: "an answer to a call that nobody made") }
    if let kind = document.metadata["error"] {
      throw Refusal(kind: Refusal.Kind(rawValue: kind) ?? .failed, message: Self.words(document.metadata["message"] ?? ""))
    }
  }

  /// An engine's sentence, of a length that can be read; all of it goes into the log.
  private static func words(_ text: String) -> String {
    let whole = PlainText.clean(String(text.prefix(2000)))
    if whole.allSatisfy(\.isWhitespace) { return "it does not say why" }
    guard whole.count > 300 else { return whole }
    Log.generating.info("an engine refuses: \(whole)")
    return "\(whole.prefix(300))... (the rest is in the log)"
  }

  /// An error that an engine answers with; it goes on.
  struct Refusal: Error {
    enum Kind: String {
      /// Its memory does not hold what the call takes.
      case memory
      /// No file here has the SHA-256 that is asked for, or it lacks weights.
      case weights
      case cancelled
      case `protocol`
      /// A call that it does not know, or that does not go together with those before.
      case call
      case failed

      /// What the user may do about it.
      var advice: String? {
        switch self {
        case .memory: "smaller images, dtype=float16, or fewer at a time (--batch, batch=N of the engine) take less"
        case .weights: "give it a folder that holds these weights: --engine torch:models=DIR; it takes files by their SHA-256"
        case .protocol: "the program and the engine are of different versions: take the Assets/engines that came with the program"
        case .cancelled, .call, .failed: nil
        }
      }
    }

    let kind: Kind
    let message: String
  }

  subscript(name: String) -> String? { document.metadata[name].map { PlainText.clean(String($0.prefix(4000))) } }

  /// A number of bytes; nil where there is none, or what is no such number.
  func bytes(_ name: String) -> Int? { document.metadata[name].flatMap { Int($0) }.flatMap { (0...1 << 50).contains($0) ? $0 : nil } }

  /// A tensor of a shape. Throws `EngineProcess.Fault.garbage`.
  func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    guard let found = document.shape(of: name), found == shape else {
      throw EngineProcess.Fault.garbage(
        reason: "\(name) is \(document.shape(of: name).map { "\($0)" } ?? "not there"), \(shape) was expected")
    }
    return try document.tensor(name)
  }
}
