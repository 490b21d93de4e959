import ArgumentParser
import Core
import Foundation
import Generation
import Models
import Pipeline
import Render

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Generate images again from what they say of themselves, and compare every byte.",
    discussion: """
      An image that `diffss generate`, the queue or an evaluation made carries its request and its weights' SHA-256. Give the data set that its
      support comes from, as it was given then, and the same models. An image of your own says by digest what it was generated from: the image and \
      its mask are looked for beside it, in this folder and in --source, its control images beside it (NAME_control.png) and in --control. An image that other kernels made (see `diffss doctor`) is compared by its PSNR: from 30 dB \
      on it is close, which is no failure.
      """
        + String.examples(
          "diffss verify aux/scene-00000_2_0.png", "diffss verify --dataset coco --root /data/coco packed/supports.tar",
          "diffss verify own/dog_17_0.png --source ~/photos/"))

  @Argument(
    help: ArgumentHelp(
      "PNG or JPEG files that this program generated; of a folder or an archive of `generate --pack tar` all of them, or ARCHIVE:NAME.",
      valueName: "image"))
  var images: [String]

  @Option(
    help: ArgumentHelp(
      "A control image that an image of your own was generated from, where it is not beside it; repeat for several.", valueName: "file"))
  var control: [String] = []

  @Option(
    help: ArgumentHelp(
      "An image or a mask that an image of your own was generated from, or a folder of them, where they are not beside it; repeat for several.",
      valueName: "path"))
  var source: [String] = []

  @OptionGroup(title: "Data") var data: DatasetOptions
  @OptionGroup(title: "Machine") var runtime: RuntimeOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  private struct Row: Encodable {
    let file: String
    let result: String
    let detail: String?
  }

  func run() async throws {
    try runtime.apply()
    let controls = try control.map { try Image(pngOrJpeg: URL(fileURLWithPath: $0)) }
    var benches: [Bool: Workbench] = [:], rows: [Row] = []
    func add(_ row: Row, _ shown: String) {
      rows.append(row)
      if !json { print("\(row.result)  \(PlainText.clean(shown))\(row.detail.map { ": \($0)" } ?? "")") }
    }
    func fail(_ error: any Explained, _ shown: String) {
      report(message: PlainText.clean(error.message), hint: error.hint.map(PlainText.cleanLines))
      add(Row(file: shown, result: "failed", detail: PlainText.clean(error.reason)), shown)
    }
    for argument in images {
      let files: [SupportFile]
      do { files = try SupportFiles.named(argument) } catch let error as any Explained {
        fail(error, argument)
        continue
      }
      for file in files {
        if Interrupt.shared.isRequested { throw ExitStatus.interrupted }
        let shown = if case .loose = file { argument } else { file.path }
        do {
          let image = try StoredImage(file)
          switch image.origin {
          case .own(let metadata): add(try verify(image, metadata, file, controls), shown)
          case .support(let metadata):
            // The published script's reading of masks goes with its common seeds.
            let asPublished = metadata.request.noiseRow != nil
            let bench = try benches[asPublished] ?? Workbench.open(data, runtime, readsMasksAsPublished: asPublished)
            benches[asPublished] = bench
            add(try await verify(image, file, with: bench), shown)
          }
        } catch GenerationError.controlImage {
          // `own/*.png` names them too.
          add(Row(file: shown, result: "skipped", detail: "a control image, which is not generated"), shown)
        } catch let error as any Explained { fail(error, shown) }
      }
    }
    let failures = rows.count { !["identical", "close", "skipped"].contains($0.result) }
    if json { print(try CanonicalJSON.text(rows)) }
    if rows.allSatisfy({ $0.result == "skipped" }) {
      report(message: "no image to verify was named", hint: "name those that were generated, not their control images alone")
      throw ExitStatus.nothingDone
    }
    if failures > 0 { throw failures == rows.count ? ExitStatus.nothingDone : ExitStatus.someFailed }
  }

  private func verify(_ image: StoredImage, _ file: SupportFile, with bench: Workbench) async throws -> Row {
    let line = ProgressLine("generating", unit: "steps")
    let work = Task { try await bench.verify(image) { line.update(Double($0.step), of: Double($0.steps)) } }
    Interrupt.shared.onRequest { work.cancel() }
    defer { line.finish() }
    do {
      return row(file, try await work.value)
    } catch is CancellationError { throw ExitStatus.interrupted }
  }

  private func verify(_ image: StoredImage, _ metadata: OwnImageMetadata, _ file: SupportFile, _ controls: [Image]) throws -> Row {
    let line = ProgressLine("generating", unit: "steps")
    defer { line.finish() }
    do {
      let found = try image.verify(
        metadata, with: ModelLibrary(folders: runtime.modelFolders), controls: controls, sources: source.map { URL(fileURLWithPath: $0) },
        memory: runtime.memory
      ) {
        printError("note: \(PlainText.clean($0))")
      } progress: {
        line.update(Double($0.step), of: Double($0.steps))
        return !Interrupt.shared.isRequested
      }
      return row(file, found)
    } catch is CancellationError { throw ExitStatus.interrupted }
  }

  private func row(_ file: SupportFile, _ found: ImageVerification) -> Row {
    switch found {
    case .identical: return Row(file: file.path, result: "identical", detail: nil)
    case .rewritten: return Row(file: file.path, result: "rewritten", detail: "the pixels are the same, other bytes are not")
    case .close(let kernels, let psnr):
      let theirs = kernels.map { "\($0) kernels" } ?? "kernels it does not name"
      return Row(
        file: file.path, result: "close",
        detail: PlainText.clean("made by \(theirs), here \(KernelSet.current): PSNR \(String(format: "%.1f", psnr)) dB"))
    case .different(let pixels, let count, let largest):
      return Row(file: file.path, result: "different", detail: "\(pixels) of \(count) pixels, by \(largest) of 255 at most")
    case .tampered: return Row(file: file.path, result: "tampered", detail: "its key does not belong to its request and weights")
    case .otherWeights(let models):
      return Row(file: file.path, result: "other weights", detail: PlainText.clean("here are others of \(models.joined(separator: ", "))"))
    }
  }
}
