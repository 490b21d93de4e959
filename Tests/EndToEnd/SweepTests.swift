import Foundation
import Testing

@Suite(.timeLimit(.minutes(15))) struct SweepTests {
  /// A small ablation, from generating to its folder; asked again it generates nothing and says the same.
  @Test func aTableAPlotAndEveryEvaluation() throws {
    let program = try Program()
    defer { program.remove() }
    let folder = program.home.appendingPathComponent("ablation")
    let arguments = [
      "sweep", "--fold", "1", "--episodes", "4", "--condition", "mask,scribble", "--threshold", "60", "--steps", "2,3", "--aux-shots", "1",
    ]
    let first = try program.run(arguments + ["--out", folder.path])
    #expect(first.status == 0, "\(first.standardError)")
    let rows = first.standardOutput.split(separator: "\n").filter { $0.hasPrefix("| mask") || $0.hasPrefix("| scribble") }
    #expect(rows.count == 4 && rows.allSatisfy { $0.split(separator: "|").count == rows[0].split(separator: "|").count })
    let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    #expect(names == ["evaluations", "mIoU-condition.png", "mIoU-condition.svg", "mIoU-steps.png", "mIoU-steps.svg", "sweep.csv", "sweep.json", "sweep.md"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("evaluations").path).count == 4)

    let store = program.home.appendingPathComponent("data")
    func images() -> Int {
      (FileManager.default.enumerator(at: store, includingPropertiesForKeys: nil)?.allObjects ?? []).count { ($0 as? URL)?.pathExtension == "png" }
    }
    let generated = images(), again = try program.run(arguments + ["--markdown"])
    #expect(again.status == 0, "\(again.standardError)")
    #expect(generated > 0 && images() == generated)
    #expect(again.standardOutput.split(separator: "\n").filter { $0.hasPrefix("| mask") || $0.hasPrefix("| scribble") } == rows)
  }
}
