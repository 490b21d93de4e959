import Foundation
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
  /// The workbench that the options ask for, with the standard store. `models` are places to look for models in before all others.
  static func open(
    _ data: DatasetOptions, _ runtime: RuntimeOptions, models: [URL] = [], readsMasksAsPublished: Bool = false
  ) throws -> Workbench {
    var source = data.source
    source.readsMasksAsPublished = readsMasksAsPublished
    let folders = models + runtime.modelFolders
    return Workbench(
      dataset: try data.open(source),
      models: ModelLibrary(folders: folders, for: data.dataset, memory: runtime.memory), store: try .opened(),
      origin: JobOrigin(source: source, modelFolders: folders, memory: runtime.memory))
  }
}
