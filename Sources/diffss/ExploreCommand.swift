import ArgumentParser
import Foundation
import Pipeline
import TUI

struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Browse episodes, paint supports and read IoU on the terminal (the default).")

  @OptionGroup var data: DatasetOptions
  @OptionGroup var runtime: RuntimeOptions

  func run() throws {
    runtime.apply()
    let status = try runExplorer(options: ExplorerOptions(
      dataset: data.dataset, root: data.rootURL, fold: data.fold, models: runtime.modelFolders,
      memory: runtime.memory))
    // Not `exit`: a thread may be inside a network, and what runs at exit would take OpenBLAS away under it.
    fflush(nil)
    _exit(status)
  }
}
