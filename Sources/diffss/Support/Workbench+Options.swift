import Foundation
import Pipeline

extension Workbench {
  /// The workbench that the options ask for, with the standard store.
  static func open(_ data: DatasetOptions, _ runtime: RuntimeOptions) throws -> Workbench {
    Workbench(
      dataset: try data.open(),
      models: ModelLibrary(folders: runtime.modelFolders, for: data.dataset, memory: runtime.memory), store: try Store())
  }
}
