import Core
import Models

extension EngineChoice {
  /// Starts it, asks what it is, and ends it. Throws `GenerationError` for one that has ended, refuses, or has not answered in `patience`
  /// seconds, and `CoreError.unreadableFile` for one that cannot be started.
  public func status(patience: Double) throws -> EngineStatus {
    do {
      let connection = try EngineConnection(self, patience: patience)
      defer { connection.process.end() }
      return EngineStatus(
        name: description, facts: EngineFacts(connection), memory: connection.memory, imagesPerMinute: nil, trouble: nil)
    } catch let refusal as EngineAnswer.Refusal {
      throw GenerationError(refusal, of: self)
    }
  }
}

extension EngineFacts {
  init(_ connection: EngineConnection) {
    self.init(
      engine: connection.name, device: connection.device, deviceName: connection.deviceName, dtype: connection.dtype,
      versions: connection.versions)
  }
}

extension GenerationError {
  init(_ refusal: EngineAnswer.Refusal, of engine: EngineChoice) {
    self = .engineRefused(
      engine: "\(engine)", reason: refusal.message, isEverywhere: [.weights, .protocol].contains(refusal.kind), advice: refusal.kind.advice)
  }
}
