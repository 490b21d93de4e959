import ArgumentParser
import Core
import Data
import Foundation
import Generation
import Pipeline
import TUI

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look at terminal, colours, BLAS, memory, engines, weights and data: what is fine, and what to do about the rest.",
    discussion: .examples(
      alone: true, "diffss doctor", "diffss doctor --calibrate", "diffss doctor --dataset coco --root /data/coco --models ~/weights"))

  @OptionGroup(title: "Data") var data: DatasetOptions
  @OptionGroup(title: "Machine") var runtime: RuntimeOptions
  @OptionGroup(title: "Machine") var engine: EngineOptions

  @Flag(
    help: """
      Show what block characters the terminal draws, ask about each, and remember the answers for this terminal: the explorer and `render` \
      then take the finest.
      """)
  var calibrate = false

  @Flag(help: "Print one JSON document.")
  var json = false

  /// The data set asked about, then those of the configuration.
  private var sources: [DatasetSource] {
    let configured = UserSettings.ofUser.roots.filter { $0.key != data.dataset }.sorted { $0.key.rawValue < $1.key.rawValue }
    return [data.source] + configured.map { DatasetSource($0.key, root: $0.value, cache: DataFolder.cache()) }
  }

  func validate() throws {
    if calibrate, json { throw ValidationError("--calibrate asks questions, and prints no JSON: leave one of them out") }
  }

  func run() throws {
    if calibrate {
      let status = try runCalibration()
      if status != 0 { Foundation.exit(status) }
      return
    }
    try data.recognise()
    // An unusable configuration is one of the findings.
    try? runtime.pool.apply()
    let library = ModelLibrary(folders: runtime.modelFolders)
    let findings =
      TerminalDiagnosis.findings(graphics: UserSettings.ofUser.graphics ?? .auto)
      + Diagnosis.engines(engine.named)
      + Diagnosis.findings(models: library, absent: runtime.absentModels, sources: sources)
    if json {
      print(try CanonicalJSON.text(findings))
    } else {
      for finding in findings {
        let sign =
          switch finding.state {
          case .fine: "ok     ";
          case .limited: "limited";
          case .broken: "BROKEN "
          }
        print("\(sign)  \(finding.subject): \(finding.text)")
        if let advice = finding.advice { print("         -> \(advice)") }
      }
      if library.entries.allSatisfy(\.isDemo) {
        print("\nweights: the demo's own alone, for its drawn scenes. To fetch real ones:")
        for line in WeightRecipe.lines { print("    \(line)") }
      }
    }
    if findings.contains(where: { $0.state == .broken }) { throw ExitStatus.someFailed }
  }
}
