import ArgumentParser
import Core
import Evaluation
import Foundation
import Generation
import Pipeline

/// Making nothing, but saying what it would cost.
struct DryRunOption: ParsableArguments {
  @Flag(
    name: .customLong("dry-run"),
    help: """
      Make nothing: say how many images there are to make, and what they cost in time, memory and bytes. One step is measured where none was \
      measured on this machine before.
      """)
  var isAsked = false

  /// What is measured: everything in a dry run; nothing beside a profile, whose figures it would be in.
  func measuring(_ usual: CostEstimator.Measuring, _ profile: ProfileOptions? = nil) -> CostEstimator.Measuring {
    isAsked ? .always : profile?.isAsked == true ? .never : usual
  }
}

/// What images cost, said before they are made.
enum CostNote {
  /// Reckons it; ended on Ctrl-C. Throws what measuring does in a dry run, and `ExitStatus.interrupted`.
  static func cost(
    _ works: [ImageWork], _ workbench: Workbench, _ measuring: CostEstimator.Measuring, written: ImageFormat? = nil
  ) async throws -> WorkCost {
    let work = Task { try await workbench.cost(works, measuring, written: written) { printError("\(PlainText.clean($0)) ...") } }
    Interrupt.shared.onRequest { work.cancel() }
    do {
      return try await work.value
    } catch is CancellationError where Interrupt.shared.isRequested { throw ExitStatus.interrupted }
  }

  /// Says it on standard error, and warns where it does not fit: on the disk of `folders`, or into memory.
  static func say(_ cost: WorkCost, into folders: [URL], hint: String = "--dry-run measures a step") {
    guard cost.images > 0 else { return }
    printError("cost: \(PlainText.clean(cost.text(hint: hint)))")
    // Copies go to the first of two folders, the store's images to the last.
    let bytes = [cost.written, cost.stored].compactMap { $0 }.suffix(folders.count)
    for (folder, need) in zip(folders, bytes) {
      guard let free = DiskSpace.free(at: existing(folder).appendingPathComponent("image")), free < need else { continue }
      warn("\(PlainText.clean(folder.path)) has room for \(ByteText.decimal(free)) of about \(ByteText.decimal(need))")
    }
  }

  /// The whole of a dry run: one line, or a JSON document, on standard output.
  static func tell(_ cost: WorkCost, json: Bool = false) throws {
    print(json ? try CanonicalJSON.text(cost) : PlainText.clean(cost.text(hint: "it could not be measured")))
  }

  /// The folder, or the nearest one around it that is there.
  private static func existing(_ folder: URL) -> URL {
    var place = folder.absoluteURL.standardizedFileURL
    while place.path != "/", !FileManager.default.fileExists(atPath: place.path) { place.deleteLastPathComponent() }
    return place
  }
}

/// Says what the images of evaluations cost; true where that is all that was asked for.
func ends(_ dry: DryRunOption, _ profile: ProfileOptions, _ plans: [EvaluationPlan], _ workbench: Workbench) async throws -> Bool {
  let works = try await workbench.imageWorks(of: plans)
  let cost = try await CostNote.cost(works, workbench, dry.measuring(.worthwhile, profile))
  if dry.isAsked {
    try CostNote.tell(cost)
  } else if !works.isEmpty {
    CostNote.say(cost, into: [workbench.store.folder])
  }
  return dry.isAsked
}

extension ImageWork {
  /// The images of a run whose files are not in its folder yet, and the number of the others. In archives nobody looks.
  static func of(_ run: SupportRun, into folder: URL, _ packing: Packing) -> (work: ImageWork, present: Int) {
    let own = run.supports.enumerated().filter { run.shard.contains(position: $0.offset) }.map(\.element)
    var missing = 0
    for support in own {
      for number in 0..<run.shots {
        let file = folder.appendingPathComponent("\(support.item.id)_\(support.classIndex)_\(number).\(run.format.rawValue)")
        if packing != .none || !FileManager.default.fileExists(atPath: file.path) { missing += 1 }
      }
    }
    return (ImageWork(run.options, count: missing, samples: own), own.count * run.shots - missing)
  }
}
