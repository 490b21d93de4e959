import ArgumentParser
import Core
import Evaluation
import Foundation
import Generation
import Models

/// `diffss models`: what is on this machine, what a file is, and bringing it into the usual layout.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Models: which are here, what a file holds, fetching them and conversion to diffusers layout.",
    discussion: .examples(
      alone: true, "diffss models list", "diffss models pull sd15 controlnet-seg", "diffss models info v1-5-pruned.ckpt"),
    subcommands: [List.self, Info.self, Convert.self, Pull.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The models found, in the order in which they are looked for.",
      discussion: .examples(alone: true, "diffss models list", "diffss models list --models ~/weights", "diffss models list --json"))

    @OptionGroup(title: "Machine") var runtime: RuntimeOptions
    @Flag(help: "Print one JSON document.")
    var json = false

    private struct Row: Encodable {
      let id: String
      let kind: String
      let origin: String
      let path: String
      /// Why it cannot be used; absent when nothing speaks against it.
      let problem: String?
    }

    func run() throws {
      try runtime.apply()
      let library = ModelLibrary(folders: runtime.modelFolders)
      let rows =
        library.entries.map { Row(id: $0.id, kind: $0.kind.title, origin: $0.origin.rawValue, path: $0.url.path, problem: nil) }
        + library.unusable.map { Row(id: $0.id, kind: $0.title, origin: $0.origin.rawValue, path: $0.url.path, problem: $0.problem) }
      if json { return print(try CanonicalJSON.text(rows)) }
      let lines = rows.map { [PlainText.clean($0.id), $0.kind, $0.origin, $0.problem == nil ? "found" : "cannot be used"] }
      print(TextTable.markdown([["model", "kind", "found in", "state"]] + lines))
      for model in library.unusable {
        print("\n\(PlainText.clean(model.id)): \(PlainText.clean(model.problem))")
        if let hint = model.hint { print("  -> \(PlainText.clean(hint))") }
      }
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What a file or folder of weights is: networks, parameters, formats, bytes, and what is missing.",
      discussion: .examples(
        alone: true, "diffss models info v1-5-pruned.ckpt", "diffss models info sd15/ --json", "diffss models info bam/fold0.pth"))

    @Argument(help: "A file of weights, a folder, or a name that `models list` shows.")
    var path: String
    @OptionGroup var singleFile: SingleFileOptions
    @OptionGroup(title: "Machine") var runtime: RuntimeOptions
    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
      try runtime.apply()
      let place = try ModelLibrary(folders: runtime.modelFolders).place(path)
      let inspection = try ModelInspection(place, config: singleFile.folder)
      if json {
        print(try CanonicalJSON.text(inspection))
      } else {
        let rows = inspection.parts.map { part in
          let formats = part.bytes.sorted { $0.value > $1.value }.map { "\($0.key) \(megabytes($0.value))" }
          return [part.name, part.family.rawValue, "\(part.tensors)", "\(part.parameters)", formats.joined(separator: ", "), state(part)]
        }
        print("\(PlainText.clean(inspection.path))\n")
        print(TextTable.markdown([["part", "family", "tensors", "parameters", "bytes", "weights"]] + rows.map { $0.map(PlainText.clean) }))
        for part in inspection.parts {
          guard let problem = part.problem else { continue }
          print("\n\(PlainText.cleanLines(problem))")
          if let hint = part.hint { print("  -> \(PlainText.clean(hint))") }
        }
        for note in inspection.notes { print("\nnote: \(PlainText.clean(note))") }
      }
      if inspection.parts.contains(where: { $0.problem != nil }) { throw ExitStatus.someFailed }
    }

    private func state(_ part: ModelInspection.Part) -> String {
      if part.problem != nil { return part.family.isRun ? "does not fit" : part.family == .unknown ? "not usable" : "not run" }
      return part.family == .unknown ? "not used" : part.family == .lowRank ? "merged by --lora" : "fits"
    }

    private func megabytes(_ bytes: Int) -> String { String(format: "%.1f MB", Double(bytes) / 1e6) }
  }

  struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a single-file checkpoint or a folder in diffusers layout, weights in F16.",
      discussion: .examples(
        alone: true, "diffss models convert v1-5-pruned.ckpt --out sd15", "diffss models convert control_sd15_seg.pth --out controlnet-seg",
        "diffss models convert mine.safetensors --config sd15 --out mine"))

    @Argument(help: "A single-file checkpoint or a diffusers folder.")
    var path: String
    @Option(help: ArgumentHelp("Folder to write; it must not be there yet.", valueName: "dir"))
    var out: String
    @OptionGroup var singleFile: SingleFileOptions
    @OptionGroup(title: "Machine") var runtime: RuntimeOptions

    func run() throws {
      try runtime.apply()
      let place = try ModelLibrary(folders: runtime.modelFolders).place(path)
      let target = URL(fileURLWithPath: out, isDirectory: true)
      try DiffusersExport.convert(place, config: singleFile.folder, to: target) { printError("writing \($0)") }
      print(target.path)
    }
  }
}
