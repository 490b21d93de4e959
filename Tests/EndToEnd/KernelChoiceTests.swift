import Core
import Foundation
import Models
import Render
import Testing

/// Which kernels and which precision an image is made with, as a user chooses and sees them.
@Suite(.timeLimit(.minutes(5))) struct KernelChoiceTests {
  private let program: Program

  init() throws { program = try Program() }

  private func generate(_ more: [String] = [], kernels: String? = nil, into out: String) throws -> (image: URL, output: Program.Output) {
    let folder = program.home.appendingPathComponent(out)
    let output = try program.run(
      ["generate", "--fold", "0", "--limit", "1", "--shots", "1", "--steps", "4", "--out", folder.path] + more,
      environment: kernels.map { [KernelSet.variable: $0] } ?? [:])
    #expect(output.status == 0, "\(output.standardError)")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
    return (try #require(files.first { $0.lastPathComponent.hasSuffix("_0.png") }), output)
  }

  private func metadata(_ image: URL) throws -> String { try #require(ImageText.read(image)["diffss"]) }

  private func verify(_ image: URL, kernels: String? = nil) throws -> Program.Output {
    try program.run(["verify", image.path], environment: kernels.map { [KernelSet.variable: $0] } ?? [:])
  }

  @Test func anImageOfOtherKernelsIsClose() throws {
    defer { program.remove() }
    let image = try generate(kernels: "plain", into: "plain").image
    #expect(try metadata(image).contains(#""kernels":"plain""#))
    #expect(try verify(image, kernels: "plain").standardOutput.hasPrefix("identical"))
    guard let best = KernelSet.available.last, best.name != "plain" else { return }
    let here = try verify(image)
    #expect(here.status == 0)
    let said = /close  .*: made by plain kernels, here .*: PSNR ([0-9.]+) dB\n/
    let psnr = try #require(try said.wholeMatch(in: here.standardOutput).flatMap { Double($0.1) }, "\(here.standardOutput)")
    #expect(psnr > 45)
  }

  @Test(.enabled(if: Precision.fastest == .bfloat16, "the processor multiplies no bfloat16")) func precisionBelongsToTheImage() throws {
    defer { program.remove() }
    let exact = try generate(into: "exact").image, rounded = try generate(["--precision", "bfloat16"], into: "rounded").image
    let automatic = try generate(["--precision", "auto"], into: "auto").image
    #expect(try !metadata(exact).contains("precision") && metadata(rounded).contains(#""precision":"bfloat16""#))
    #expect(try Data(contentsOf: rounded) == Data(contentsOf: automatic))
    #expect(try #require(ImageText.read(rounded)["parameters"]).contains(", Precision: bfloat16, "))
    #expect(try verify(rounded).standardOutput.hasPrefix("identical"))
    let (one, other) = (try Image(pngOrJpeg: exact), try Image(pngOrJpeg: rounded))
    let differences = zip(one.pixels, other.pixels).map { abs(Int($0) - Int($1)) }
    #expect(differences.contains { $0 > 0 } && differences.reduce(0, +) < 4 * differences.count, "rounding changes an image, but little")
    // A processor without bfloat16 makes it again in float32.
    let lacking = try verify(rounded, kernels: "avx2")
    #expect(lacking.status == 0 && lacking.standardOutput.contains("close  "), "\(lacking.standardOutput)")
    let asked = try generate(["--precision", "bfloat16"], kernels: "avx2", into: "lacking")
    #expect(asked.output.standardError.contains("note: this processor multiplies no bfloat16 (kernels avx2): float32 is taken"))
    #expect(try !metadata(asked.image).contains("precision"))
    #expect(try Image(pngOrJpeg: asked.image) == one)
  }

  @Test func unknownOnesAreNamedWithThoseThatThereAre() throws {
    defer { program.remove() }
    let output = try program.run(["doctor"], environment: [KernelSet.variable: "avx3"])
    #expect(output.status == 2 && output.standardOutput.isEmpty)
    #expect(output.standardError.hasPrefix("error: DIFFSS_KERNELS cannot be avx3\nhint: ") && output.standardError.contains("plain"))
    let precision = try program.run(["generate", "--precision", "float16", "--out", program.home.path])
    #expect(precision.status == 2 && precision.standardError.contains("--precision must be float32, bfloat16, auto, not \"float16\""))
    let weights = program.home.appendingPathComponent("w").path
    let forward = try program.run(
      ["forward", "--network", "unet", "--weights", weights, "--input", weights, "--output", weights, "--precision", "bfloat16"],
      environment: [KernelSet.variable: "plain"])
    #expect(
      forward.status == 2 && forward.standardError.contains("precision cannot be bfloat16: this processor multiplies float32 alone (plain)")
    )
  }
}
