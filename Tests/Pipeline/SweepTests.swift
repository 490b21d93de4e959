import Evaluation
import Foundation
import Generation
import Models
import Render
import Synchronization
import TestSupport
import Testing

@Suite struct SweepTests {
  private func sweep(_ bench: TinyModels) throws -> SweepPlan {
    var options = bench.options
    options.steps = 2
    return try SweepPlan(
      EvaluationPlan(fold: 0, options: options, episodes: 5), folds: [0, 1], seeds: [3, 4],
      axes: [.networks([.dcama]), .setting(.condition, ["mask"]), .setting(.steps, []), .setting(.guidance, ["1", "3"]), .auxiliaryShots([1, 2])])
  }

  private func bench() throws -> (bench: TinyModels, generator: CopyingGenerator) {
    let generator = CopyingGenerator(), bench = try TinyModels(generator: generator)
    generator.store.withLock { $0 = bench.store }
    return (bench, generator)
  }

  @Test func everySettingIsTheEvaluationOfIts() async throws {
    let (bench, _) = try bench(), plan = try sweep(bench)
    let seen = Mutex<[SweepProgress]>([])
    let (report, evaluations) = try await bench.workbench.sweep(plan) { news in seen.withLock { $0.append(news) } }
    #expect(report.axes.map(\.name) == ["network", "condition", "guidance", "aux-shots"], "an axis without values is none")
    #expect(report.settings.map(\.values) == [["1", "1"], ["1", "2"], ["3", "1"], ["3", "2"]].map { ["dcama", "mask"] + $0 })
    #expect(evaluations.map(\.count) == [4, 4, 4, 4] && seen.withLock { $0.last?.number } == 16)
    #expect(evaluations.joined().allSatisfy { $0.plan.options.steps == 2 })

    // Two of them on their own, on another machine as it were.
    let other = try self.bench().bench
    for (setting, position) in [(1, 0), (2, 3)] {
      let alone = try await other.workbench.evaluate(evaluations[setting][position].plan)
      #expect(alone.episodes == evaluations[setting][position].episodes)
      #expect(alone.baseline == evaluations[setting][position].baseline)
    }
    for (setting, reports) in zip(report.settings, evaluations) {
      let mean = reports.reduce(0) { $0 + ($1.augmented?.miou.value ?? 0) } / 4
      #expect(abs((setting.augmented?.value ?? 0) - mean) < 1e-9)
      let error = reports.reduce(0) { $0 + pow($1.difference?.miou.error ?? 0, 2) }.squareRoot() / 4
      #expect(abs((setting.difference?.error ?? 0) - error) < 1e-9)
      #expect(setting.signTest?.better == reports.reduce(0) { $0 + ($1.signTests?.all.better ?? 0) })
      #expect(setting.passes.map(\.seed) == [3, 4])
    }
    #expect(Set(report.settings.map(\.baseline)).count == 1)
  }

  @Test func whatSettingsShareIsMadeOnce() async throws {
    let (bench, generator) = try bench()
    let (_, evaluations) = try await bench.workbench.sweep(try sweep(bench))
    // One image a support, number and guidance: two supports need what one needs, and one more.
    var images: Set<String> = []
    for report in evaluations.joined() {
      for episode in report.episodes.map(\.episode) {
        for number in 0..<report.plan.auxiliaryShots { images.insert("\(episode.supports[0].id)-\(episode.classIndex)-\(number)") }
      }
    }
    #expect(generator.generated.withLock { $0 } == images.count)
  }

  /// Settings that come to the same evaluation share its episodes, which nobody has finished before.
  @Test func whatASweepRepeatsIsNoWorkThatWasCutOff() async throws {
    let (bench, _) = try bench(), said = Mutex(0)
    let plan = try SweepPlan(
      EvaluationPlan(fold: 0, auxiliaryShots: 0, options: bench.options, episodes: 4), folds: [0], seeds: [0],
      axes: [.setting(.condition, ["mask", "scribble"])])
    let (report, _) = try await bench.workbench.sweep(plan) { news in
      if case .resuming = news.evaluation { said.withLock { $0 += 1 } }
    }
    #expect(report.settings.count == 2 && said.withLock { $0 } == 0)
  }

  @Test func aSweepGoesOnWhereItWasEnded() async throws {
    let (bench, _) = try bench(), plan = try sweep(bench)
    _ = try? await cancellable { cancel in
      try await bench.workbench.sweep(plan) { if $0.number >= 6 { cancel() } }.report
    }
    let folder = bench.store.folder.appendingPathComponent("evaluations")
    let before = try await bench.workbench.evaluations().count
    let report = try await bench.workbench.sweep(plan).report
    #expect(try await bench.workbench.sweep(plan).report == report)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    // What was finished before is not kept a second time, and what says the same again is the same run.
    #expect((5...16).contains(before))
    #expect(try await bench.workbench.evaluations().count == 16)
  }

  @Test func theFolderHoldsTablesPlotsAndEveryEvaluation() async throws {
    let (bench, _) = try bench(), folder = bench.folder.url.appendingPathComponent("sweep")
    let (report, evaluations) = try await bench.workbench.sweep(try sweep(bench))
    try SweepFolder(creating: folder).write(report, evaluations)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["evaluations", "mIoU-aux-shots.png", "mIoU-aux-shots.svg", "mIoU-guidance.png", "mIoU-guidance.svg", "mIoU-seeds.png", "mIoU-seeds.svg", "sweep.csv", "sweep.json", "sweep.md"])
    let read = try JSONDecoder().decode(SweepReport.self, from: Data(contentsOf: folder.appendingPathComponent("sweep.json")))
    #expect(read == report)
    for (setting, reports) in zip(read.settings, evaluations) {
      for (file, evaluation) in zip(setting.files, reports) {
        #expect(try JSONDecoder().decode(EvaluationReport.self, from: Data(contentsOf: folder.appendingPathComponent(file))) == evaluation)
      }
    }
    let plot = try #require(report.plots.first { $0.name == "mIoU-guidance" }).plot
    #expect(plot.series.map(\.name) == ["aux-shots 1", "1-shot", "aux-shots 2"])
    #expect(plot.series[2].points.map(\.y) == [1, 3].map { report.settings[$0].result.value })
    let rows = report.csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 5 && rows.allSatisfy { $0.count == rows[0].count })
    #expect(rows[0].suffix(10).joined(separator: " ") == "sampler steps shots aux folds seeds episodes protocol generation_seed weights")
    #expect(rows[3].suffix(10).dropLast() == ["ddim", "2", "1", "", "0 1", "3 4", "5", "hsnet", "7"])
    // What an axis varies is that of the first setting, not what nobody asked for.
    #expect(read.plan.options.guidance == 1 && read.plan.auxiliaryShots == 1 && read.plan.network == .dcama && read.plan.seed == 3)
    #expect(report.table.contains("| guidance | aux-shots | 1-shot mIoU | with generated |"))
  }

  /// What cannot be used is said before anything is generated.
  @Test func unusableWeightsAreFoundAtOnce() async throws {
    let (bench, generator) = try bench(), base = try sweep(bench)
    let folder = bench.folder.url.appendingPathComponent("models/bam")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("no weights".utf8).write(to: folder.appendingPathComponent("fold0.safetensors"))
    let plan = SweepPlan(base.base, folds: [0], seeds: [0], axes: [.networks([.dcama, .bam])])
    await #expect {
      try await bench.workbench.sweep(plan)
    } throws: { error in
      // Not the demo's, which is searched later.
      if case GenerationError.modelUnusable(let problem, _) = error { problem.contains("bam/fold0.safetensors is a server's answer or a note") } else { false }
    }
    #expect(generator.generated.withLock { $0 } == 0)
  }

  /// BAM's weighting of supports is made for one number of them.
  @Test func supportsTooManyAreFoundAtOnce() async throws {
    let (bench, generator) = try bench()
    let folder = bench.folder.url.appendingPathComponent("models/bam")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: folder.appendingPathComponent("fold0.safetensors"),
      withDestinationURL: Golden.projectRoot.appendingPathComponent("Assets/demo/bam/fold0.safetensors"))
    let base = try sweep(bench).base
    let plan = SweepPlan(base, folds: [0], seeds: [0], axes: [.networks([.bam]), .auxiliaryShots([4, 2])])
    func isRefusal(_ error: any Error) -> Bool { (error as? ModelError)?.message.contains("no 3 supports") == true }
    await #expect { try await bench.workbench.sweep(plan) } throws: { isRefusal($0) }
    var single = base
    (single.network, single.auxiliaryShots) = (.bam, 2)
    await #expect { try await bench.workbench.evaluate(single) } throws: { isRefusal($0) }
    #expect(generator.generated.withLock { $0 } == 0)
  }
}
