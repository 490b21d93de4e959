import ArgumentParser
import Core
import Evaluation
import Foundation
import Generation
import Pipeline

/// `diffss queue`: the queue that the explorer shows too.
struct QueueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "The queue of images to generate, which the explorer and these commands share.",
    discussion: """
      Jobs outlive the program that queued them. One process at a time works on the queue: an explorer, or `diffss queue run`. When it ends or
      dies, the jobs that it was at are interrupted, and the first to go on at the next start. Jobs are named by the first letters of their names.
      """
        + String.examples("diffss queue add --limit 10 --condition hed --shots 4", "diffss queue run", "diffss queue list --all"),
    subcommands: [List.self, Add.self, Run.self, Cancel.self, Retry.self, Priority.self, Pause.self, Resume.self],
    defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The jobs that wait, run or failed, in the order queued.",
      discussion: .examples(alone: true, "diffss queue list", "diffss queue list --all --json"))

    @Flag(help: "Also those that have finished and those that were cancelled.")
    var all = false
    @Flag(help: "Print one JSON document.")
    var json = false

    private struct Row: Encodable {
      let id: String
      let state: String
      let reason: String?
      let step: Int?
      let priority: Int
      let attempts: Int
      let seconds: Double
      let key: String?
      let request: GenerationRequest
    }

    func run() throws {
      let store = try Store.opened(), every = try store.jobs()
      let jobs = all ? every : every.filter { $0.state.isListed }
      if json {
        let rows = jobs.map { job in
          let step: Int? = if case .running(let step, _) = job.state { step } else { nil }
          return Row(
            id: "\(job.id)", state: job.state.word, reason: job.state.reason, step: step, priority: job.priority, attempts: job.attempts,
            seconds: job.elapsed, key: job.key, request: job.request)
        }
        return print(try CanonicalJSON.text(rows))
      }
      let rows = jobs.map { job in
        let request = job.request, source = request.source
        return [
          "\(job.id)".prefix(8).description, job.state.word, detail(job.state), job.priority == 0 ? "" : "\(job.priority)",
          PlainText.clean("\(source.dataset) \(source.item)"), "\(source.classIndex)", "\(source.number + 1)", request.condition.rawValue,
          request.sampler, "\(request.steps)", request.guidance.short, "\(request.seed)",
        ]
      }
      let head = [
        "job", "state", "detail", "priority", "support", "class", "image", "condition", "sampler", "steps", "guidance", "seed",
      ]
      print(rows.isEmpty ? "The queue is empty." : TextTable.markdown([head] + rows, flushLeft: [0, 1, 2, 4, 7, 8]))
      let ended = [("finished", every.count { $0.state == .finished }), ("cancelled", every.count(where: \.state.isCancelled))]
      let hidden = ended.filter { !all && $0.1 > 0 }.map { "\(Counted($0.1, "\($0.0) job"))" }
      if !hidden.isEmpty { print("\nNot shown: \(hidden.joined(separator: ", ")) (diffss queue list --all).") }
      if try store.isPaused { print("\nThe queue is paused: diffss queue resume") }
    }

    private func detail(_ state: JobState) -> String {
      if case .running(let step, let steps) = state { return "\(step)/\(steps)" }
      return PlainText.clean(state.reason ?? "")
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Queue images for the supports of a data set; `queue run` or an explorer generates them into the store.",
      discussion: .examples(
        alone: true, "diffss queue add --fold 0 --limit 10 --shots 4", "diffss queue add --list list.txt --condition scribble --priority 5",
        "diffss queue add --dataset coco --root /data/coco --dry-run"))

    @OptionGroup(title: "Data") var data: DatasetOptions
    @OptionGroup(title: "Data") var choice: SupportChoice
    @OptionGroup var flags: GenerationFlags
    @OptionGroup(title: "Models") var demo: DemoWeightsOption
    @OptionGroup(title: "Machine") var runtime: RuntimeOptions

    @Option(help: "Images for each support.")
    var shots: Int = 4
    @Option(help: "Seed of the noise; each image derives its own from it.")
    var seed: UInt64 = 0
    @Option(help: "Jobs of a higher priority are generated first.")
    var priority: Int = 0
    @OptionGroup var dry: DryRunOption

    func validate() throws {
      if !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
    }

    func run() async throws {
      try runtime.apply()
      let workbench = try Workbench.open(data, runtime, models: flags.others.models), dataset = workbench.dataset
      let options = try flags.options(workbench.models, seed: seed)
      demo.warn(workbench.models.demoWeights(on: dataset.name, generating: options))
      var added = 0, failed = 0
      let supports = try choice.supports(of: dataset, fold: data.fold)
      PromptRemarks.say(try await workbench.promptRemarks(options, classes: Set(supports.map(\.classIndex)).sorted()))
      let work = ImageWork(options, count: supports.count * shots, samples: supports)
      let cost = try await CostNote.cost([work], workbench, dry.measuring(.quick))
      if dry.isAsked { return try CostNote.tell(cost) }
      CostNote.say(cost, into: [workbench.store.folder])
      for support in supports {
        if Interrupt.shared.isRequested { throw ExitStatus.interrupted }
        do {
          let requests = try await workbench.requests(item: support.item, classIndex: support.classIndex, options: options, count: shots)
          added += try workbench.leave(requests, priority: priority).count
        } catch let error as any Explained {
          report(
            message: "\(PlainText.clean(support.item.id)): \(PlainText.clean(error.message))", hint: error.hint.map(PlainText.cleanLines))
          failed += 1
        }
      }
      print("\(Counted(added, "job")) queued")
      if failed > 0 { throw added > 0 ? ExitStatus.someFailed : ExitStatus.nothingDone }
    }
  }

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Work on the queue until it is empty; where another process works, wait for it and go on after it.",
      discussion: "Ctrl-C and SIGTERM interrupt the images under way; they are the first to go on at the next start."
        + String.examples("diffss queue run", "diffss queue run --threads 8 --jobs 2", "diffss queue run --engine torch:device=cuda:0"))

    @OptionGroup(title: "Machine") var threads: ThreadOptions
    @OptionGroup(title: "Machine") var workers: WorkerOptions
    @OptionGroup(title: "Machine") var profile: ProfileOptions
    @OptionGroup var dry: DryRunOption

    func run() async throws {
      try threads.apply()
      let store = try Store.opened(), workers = try workers.workers(), jobs = try store.jobs()
      let cost = WorkCost.of(jobs, store: store, workers: workers), hint = "`diffss queue add --dry-run` measures a step"
      if dry.isAsked {
        return print(cost.map { PlainText.clean($0.text(hint: hint)) } ?? "no job waits, or its data set cannot be opened")
      }
      if let cost { CostNote.say(cost, into: [store.folder], hint: hint) }
      try await profile.measure { try await QueueWatch(store: store, workers: workers).run() }
    }
  }

  struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Cancel jobs that wait or run, whoever works on them.")

    @OptionGroup var jobs: JobNames
    @Flag(help: "Every job that waits or runs.")
    var all = false

    func validate() throws { try jobs.validate(orAll: all, "--all") }

    func run() throws {
      let store = try Store.opened()
      print("\(Counted(try store.cancel(all ? nil : jobs.ids(in: store), reason: "by diffss queue cancel"), "job")) cancelled")
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Queue jobs again that failed or were cancelled.")

    @OptionGroup var jobs: JobNames
    @Flag(help: "Every job that failed.")
    var failed = false

    func validate() throws { try jobs.validate(orAll: failed, "--failed") }

    func run() throws {
      let store = try Store.opened()
      print("\(Counted(try store.retry(failed ? nil : jobs.ids(in: store)), "job")) queued again")
    }
  }

  struct Priority: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Set the priority of jobs that wait: higher ones are generated first.")

    @Option(help: "The priority; jobs have 0 unless told otherwise.")
    var set: Int
    @OptionGroup var jobs: JobNames

    func validate() throws { try jobs.validate(orAll: false, "") }

    func run() throws {
      let store = try Store.opened()
      print("\(Counted(try store.setPriority(set, jobs.ids(in: store)), "job has", "jobs have")) priority \(set)")
    }
  }

  struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let whoever works on the queue wait after the image under way.")

    func run() throws { try Store.opened().setPaused(true) }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a paused queue go on.")

    func run() throws { try Store.opened().setPaused(false) }
  }
}

/// Jobs by the first letters of their names.
struct JobNames: ParsableArguments {
  @Argument(help: "Jobs, by the first letters of the names that `queue list` shows.")
  var names: [String] = []

  func validate(orAll all: Bool, _ flag: String) throws {
    if all != names.isEmpty { throw ValidationError("name jobs\(flag.isEmpty ? "" : ", or give \(flag)")") }
  }

  /// Throws `GenerationError.unknownJob` for the first name that means no job or several.
  func ids(in store: Store) throws -> [JobID] { try store.ids(named: names) }
}

extension JobState {
  fileprivate var isCancelled: Bool { if case .cancelled = self { true } else { false } }

  /// Whether something is left to do of it, were it only to try again.
  fileprivate var isListed: Bool { self != .finished && !isCancelled }

  fileprivate var word: String {
    switch self {
    case .queued: "waiting"
    case .running: "running"
    case .interrupted: "interrupted"
    case .finished: "finished"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }
}
