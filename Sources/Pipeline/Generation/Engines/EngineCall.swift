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
      let message = PlainText.clean(String((document.metadata["message"] ?? "").prefix(2000)))
      throw Refusal(kind: Refusal.Kind(rawValue: kind) ?? .failed, message: message)
    }
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
    }

    let kind: Kind
    let message: String
  }

  subscript(name: String) -> String? { document.metadata[name].map { PlainText.clean(String($0.prefix(4000))) } }

  /// A tensor of a shape. Throws `EngineProcess.Fault.garbage`.
  func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    guard let found = document.shape(of: name), found == shape else {
      throw EngineProcess.Fault.garbage(
        reason: "\(name) is \(document.shape(of: name).map { "\($0)" } ?? "not there"), \(shape) was expected")
    }
    return try document.tensor(name)
  }
}
