/// What a single file says of the way in which its UNet was trained. Nothing in the weights themselves tells it, so tools leave a mark:
/// an empty tensor `v_pred`, and `ztsnr` for a schedule that ends in pure noise (ComfyUI, the web UI), or a line of metadata
/// (ModelSpec's `modelspec.prediction_type`, kohya's `ss_v_parameterization` and `ss_zero_terminal_snr`).
extension Checkpoint {
  /// What the network predicts; nil where the file does not say. A marker tensor outweighs the metadata.
  public var predictionType: SchedulerConfig.Prediction? {
    if shape(of: "v_pred") != nil { return .velocity }
    if let name = metadata["modelspec.prediction_type"] ?? metadata["modelspec.predict_key"] {
      switch name.lowercased() {
      case "v", "v_pred", "v-prediction", "v_prediction", "velocity": return .velocity
      case "epsilon", "eps": return .epsilon
      default: break
      }
    }
    return isTrue("ss_v_parameterization") ? .velocity : nil
  }

  /// Whether the last training step was pure noise (Lin et al. 2023); nil where the file does not say.
  public var zeroTerminalSNR: Bool? {
    if shape(of: "ztsnr") != nil || isTrue("ss_zero_terminal_snr") { return true }
    return metadata["ss_zero_terminal_snr"] == nil ? nil : false
  }

  private func isTrue(_ key: String) -> Bool { ["true", "1"].contains(metadata[key]?.lowercased() ?? "") }
}

extension SingleFile {
  /// Tensors that are marks, not weights.
  static let marks: Set<String> = ["v_pred", "ztsnr"]
}
