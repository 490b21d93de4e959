import Core
import Data
import Foundation
import Generation
import Models

/// What `diffss doctor` can tell of the machine, the weights and the data sets.
public enum Diagnosis {
  /// Looks at everything but the terminal; `absent` are folders of models that are named and not there, in sentences. Reads weights once for their
  /// SHA-256, which is remembered.
  public static func findings(models: ModelLibrary, absent: [String] = [], sources: [DatasetSource]) -> [Finding] {
    let missing = absent.map { Finding("weights", .broken, $0, advice: "correct the name, or leave it out: nothing is looked for there") }
    return [processor, blas, memory, configuration, state] + missing + weights(models)
      + sources.compactMap { demoWeights(models, on: $0.kind) } + sources.map(data)
  }

  private static var configuration: Finding {
    let file = UserSettings.standardFile.path
    switch UserSettings.standard {
    case .success where FileManager.default.fileExists(atPath: file): return Finding("configuration", .fine, file)
    case .success: return Finding("configuration", .fine, "none (\(file))")
    case .failure(let error): return Finding("configuration", .broken, error.message, advice: error.hint)
    }
  }

  private static var processor: Finding {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    #if arch(x86_64)
      let flags = cpuField("flags").map { Set($0.split(separator: " ")) } ?? []
      let missing = ["avx2", "fma", "f16c"].filter { !flags.contains(Substring($0)) }
      guard missing.isEmpty else {
        return Finding(
          "processor", .limited, "no \(missing.joined(separator: ", ")): the plain kernels run, several times slower",
          advice: "use a machine of 2015 or later (x86-64-v3), or arm64")
      }
    #endif
    let sets = KernelSet.available.map(\.name).joined(separator: ", ")
    return Finding(
      "processor", .fine,
      "\(cpuField("model name") ?? "unknown"), \(Counted(cores, "core")), \(Counted(Compute.threads, "thread")) used, kernels \(KernelSet.current) of \(sets)")
  }

  private static var blas: Finding {
    Finding("BLAS", .fine, "\(Compute.library), one thread a call: \(Compute.threads) of our own share the work")
  }

  private static var memory: Finding {
    let needed = 8.0
    guard let total = memoryField("MemTotal"), let free = memoryField("MemAvailable") else {
      return Finding("memory", .limited, "unknown", advice: "/proc/meminfo cannot be read")
    }
    let text = String(format: "%.1f GB of %.1f GB available", free, total)
    return free >= needed
      ? Finding("memory", .fine, text)
      : Finding("memory", .limited, text, advice: "the demo runs; Stable Diffusion 1.5 at 512x512 wants about \(Int(needed)) GB")
  }

  /// The data folder: can it be written, and how much room is there.
  private static var state: Finding {
    let folder = DataFolder.standard()
    do {
      _ = try Store(folder: folder)
    } catch {
      return Finding(
        "state", .broken, "\(folder.path): \(error.reason)", advice: "point XDG_DATA_HOME at a folder that you may write to")
    }
    let free = (try? FileManager.default.attributesOfFileSystem(forPath: folder.path)[.systemFreeSize] as? NSNumber)?.doubleValue
    guard let free else { return Finding("state", .fine, folder.path) }
    let text = String(format: "%@, %.1f GB free", folder.path, free / 1e9)
    return free < 1e9
      ? Finding("state", .limited, text, advice: "a generated support takes up to 1 MB; make room") : Finding("state", .fine, text)
  }

  private static func weights(_ models: ModelLibrary) -> [Finding] {
    let entries = models.entries, unusable = models.unusable
    guard !entries.isEmpty || !unusable.isEmpty else {
      return [Finding("weights", .broken, "none found", advice: "give their folder with --models, or reinstall the demo's (Assets/demo)")]
    }
    return entries.map { weights($0, models) }
      + unusable.map { model in
        Finding(
          "weights", model.isDamaged ? .broken : .limited,
          PlainText.clean("\(model.title): \(model.id) (\(model.origin.rawValue)): \(model.isDamaged ? "" : "not used, ")\(model.problem)"),
          advice: model.hint.map(PlainText.clean))
      }
  }

  private static func weights(_ entry: ModelEntry, _ models: ModelLibrary) -> Finding {
    let name = PlainText.clean("\(entry.kind.title): \(entry.id) (\(entry.origin.rawValue))")
    do {
      if let problem = try ModelLibrary.problem(of: entry) {
        return Finding(
          "weights", .broken, "\(name): \(PlainText.clean(problem.text))",
          advice: problem.hint.map(PlainText.clean) ?? "see the whole of it with: diffss models info \(PlainText.clean(entry.id))")
      }
      let bytes = try models.bytes(of: entry.id), digest = try models.digest(of: entry.id)
      let text = name + String(format: ", %.1f MB, SHA-256 ", Double(bytes) / 1e6) + digest.prefix(12)
      guard let available = MachineMemory.available, bytes > available else { return Finding("weights", .fine, text) }
      return Finding(
        "weights", .limited, text + String(format: ": more than the %.1f GB of memory available", Double(available) / 1e9),
        advice: entry.kind == .diffusion ? "--low-memory takes about half" : "use a machine with more memory")
    } catch let error as ModelError {
      return Finding("weights", .broken, "\(name): \(PlainText.clean(error.summary))", advice: error.hint)
    } catch let error as any Explained {
      return Finding("weights", .broken, "\(name): \(error.message)", advice: error.hint)
    } catch {
      return Finding("weights", .broken, "\(name): \(PlainText.clean("\(error)"))", advice: "fetch or copy it again")
    }
  }

  /// The demo's weights that would work on another data set where nobody chooses; nil without any.
  private static func demoWeights(_ models: ModelLibrary, on kind: DatasetKind) -> Finding? {
    let generating = ConditionType.allCases.compactMap { models.demoWeights(on: kind.rawValue, generating: models.menu.defaults(for: $0)) }
    let segmenting = SegmentationNetwork.allCases.flatMap { network in
      (0..<FoldRule.folds).compactMap { models.demoWeights(on: kind.rawValue, segmenting: network, fold: $0) }
    }
    guard let found = DemoWeights(generating + segmenting) else { return nil }
    return Finding(
      "weights for \(kind.rawValue)", .limited, found.remark, advice: "give real ones with --models or in $DIFFSS_MODELS: docs/checkpoints.md")
  }

  private static func data(_ source: DatasetSource) -> Finding {
    do {
      let dataset = try Datasets.open(source)
      let images = "\(Counted(dataset.items.count, "image")) (split \(dataset.split.rawValue))"
      let text = "\(dataset.name): \(images), \(Counted(dataset.classes.count, "class", "classes")), \(Counted(dataset.folds, "fold"))"
      guard !dataset.problems.isEmpty else { return Finding("data set", .fine, text) }
      return Finding(
        "data set", .limited, text + "; \(Counted(dataset.problems.count, "file is wrong", "files are wrong"))", advice: "see which with: diffss dataset info --dataset \(dataset.name)")
    } catch let error as any Explained {
      return Finding("data set", .broken, error.message, advice: error.hint)
    } catch {
      return Finding("data set", .broken, "\(error)")
    }
  }

  private static func cpuField(_ name: String) -> String? { field(name, in: "/proc/cpuinfo") }

  /// In units of 10⁹ bytes.
  private static func memoryField(_ name: String) -> Double? {
    field(name, in: "/proc/meminfo").flatMap { Double($0.prefix { $0.isNumber }) }.map { $0 * 1024 / 1e9 }
  }

  private static func field(_ name: String, in file: String) -> String? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name {
        return parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }
}
