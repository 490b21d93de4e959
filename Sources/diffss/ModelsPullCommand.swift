import ArgumentParser
import Core
import Evaluation
import Foundation
import Generation

extension ModelsCommand {
  struct Pull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "pull",
      abstract: "Fetch models from Hugging Face, or $HF_ENDPOINT, into its cache; without a name, list those that have a short one.",
      discussion: """
        How much is fetched is said before. Without --file the parts that diffss needs are fetched: of a diffusers model its networks, tokenizer \
        and scheduler, of a ControlNet its weights and configuration. A pull that was broken off goes on where it was. $HF_TOKEN opens private \
        models.
        """
          + String.examples(
            "diffss models pull", "diffss models pull sd15 controlnet-seg",
            "diffss models pull lllyasviel/ControlNet-v1-1 --file control_v11p_sd15_seg.pth"))

    @Argument(help: "Short names, such as sd15 and controlnet-seg, or ORG/NAME.")
    var names: [String] = []

    @OptionGroup(title: "Data") var choice: FileChoice
    @Flag(
      name: .customLong("dry-run"),
      help: """
        Fetch nothing: say what would be fetched, from where and how much. Short names are in the program's own table and need no network; of \
        ORG/NAME, and with --file or --revision, the server is asked.
        """)
    var isDryRun = false

    @OptionGroup(title: "Machine") var runtime: RuntimeOptions

    /// Which part of a repository.
    struct FileChoice: ParsableArguments {
      @Option(help: ArgumentHelp("A file of the repository; repeat for several.", valueName: "path"))
      var file: [String] = []
      @Option(help: "Branch, tag or commit.")
      var revision = Self.usualRevision

      static let usualRevision = "main"
    }

    func validate() throws {
      if isDryRun, names.isEmpty { throw ValidationError("--dry-run needs a name; `diffss models pull` lists the short ones") }
      if choice.revision != FileChoice.usualRevision, names.isEmpty {
        throw ValidationError("--revision needs a name; `diffss models pull` lists the short ones")
      }
      if !choice.file.isEmpty, names.count != 1 { throw ValidationError("--file is of one repository: name that one") }
    }

    func run() async throws {
      let catalogue = try ModelCatalogue.standard.get()
      if names.isEmpty { return try list(catalogue) }
      // A name that is none, or a server that says no, is found before anything is fetched.
      let models = try names.map(catalogue.model), pulls = try models.map { HubPull(try HubRepository($0.repository)) }
      if isDryRun { return try await estimate(Array(zip(models, pulls))) }
      var offers: [HubPull.Offer] = []
      for (model, pull) in zip(models, pulls) {
        let offer = try await pull.offer(names: choice.file.isEmpty ? model.files ?? [] : choice.file, revision: choice.revision)
        say(offer, of: model, as: printError)
        offers.append(offer)
      }
      let missing = offers.reduce(0) { $0 + $1.missing }
      if offers.count > 1, missing > 0 {
        printError("in all \(ByteText.decimal(missing)): \(Self.time(missing))")
      }
      try await fetch(Array(zip(zip(models, pulls), offers)).map { ($0.0.0, $0.0.1, $0.1) })
    }

    /// Prints what would be fetched: by the table of short names where it knows, else by what the server has.
    private func estimate(_ work: [(model: ModelCatalogue.Model, pull: HubPull)]) async throws {
      let library = ModelLibrary(folders: runtime.modelFolders),
        isWhole = choice.file.isEmpty && choice.revision == FileChoice.usualRevision
      var missing = 0, isOfTable = false
      for (model, pull) in work {
        if isWhole, let megabytes = model.megabytes {
          let bytes = Int(megabytes * 1e6), isHere = library.has(model), licence = model.licence.map { " (licence \($0))" } ?? ""
          print("\(model.name): \(ByteText.decimal(bytes)) of \(model.repository)\(licence): \(isHere ? "here already" : Self.time(bytes))")
          missing += isHere ? 0 : bytes
          isOfTable = true
        } else {
          printError("asking \(PlainText.clean(pull.server)) what \(PlainText.clean(model.repository)) has ...")
          let offer = try await pull.offer(names: choice.file.isEmpty ? model.files ?? [] : choice.file, revision: choice.revision)
          say(offer, of: model, as: { print($0) })
          missing += offer.missing
        }
      }
      if work.count > 1, missing > 0 { print("in all \(ByteText.decimal(missing)): \(Self.time(missing))") }
      if isOfTable { printError("note: the sizes of short names are those of the repositories' pages; no server was asked for them") }
    }

    /// Prints the folder of each; one that fails stops no other. Throws an `ExitStatus`, or the error where nothing was fetched.
    private func fetch(_ work: [(model: ModelCatalogue.Model, pull: HubPull, offer: HubPull.Offer)]) async throws {
      let interrupt = Interrupt.shared
      var done = 0, failed = 0
      for (model, pull, offer) in work {
        let line = ProgressLine(work.count == 1 ? "fetching" : "fetching \(PlainText.clean(model.name))", unit: "MB")
        do {
          let folder = try await pull.fetch(offer) { progress in
            line.update(
              Double(progress.received) / 1e6, of: Double(progress.total) / 1e6, detail: "\(progress.finishedFiles)/\(progress.files) files"
            )
            return !interrupt.isRequested
          }
          line.finish()
          print(folder.path)
          done += 1
        } catch is CancellationError {
          line.finish()
          throw ExitStatus.interrupted
        } catch let error as any Explained where work.count > 1 {
          line.finish()
          report(error)
          failed += 1
        }
      }
      if failed > 0 { throw done > 0 ? ExitStatus.someFailed : .nothingDone }
    }

    // MARK: What is said

    /// How long so many bytes take, as far as nobody knows the line.
    private static func time(_ bytes: Int) -> String { "\(DurationText.estimate(Double(bytes) * 8 / 1e8)) at 100 Mbit/s" }

    /// Part by which a repository may differ from the catalogue's rounded size.
    private static let tolerance = 0.05

    private func say(_ offer: HubPull.Offer, of model: ModelCatalogue.Model, as write: (String) -> Void) {
      let name = PlainText.clean(model.name)
      let from = name == model.repository ? "" : " of \(model.repository)", licence = model.licence.map { " (licence \($0))" } ?? ""
      let files = "\(offer.count) file\(offer.count == 1 ? "" : "s")\(from)\(licence)"
      let state: String =
        switch offer.missing {
        case 0: "here already"
        case offer.total: Self.time(offer.missing)
        case let missing: "\(ByteText.decimal(missing)) of it to be fetched, \(Self.time(missing))"
        }
      write("\(name): \(ByteText.decimal(offer.total)) in \(files): \(state)")
      guard let usual = model.megabytes, choice.file.isEmpty, abs(Double(offer.total) / 1e6 - usual) > Self.tolerance * usual else {
        return
      }
      warn(
        "\(name): the server has \(ByteText.decimal(offer.total)), where \(model.size ?? "") are usual: the repository has changed, or $HF_ENDPOINT has another"
      )
    }

    private func list(_ catalogue: ModelCatalogue) throws {
      try runtime.apply()
      let library = ModelLibrary(folders: runtime.modelFolders)
      let rows = catalogue.models.map { model in
        [model.name, model.what, model.repository, model.size ?? "–", model.licence ?? "–", library.has(model) ? "yes" : "no"]
      }
      print(TextTable.markdown([["name", "what", "repository", "size", "licence", "here"]] + rows, flushLeft: [0, 1, 2, 4, 5]))
      print("\nAs the repositories' pages say it; read the licences there.\n\n\(catalogue.recipeLines.joined(separator: "\n"))")
    }
  }
}
