import Cluster
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
  /// The workbench that the options ask for; `models` may name weights by their paths, which are looked at before all others. The standard store
  /// when `store` is nil; with `isComplete` every image that is asked for is in it, and none is generated.
  static func open(
    _ data: DatasetOptions, _ runtime: RuntimeOptions, models: ModelFlags? = nil, workers: GenerationWorkers = GenerationWorkers(),
    store: Store? = nil, isComplete: Bool = false, readsMasksAsPublished: Bool = false
  ) throws -> Workbench {
    var source = data.source
    source.readsMasksAsPublished = readsMasksAsPublished
    let named = models?.named ?? NamedModels(), folders = named.places + runtime.modelFolders
    let files = named.files(ModelLibrary(folders: folders, for: data.dataset))
    let library = ModelLibrary(folders: folders, files: files, for: data.dataset, memory: runtime.memory), store = try store ?? .opened()
    let workbench = Workbench(
      dataset: try data.open(source), models: library, store: store,
      origin: JobOrigin(source: source, modelFolders: folders, memory: runtime.memory, files: files), workers: workers,
      generator: isComplete ? CollectedImages(library, store) : nil)
    let events = workbench.events()
    Task.detached {
      for await event in events {
        if case .remark(let text) = event { printError("note: \(PlainText.clean(text))") }
      }
    }
    return workbench
  }
}
