import Foundation
import Models
import TestSupport
import Testing

/// The marks are those of ComfyUI (`model_type` in comfy/supported_models.py) and the web UI, the metadata ModelSpec 1.0's and kohya's.
@Suite struct PredictionMarkTests {
  private func said(_ marks: [String], _ metadata: [String: String] = [:]) throws -> (SchedulerConfig.Prediction?, Bool?) {
    let folder = try TemporaryFolder(), file = folder.file("a.safetensors")
    let weights = [(name: "model.diffusion_model.out.2.bias", tensor: Tensor([1], shape: [1]))]
    try Safetensors.write(weights + marks.map { (name: $0, tensor: Tensor([], shape: [0])) }, metadata: metadata, to: file)
    let checkpoint = try Checkpoint(file: file)
    return (checkpoint.predictionType, checkpoint.zeroTerminalSNR)
  }

  @Test func aSingleFileSaysWhatItPredicts() throws {
    #expect(try said([]) == (nil, nil))
    #expect(try said(["v_pred"]) == (.velocity, nil))
    #expect(try said(["v_pred", "ztsnr"]) == (.velocity, true))
    #expect(try said([], ["modelspec.prediction_type": "v"]) == (.velocity, nil))
    #expect(try said([], ["modelspec.prediction_type": "epsilon"]) == (.epsilon, nil))
    #expect(try said([], ["modelspec.predict_key": "v"]) == (.velocity, nil))
    #expect(try said([], ["ss_v_parameterization": "True", "ss_zero_terminal_snr": "True"]) == (.velocity, true))
    #expect(try said([], ["ss_v_parameterization": "False", "ss_zero_terminal_snr": "False"]) == (nil, false))
    #expect(try said(["v_pred"], ["modelspec.prediction_type": "epsilon"]) == (.velocity, nil))
    #expect(try said(["model.v_pred"]) == (nil, nil))
  }
}
