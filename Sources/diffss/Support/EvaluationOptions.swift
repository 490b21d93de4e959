import ArgumentParser
import Core
import Data
import Evaluation
import Foundation
import Generation
import Pipeline

/// Which episodes are segmented, and where their generated supports come from.
struct EvaluationOptions: ParsableArguments {
  @OptionGroup var draws: EpisodeOptions

  @Flag(help: "Every fold, in place of --fold.")
  var allFolds = false

  @Option(help: "Real supports an episode.")
  var shots: Int = 1

  @Option(help: ArgumentHelp(
    "Pre-generated supports: a folder of `diffss generate --out` with its files and tar archives, or one archive, read as the published loader does: NAME_CLASS_K.jpg, else .png, else the real support. When absent they come from the store and missing ones are generated.", valueName: "path"))
  var aux: String?

  @Option(help: "Number of episodes.")
  var episodes: Int = 500

  @Option(help: ArgumentHelp("Episodes saved by `diffss dataset list --out`, in place of drawn ones; fold and --shots are theirs, another --fold is refused.", valueName: "file"))
  var episodeList: String?

  @Option(help: "Which of a fold's classes the mean is over: present, those that have episodes; or all, one without counting 0, as in the published code.")
  var classMean: ClassMean = .present

  @Option(help: "Seed of the generated supports' noise, and of the draw of the episodes unless --seeds says otherwise.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Seeds of the draw of the episodes, one pass each (BAM publishes five); --seed is the noise's.", valueName: "n,n,..."))
  var seeds: CommaList<UInt64>?

  func validate() throws {
    if !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
    if !(1...1_000_000).contains(episodes) { throw ValidationError("--episodes must be 1...1000000") }
    if episodeList != nil && (allFolds || seeds != nil) { throw ValidationError("--episode-list has its own fold and seed") }
  }

  /// Folds and seeds of the episodes, and a plan for the first of each with `auxiliaryShots` supports generated with `options`.
  func plan(
    _ data: DatasetOptions, _ workbench: Workbench, options: GenerationOptions, auxiliaryShots: Int
  ) throws -> (plan: EvaluationPlan, folds: [Int], seeds: [UInt64]) {
    if allFolds, let fold = data.givenFold { throw ValidationError("--fold \(fold) and --all-folds: give one of them") }
    let saved = try episodeList.map { try EpisodeList(URL(fileURLWithPath: $0), for: workbench.dataset, fold: data.givenFold) }
    let draw = saved?.draw ?? draws.draw(shots: shots, seed: seeds?.values.first ?? seed)
    let folds = allFolds ? Array(0..<workbench.dataset.folds) : [saved?.fold ?? data.fold]
    // Else its weights would be missed first.
    if let fold = folds.first(where: { !(0..<workbench.dataset.folds).contains($0) }) {
      throw DataError.unknownFold(fold: fold, dataset: workbench.dataset.name, folds: workbench.dataset.folds)
    }
    // A list of one fold is found before hours are spent on it.
    if saved == nil, draw.lists != nil { for fold in folds { _ = try EpisodeSampler(workbench.dataset, fold: fold, draw) } }
    let plan = EvaluationPlan(
      fold: saved?.fold ?? data.fold, shots: draw.shots, auxiliaryShots: auxiliaryShots, options: options, episodes: episodes,
      episodeProtocol: draw.episodeProtocol, seed: draw.seed, workers: draw.workers, lists: draw.lists, episodeList: episodeList,
      auxiliaryFolder: aux, classMean: classMean == .present ? nil : classMean)
    return (plan, folds, seeds?.values ?? [plan.seed])
  }

  /// Says on standard error which settings decide nothing beside --aux.
  func warn(unusedBesideAux given: [Setting.ID]) {
    guard aux != nil, !given.isEmpty else { return }
    let names = Set(given).map { "--\($0.rawValue)" }.sorted().joined(separator: ", ")
    diffss.warn("\(names) \(Set(given).count == 1 ? "means" : "mean") nothing beside --aux, whose images are made already")
  }

  /// Says on standard error what is in the way of the episodes, before hours are spent on them.
  func warn(_ plan: EvaluationPlan, folds: [Int], _ workbench: Workbench) throws {
    let dataset = workbench.dataset
    if let episodeList {
      diffss.warn(ListCheck.problems(of: try EpisodeList(URL(fileURLWithPath: episodeList), for: dataset).episodes, in: dataset))
    } else {
      for fold in folds { diffss.warn(try ListCheck.problems(plan.draw, fold: fold, of: dataset)) }
    }
  }

  /// Throws `ExitStatus.someFailed` where episodes were left out, and says on standard error how many; `parts` are whole ones that were, in sentences.
  func failIfLeftOut(_ reports: [EvaluationReport], parts: [String]?) throws {
    let leftOut = reports.reduce(0) { $0 + ($1.leftOut?.count ?? 0) }
    for part in parts ?? [] { report(message: PlainText.clean(part), hint: "mend or complete its files, or leave it out of the command") }
    if leftOut == 0, parts != nil { throw ExitStatus.someFailed }
    guard leftOut > 0 else { return }
    let all = leftOut + reports.reduce(0) { $0 + $1.episodes.count }
    let first = reports.compactMap { $0.leftOutReasons.first }.first
    let verbs = leftOut == 1 ? "could not be evaluated and is" : "could not be evaluated and are"
    report(
      message: "\(leftOut) of \(Counted(all, "episode")) \(verbs) in no figure, the first: \(PlainText.clean(first?.reason ?? ""))",
      hint: "mend or complete the files and give the same command again: it goes on with these episodes")
    throw ExitStatus.someFailed
  }

  /// Says on standard error how many images a folder lacks.
  func reportMissing(_ reports: [EvaluationReport]) {
    for report in reports {
      if let missing = report.missingAuxiliaries, missing > 0 {
        let supports = Counted(missing, "generated support is", "generated supports are")
        printError("\(supports) not in \(aux ?? ""): the real support stood for each, as in the published loader")
      }
    }
  }
}
