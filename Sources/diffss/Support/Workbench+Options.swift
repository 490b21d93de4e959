import Core
import Foundation
import Generation
import Pipeline

extension Store {
  /// The standard store; says so when a damaged one was set aside.
  static func opened() throws -> Store {
    let store = try Store()
    if let recovery = store.recovery { printError("warning: \(recovery.message)") }
    return store
  }
}

extension Workbench {
  /// The workbench that the options ask for, with the standard store; `models` may name weights by their paths, which are looked at before all others.
  static func open(
    _ data: DatasetOptions, _ runtime: RuntimeOptions, models: ModelFlags? = nil, workers: GenerationWorkers = GenerationWorkers(),
    readsMasksAsPublished: Bool = false
  ) throws -> Workbench {
    var source = data.source
    source.readsMasksAsPublished = readsMasksAsPublished
    let named = models?.named ?? NamedModels(), folders = named.places + runtime.modelFolders
    let files = named.files(ModelLibrary(folders: folders, for: data.dataset))
    let workbench = Workbench(
      dataset: try data.open(source), models: ModelLibrary(folders: folders, files: files, for: data.dataset, memory: runtime.memory),
      store: try .opened(), origin: JobOrigin(source: source, modelFolders: folders, memory: runtime.memory, files: files),
      workers: workers)
    let events = workbench.events()
    Task.detached {
      for await event in events {
        if case .remark(let text) = event { printError("note: \(PlainText.clean(text))") }
      }
    }
    return workbench
  }
}
