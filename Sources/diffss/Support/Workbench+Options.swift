import Foundation
import Pipeline

extension Workbench {
  /// The workbench that the options ask for, with the standard store.
  static func open(_ data: DatasetOptions, _ runtime: RuntimeOptions, readsMasksAsPublished: Bool = false) throws -> Workbench {
    var source = data.source
    source.readsMasksAsPublished = readsMasksAsPublished
    return Workbench(
      dataset: try data.open(source),
      models: ModelLibrary(folders: runtime.modelFolders, for: data.dataset, memory: runtime.memory), store: try Store())
  }
}
