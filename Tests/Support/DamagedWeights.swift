import Foundation
import Models

/// Files of weights with something wrong in one of them.
public enum DamagedWeights {
  /// Writes a file of weights, in F32, with the numbers of one of them changed; `file` may be `target`. Throws `ModelError.missingTensor` where
  /// there is no such key.
  public static func write(_ file: URL, to target: URL, key: String, _ change: (inout [Float]) -> Void) throws {
    let checkpoint = try Checkpoint(file: file)
    var values = try checkpoint.tensor(key).values
    change(&values)
    let tensors = try checkpoint.names.map { name in
      (name: name, tensor: name == key ? Tensor(values, shape: try checkpoint.tensor(name).shape) : try checkpoint.tensor(name))
    }
    if FileManager.default.fileExists(atPath: target.path) { try FileManager.default.removeItem(at: target) }
    try Safetensors.write(tensors, to: target)
  }
}
