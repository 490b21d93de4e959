import Core
import Foundation
import Generation
import Models
import TestSupport
import Testing

/// The engine that comes with the program, with PyTorch on the processor, in float32.
///
/// PyTorch is installed into `.build/torch-engine` at the first run, about 1.3 GB; where no package index can be reached, and it is not there, the tests
/// are skipped and say so.
@Suite(.serialized, .timeLimit(.minutes(20)), .enabled(if: TorchPython.path != nil)) struct TorchEngineTests {
  private func pool() throws -> EnginePool {
    EnginePool([try EngineChoice("torch:python=\(try #require(TorchPython.path)),device=cpu,threads=2")])
  }

  /// All whole runs of diffusers, as `PipelineGoldenTests` without an engine.
  @Test(.enabled(if: Golden.isAvailable)) func agreesWithDiffusers() throws {
    let pool = try pool()
    #expect(PipelineGolden.all.count >= 15)
    for run in PipelineGolden.all {
      let model = try StableDiffusion.load(model: PipelineGolden.model, controlNets: run.controlNets, engine: pool.session(.float32))
      let difference = try #require(try run.difference(of: model))
      #expect(difference.latents < 1e-4, "\(run)")
      #expect(difference.steps.allSatisfy { $0 < 1e-4 }, "\(run): \(difference.steps)")
      #expect(difference.near >= 0.999, "\(run)")
    }
  }

  private static let fixture = Golden.fixture("diffusion")

  /// What shortens a run is left out there as here.
  @Test(
    arguments: [
      Shortcuts { $0.cacheEvery = 3 }, Shortcuts { $0.controlEvery = 3 }, Shortcuts { ($0.cacheEvery, $0.controlEvery) = (2, 4) },
      Shortcuts { $0.mergedTokens = 0.5 }, Shortcuts { ($0.cacheEvery, $0.mergedTokens) = (2, 0.75) },
      Shortcuts { ($0.guidanceStart, $0.guidanceEnd) = (0.25, 0.75) },
    ], [false, true])
  func leavesOutTheSame(shortcuts: Shortcuts, guessMode: Bool) throws {
    let folder = Self.fixture,
      control = try Checkpoint(file: folder.appendingPathComponent("expected.safetensors")).tensor("control").nhwc()
    let run = DiffusionRun(
      prompt: "a photo", negativePrompt: "blurry", steps: 8, guidanceScale: 4, seed: 5, width: 24, height: 40, guessMode: guessMode,
      shortcuts: shortcuts,
      controls: [ControlInput(image: control, scale: 0.8, end: 0.7)])
    func latents(_ engine: (any DiffusionEngine)?) throws -> [[Float]] {
      let model = try StableDiffusion.load(
        model: folder.appendingPathComponent("model"), controlNets: [folder.appendingPathComponent("controlnet")], engine: engine)
      return try model.generate(run, seeds: [5, 9]).map(\.latents.values)
    }
    for (found, truth) in zip(try latents(pool().session(.float32)), try latents(nil)) {
      #expect(Difference.relativeL2(found, expected: truth) < 1e-4)
    }
  }

  @Test func aDeviceThatIsNotThereIsSaid() throws {
    let pool = EnginePool([try EngineChoice("torch:python=\(try #require(TorchPython.path)),device=cuda:7")])
    let model = try StableDiffusion.load(model: Self.fixture.appendingPathComponent("model"), engine: pool.session(.float32))
    let error = #expect(throws: GenerationError.self) { try model.generate(DiffusionRun(prompt: "", steps: 1, width: 24, height: 24)) }
    #expect(error?.message.contains("cannot use the device cuda:7") == true, "\(error.debugDescription)")
  }
}

/// A Python with what the engine needs.
enum TorchPython {
  private static let folder = Golden.projectRoot.appendingPathComponent(".build/torch-engine")
  private static let wheels = ["torch==2.13.0+cpu", "diffusers==0.42.1", "transformers==5.23.0", "safetensors==0.8.0", "numpy==2.4.6"]
  private static let index = "https://download.pytorch.org/whl/cpu"

  /// Its path; nil, with a note, where it can be had from nowhere.
  static let path: String? = {
    let python = folder.appendingPathComponent("bin/python").path, done = folder.appendingPathComponent("complete")
    if FileManager.default.fileExists(atPath: done.path) { return python }
    try? FileManager.default.removeItem(at: folder)
    // Where pip is told of a place with these wheels it needs no other one.
    let install = "'\(python)' -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 30"
    let list = wheels.map { "'\($0)'" }.joined(separator: " ")
    let commands =
      "python3 -m venv '\(folder.path)' && (\(install) \(list) || \(install) --extra-index-url \(index) \(list)) && touch '\(done.path)'"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", commands]
    process.standardOutput = FileHandle.standardError
    guard (try? process.runToEnd(within: 900)) != nil, process.terminationStatus == 0 else {
      print("note: PyTorch cannot be installed into \(folder.path): the tests of the torch engine are skipped")
      return nil
    }
    return python
  }()
}
