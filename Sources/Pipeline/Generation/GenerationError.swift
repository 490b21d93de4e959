import Core

/// What can go wrong with conditions, models, generated supports, the store and the queue; each case carries the facts.
public enum GenerationError: Explained, Hashable, Sendable {
  /// A control image would show nothing of the object, so that nothing could be generated from it.
  case noObject(condition: String, reason: String, advice: String)
  /// An image or its mask is no longer the one that a request was made for.
  case sourceChanged(item: String)
  /// No model of a kind was found in the places searched; `remedy` says how one is got, where that is known.
  case modelMissing(what: String, searched: [String], remedy: String? = nil)
  /// A word names neither a model of the catalogue nor a repository; `nearest` is the name that may have been meant.
  case unknownModelName(name: String, nearest: String?, names: [String])
  /// A model was found and cannot be used; the problem names its path.
  case modelUnusable(problem: String, hint: String?)
  /// Something could not be fetched from a server; `kept` says whether a part of it has arrived.
  case fetchFailed(address: String, reason: String, kept: Bool)
  /// A server that no connection is had to.
  case serverUnreachable(server: String, reason: String, kept: Bool)
  /// What is fetched cannot be written into the cache; `kept` as above.
  case cacheUnwritable(path: String, reason: String, kept: Bool)
  /// A repository that the server does not give out; `home` is where its content is now, if that is known.
  case repositoryClosed(name: String, reason: String, home: String?)
  /// A network's output holds NaN or infinity.
  case notANumber(what: String)
  /// An image's name would be outside the folder that it is to be written to.
  case nameEscapesFolder(name: String, folder: String)
  /// A file that this program did not write is where an image is to be written.
  case foreignFile(path: String)
  /// The same of an archive.
  case foreignArchive(path: String, reason: String)
  /// An image does not say how it was made.
  case notOurs(path: String)
  /// A control image, where one that was generated from it is meant.
  case controlImage(path: String)
  /// An image was generated from control images of the user's own, where a data set's is meant.
  case notASupport(path: String)
  /// The control image that led to an image is neither beside it nor among the `given` ones.
  case controlMissing(path: String, file: String, given: Int)
  /// Files that an image of the user's own was generated from are neither beside it nor given, by their names, and its control image is neither.
  case sourceMissing(path: String, files: [String])
  /// The SQLite store cannot be opened, read or written.
  case storeUnusable(path: String, reason: String)
  /// The SQLite store's file is damaged; the next opening sets it aside.
  case storeDamaged(path: String)
  /// An engine was named in a way that is not understood.
  case engineSetting(text: String, reason: String)
  /// An engine's process has ended, hangs, or answers what is no answer; `lastWords` is the end of what it wrote on its standard error,
  /// `wasKilled` says that a signal ended it, which says nothing of whether it works.
  case engineLost(engine: String, reason: String, lastWords: String?, wasKilled: Bool = false)
  /// An engine that goes on does not do what it is asked for; `isEverywhere` where it would refuse that on any machine.
  case engineRefused(engine: String, reason: String, isEverywhere: Bool, advice: String?)
  /// Files of weights are not what they were when an image was begun.
  case weightsChanged(names: [String])
  /// Options that do not go together.
  case optionsClash(problem: String)
  /// A queue has no job, or several, whose name begins so.
  case unknownJob(name: String, matches: Int)

  public var message: String {
    switch self {
    case .noObject(let condition, let reason, _): "the \(condition) control image would show no object: \(reason)"
    case .sourceChanged(let item): "\(item) or its mask has changed since the request was made"
    case .modelMissing(let what, _, _): "no \(what) found"
    case .unknownModelName(let name, _, _): "\"\(PlainText.clean(name))\" is no model that has a short name, and no ORG/NAME"
    case .modelUnusable(let problem, _): problem
    case .fetchFailed(let address, let reason, _): "cannot fetch \(address): \(reason)"
    case .serverUnreachable(let server, let reason, _): "\(server) cannot be reached: \(reason)"
    case .cacheUnwritable(let path, let reason, _): "cannot write \(path): \(reason)"
    case .repositoryClosed(let name, let reason, _): "\(name) cannot be fetched: \(reason)"
    case .notANumber(let what): "\(what) holds NaN or infinity"
    case .nameEscapesFolder(let name, let folder): "\"\(name)\" cannot be the name of a file in \(folder)"
    case .foreignFile(let path): "\(path) is there, and is not an image of this program: it is left as it is"
    case .foreignArchive(let path, let reason): "\(path) is there, and is not an archive of this program (\(reason)): it is left as it is"
    case .notOurs(let path): "\(path) does not say how it was generated"
    case .controlImage(let path): "\(path) is a control image, from which images were generated"
    case .notASupport(let path): "\(path) was generated from a control image of its own, not for a support of a data set"
    case .controlMissing(let path, let file, let given):
      given == 0
        ? "the control image of \(path) is not beside it (\(file))" : "\(path) was generated from another control image than the ones given"
    case .sourceMissing(let path, let files):
      "\(path) was generated from \(files.joined(separator: " and ")), which \(files.count == 1 ? "is" : "are") neither beside it nor given"
    case .storeUnusable(let path, let reason): "the store \(path) cannot be used: \(reason)"
    case .storeDamaged(let path): "the store \(path) is damaged"
    case .engineSetting(let text, let reason): "the engine \"\(PlainText.clean(text))\" is not understood: \(PlainText.clean(reason))"
    case .engineLost(let engine, let reason, let lastWords, _):
      "the engine \(PlainText.clean(engine)) was lost: \(reason)\(lastWords.map { "; its last words: \($0)" } ?? "")"
    case .engineRefused(let engine, let reason, _, _): "the engine \(PlainText.clean(engine)) refuses: \(reason)"
    case .weightsChanged(let names): "the weights of \(names.joined(separator: ", ")) have changed while the image was made: it is not kept"
    case .optionsClash(let problem): problem
    case .unknownJob(let name, let matches):
      matches == 0 ? "there is no job \(PlainText.clean(name))" : "\(matches) jobs have a name that begins with \(PlainText.clean(name))"
    }
  }

  public var hint: String? {
    switch self {
    case .noObject(_, _, let advice): advice
    case .sourceChanged: "make the request again"
    case .modelMissing(_, let searched, let remedy):
      (remedy.map { "\($0); " } ?? "")
        + (searched.isEmpty
          ? "give a folder with --models DIR or in $DIFFSS_MODELS"
          : "searched: \(searched.joined(separator: ", ")); `diffss models list` tells what is there; give another folder with --models DIR")
    case .unknownModelName(_, let nearest, let names):
      (nearest.map { "did you mean \($0)? " } ?? "")
        + "there are \(names.joined(separator: ", ")); any other repository is named as ORG/NAME"
    case .modelUnusable(_, let hint): hint
    case .fetchFailed(_, _, let kept): Self.kept(kept) + "check the name, the network, $HF_ENDPOINT and $HF_TOKEN"
    case .serverUnreachable(_, _, let kept):
      Self.kept(kept)
        + "check the network and $https_proxy, or name a mirror in $HF_ENDPOINT; what another machine has fetched can be copied: give its folder with --models DIR"
    case .cacheUnwritable(_, _, let kept): Self.kept(kept) + "make room there or see to its permissions, or point $HF_HOME at another disk"
    case .repositoryClosed(_, _, let home?): "its content is at \(home) now: diffss models pull \(home)"
    case .repositoryClosed(_, _, nil):
      "check the name on the server's pages; a model that wants its conditions accepted needs that, and $HF_TOKEN of who did; Stable Diffusion 1.5 is at \(MovedRepositories.stableDiffusion)"
    case .notANumber: "check the weights: their files may be damaged, or hold values beyond half precision"
    case .nameEscapesFolder: "names of images must be relative, without \"..\" and empty steps; correct the list or the annotations"
    case .foreignFile, .foreignArchive: "move it away, or write to another folder"
    case .notOurs:
      "diffss makes an image again by the request that it wrote into it: other programs' images have none, and many editors and converters "
        + "take it away; a request for an image of your own must also name its weights by digest, which the first versions did not"
    case .controlImage: "name the images that were generated from it"
    case .notASupport: "`diffss verify` makes it again; a data set's images are in the store and in folders of `diffss generate --dataset`"
    case .controlMissing: "give it with --control FILE, for several in any order"
    case .sourceMissing:
      "name the folder that they are in, as with --source ~/photos/, or each file under whatever name it has now (they are known by their bytes); "
        + "or give the control image with --control FILE"
    case .storeUnusable: "check free space and permissions, or choose another data folder with $XDG_DATA_HOME"
    case .storeDamaged: "start again: it is set aside then, and a new one is made from what the images say of themselves"
    case .engineSetting: "allowed: \(EngineChoice.allowed)"
    case .engineLost(_, _, let lastWords?, _) where lastWords.contains("ModuleNotFoundError"):
      "install what it needs into the Python that is named: pip install -r Assets/engines/requirements.txt (docs/engines.md)"
    case .engineLost: "what it wrote on its standard error is in logs/diffss.log of the data folder (docs/engines.md)"
    case .engineRefused(_, _, _, let advice): advice
    case .weightsChanged: "let nothing write to them while images are made; generate it again"
    case .optionsClash: nil
    case .unknownJob: "see the names with: diffss queue list --all"
    }
  }

  /// What a pull that failed has left.
  private static func kept(_ kept: Bool) -> String { kept ? "what has arrived is kept: the same command goes on from there; " : "" }

  public var ownReason: String {
    switch self {
    case .notOurs: "it does not say how it was generated"
    case .storeUnusable(_, let reason), .fetchFailed(_, let reason, _), .serverUnreachable(_, let reason, _),
      .cacheUnwritable(_, let reason, _):
      reason
    default: message
    }
  }
}
