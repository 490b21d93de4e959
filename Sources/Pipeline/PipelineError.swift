import Foundation

/// What can go wrong with data sets, requests, the store and evaluations; each case carries the facts.
public enum PipelineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A data set needs `--root` and none was given.
  case rootMissing(dataset: String, layout: String)
  /// The folder is not there, or does not look like the data set; `found` says what is missing.
  case wrongLayout(dataset: String, root: String, found: String, layout: String)
  /// A file that must be there is not, or cannot be read.
  case unreadableFile(path: String, reason: String)
  /// A file cannot be written.
  case unwritableFile(path: String, reason: String)
  /// A file is there but its content breaks its own format.
  case malformedFile(path: String, reason: String)
  /// An image and its mask have different sizes.
  case sizeMismatch(image: String, imageSize: String, mask: String, maskSize: String)
  /// Annotation files of one data set that do not list the same categories; `name` is in the first or in the second alone.
  case categoriesDiffer(first: String, second: String, name: String)
  /// A name in a list or an annotation file would leave the data set's folder.
  case nameEscapesRoot(name: String, file: String)
  /// There is no such item in the data set.
  case unknownItem(id: String, dataset: String)
  /// There is no such class in the data set.
  case unknownClass(index: Int, dataset: String, count: Int)
  /// There is no such fold in the data set.
  case unknownFold(fold: Int, dataset: String, folds: Int)
  /// A setting is outside its range.
  case badSetting(name: String, value: String, allowed: String)
  /// A mask holds no pixel of any class.
  case emptyMask(name: String)
  /// A mask holds classes, but not the one asked for.
  case classAbsent(index: Int, name: String, present: [Int])
  /// An episode's query is among its supports: its class has too few pictures for the protocol that drew it.
  case queryIsSupport(name: String, classIndex: Int)
  /// No class of a fold has the two pictures that an episode needs; `source` is the list or the data set.
  case nothingToDraw(source: String, classes: Int)
  /// Not one episode of an evaluation could be evaluated; `reason` is the first one's.
  case nothingEvaluated(episodes: Int, first: String, reason: String, hint: String?)
  /// A mask file of which nobody can tell which pixels are meant; `found` names the values in it.
  case unclearMask(name: String, found: String)
  /// A control image would show nothing of the object, so that nothing could be painted from it.
  case noObject(condition: String, reason: String, advice: String)
  /// A class that has no name to make a prompt of.
  case namelessClass(index: Int)
  /// A folder is laid out like none of the data sets.
  case unknownLayout(root: String)
  /// A picture or its mask is no longer the one that a request was made for.
  case sourceChanged(item: String)
  /// No model of a kind was found in the places searched.
  case modelMissing(what: String, searched: [String])
  /// A model was found and cannot be used; the problem names its path.
  case modelUnusable(problem: String, hint: String?)
  /// Something could not be fetched from a server; `kept` says whether a part of it has arrived.
  case fetchFailed(address: String, reason: String, kept: Bool)
  /// A repository that the server does not give out; `home` is where its content is now, if that is known.
  case repositoryClosed(name: String, reason: String, home: String?)
  /// A network's output holds NaN or infinity.
  case notANumber(what: String)
  /// A folder of published lists does not hold the one needed.
  case listMissing(names: [String], folder: String)
  /// A list names pictures that the data set does not have, and cannot do without.
  case notInDataset(list: String, missing: Int, of: Int, first: String)
  /// A list is of another part of the data set than the one asked for; `of` is nil where it is of no single one.
  case foreignList(list: String, of: String?, asked: String)
  /// A picture is so long that its shorter side vanishes in a network's input square.
  case tooNarrow(width: Int, height: Int, side: Int)
  /// A file or folder cannot be written; nothing is left behind.
  case cannotWrite(path: String, reason: String)
  /// A picture's name would lie outside the folder that it is to be written to.
  case nameEscapesFolder(name: String, folder: String)
  /// A file that this program did not write stands where a picture is to be written.
  case foreignFile(path: String)
  /// A picture does not say how it was made.
  case notOurs(path: String)
  /// A picture was painted from control images of the user's own, where a data set's is meant.
  case notASupport(path: String)
  /// The control image that led to a picture is neither beside it nor among the `given` ones.
  case controlMissing(path: String, file: String, given: Int)
  /// The user's configuration file is no TOML, or sets something that cannot be.
  case badConfiguration(path: String, reason: String)
  /// The SQLite store cannot be opened, read or written.
  case storeUnusable(path: String, reason: String)
  /// The SQLite store's file is damaged; the next opening sets it aside.
  case storeDamaged(path: String)
  /// A queue has no job, or several, whose name begins so.
  case unknownJob(name: String, matches: Int)
  /// A report would hold no figure and no picture.
  case nothingToReport(what: String)

  /// Whether it says that one part of a larger work, a fold or a setting, comes to nothing, so that the others go on.
  public var leavesOutOnePart: Bool {
    switch self {
    case .nothingEvaluated, .nothingToDraw: true
    default: false
    }
  }

  /// What happened.
  public var message: String {
    switch self {
    case .rootMissing(let dataset, _): "data set \(dataset) needs a folder"
    case .wrongLayout(let dataset, let root, let found, _): "\(root) is not a \(dataset == "folder" ? "data set" : dataset) folder: \(found)"
    case .unreadableFile(let path, let reason): "cannot read \(path): \(reason)"
    case .unwritableFile(let path, let reason): "cannot write \(path): \(reason)"
    case .malformedFile(let path, let reason): "\(path) is broken: \(reason)"
    case .sizeMismatch(let image, let imageSize, let mask, let maskSize):
      "\(image) is \(imageSize) but its mask \(mask) is \(maskSize)"
    case .nameEscapesRoot(let name, let file): "\(file) names \"\(name)\", which is outside the data set's folder"
    case .unknownItem(let id, let dataset): "data set \(dataset) has no picture \"\(id)\""
    case .unknownClass(let index, let dataset, let count): "data set \(dataset) has no class \(index) (1...\(count))"
    case .unknownFold(let fold, let dataset, let folds): "data set \(dataset) has no fold \(fold) (0...\(folds - 1))"
    case .badSetting(let name, let value, _): "\(name) cannot be \(value)"
    case .emptyMask(let name): "the mask of \(name) is empty"
    case .classAbsent(let index, let name, _): "class \(index) is not in the mask of \(name)"
    case .queryIsSupport(let name, let index): "\(name) is drawn as its own support: class \(index) has too few pictures"
    case .nothingToDraw(let source, let classes):
      "no episode can be drawn from \(source): \(classes == 0 ? "it has no picture of the fold's classes" : classes == 1 ? "its only class has a single picture" : "each of its \(classes) classes has a single picture")"
    case .nothingEvaluated(let episodes, let first, let reason, _):
      episodes == 1 ? "the episode cannot be evaluated (\(first)): \(reason)" : "none of \(episodes) episodes can be evaluated, the first (\(first)): \(reason)"
    case .categoriesDiffer(let first, let second, let name):
      "\(first) and \(second) do not list the same categories: only one of them has \"\(PlainText.clean(name))\""
    case .unclearMask(let name, let found): "mask \(name) does not say which pixels are the object: \(found)"
    case .noObject(let condition, let reason, _): "the \(condition) control image would show no object: \(reason)"
    case .namelessClass(let index): "class \(index) of a folder has no name to make a prompt of"
    case .unknownLayout(let root): "\(root) is laid out like none of the data sets"
    case .sourceChanged(let item): "\(item) or its mask has changed since the request was made"
    case .modelMissing(let what, _): "no \(what) found"
    case .modelUnusable(let problem, _): problem
    case .fetchFailed(let address, let reason, _): "cannot fetch \(address): \(reason)"
    case .repositoryClosed(let name, let reason, _): "\(name) cannot be fetched: \(reason)"
    case .notANumber(let what): "\(what) holds NaN or infinity"
    case .listMissing(let names, let folder): "there is no \(names.joined(separator: " or ")) in \(folder)"
    case .notInDataset(let list, let missing, let of, let first):
      "\(missing) of \(of) pictures that \(list) names are not in the data set, the first is \(PlainText.clean(first))"
    case .foreignList(let list, let of, let asked):
      of.map { "\(list) is a list of \($0), not of \(asked)" } ?? "\(list) has classes that are not of \(asked), nor of any other single part"
    case .tooNarrow(let width, let height, let side): "a picture of \(width)x\(height) pixels has no room in a square of \(side)"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
    case .nameEscapesFolder(let name, let folder): "\"\(name)\" cannot be the name of a file in \(folder)"
    case .foreignFile(let path): "\(path) is there, and is not a picture of this program: it is left as it is"
    case .notOurs(let path): "\(path) does not say how it was painted"
    case .notASupport(let path): "\(path) was painted from a control image of its own, not for a support of a data set"
    case .controlMissing(let path, let file, let given):
      given == 0 ? "the control image of \(path) is not beside it (\(file))" : "\(path) was painted from another control image than the ones given"
    case .badConfiguration(let path, let reason): "the configuration \(path) cannot be used: \(reason)"
    case .storeDamaged(let path): "the store \(path) is damaged"
    case .unknownJob(let name, let matches): matches == 0 ? "there is no job \(PlainText.clean(name))" : "\(matches) jobs have a name that begins with \(PlainText.clean(name))"
    case .nothingToReport(let what): "there is nothing to report: \(what)"
    case .storeUnusable(let path, let reason): "the store \(path) cannot be used: \(reason)"
    }
  }

  /// What to do about it, where there is something.
  public var hint: String? {
    switch self {
    case .rootMissing(_, let layout): "give its folder with --root DIR, laid out as\n\(layout)"
    case .wrongLayout(_, _, _, let layout): "expected\n\(layout)"
    case .unreadableFile: "check that the file exists and that you may read it"
    case .unwritableFile: "check that the folder exists, that you may write there and that the disk is not full"
    case .malformedFile: "download or make the file again"
    case .sizeMismatch: "an image and its mask must have the same width and height; make one of them again"
    case .nameEscapesRoot: "names must be relative and without \"..\"; correct the file"
    case .unknownItem: "list the pictures with: diffss dataset list"
    case .badSetting(_, _, let allowed): "allowed: \(allowed)"
    case .emptyMask: "choose a picture in which some pixels belong to a class (1...254)"
    case .classAbsent(_, _, let present): "classes in it: \(present.map(String.init).joined(separator: ", "))"
    case .queryIsSupport: "choose fewer shots, or a list with more pictures of the class"
    case .nothingToDraw: "an episode needs a query and another picture of its class as support: add pictures, or take another list or fold"
    case .nothingEvaluated(_, _, _, let hint): hint ?? "look at the files with: diffss dataset info"
    case .categoriesDiffer: "list the same categories in both files, or move one of them away: class numbers and folds come from them"
    case .unclearMask: "save the mask in black and white, or as a palette or grey PNG of class indices"
    case .noObject(_, _, let advice): advice
    case .namelessClass: "give the words with --prompt, or say with --classes whose class it is"
    case .unknownLayout: "say what it is with --dataset; docs/datasets.md shows the layouts"
    case .sourceChanged: "make the request again"
    case .modelMissing(_, let searched):
      searched.isEmpty
        ? "give a folder with --models DIR or in $DIFFSS_MODELS" : "searched: \(searched.joined(separator: ", ")); `diffss models list` tells what is there; give another folder with --models DIR"
    case .listMissing: "give the list itself, or a folder like HSNet's splits or BAM's lists"
    case .notInDataset: "complete the data set, choose the --split or --root that the list is for, or take another list"
    case .foreignList(_, let of, let asked):
      (of.map { "ask for \($0), or give the list of \(asked)" } ?? "give the list of \(asked)") + "; --fold, --fold-rule, --split and --lists belong together"
    case .tooNarrow: "leave it out, or choose a larger --size"
    case .modelUnusable(_, let hint): hint
    case .fetchFailed(_, _, let kept):
      (kept ? "what has arrived is kept: the same command goes on from there; " : "") + "check the name, the network, $HF_ENDPOINT and $HF_TOKEN"
    case .repositoryClosed(_, _, let home?): "its content is at \(home) now: diffss models pull \(home)"
    case .repositoryClosed(_, _, nil):
      "check the name on the server's pages; a model that wants its conditions accepted needs that, and $HF_TOKEN of who did; Stable Diffusion 1.5 is at \(MovedRepositories.stableDiffusion)"
    case .notANumber: "check the weights: their files may be damaged, or hold values beyond half precision"
    case .cannotWrite: "check free space and permissions, or write to another folder"
    case .nameEscapesFolder: "names of pictures must be relative, without \"..\" and empty steps; correct the list or the annotations"
    case .foreignFile: "move it away, or write to another folder"
    case .notOurs: "only pictures that this program painted carry their whole request; those of one's own since they name their weights by digest"
    case .notASupport: "`diffss verify` paints it anew; a data set's pictures are in the store and in folders of `diffss generate --dataset`"
    case .controlMissing: "give it with --control FILE, for several in any order"
    case .badConfiguration: "correct the file, or move it away; docs/configuration.md says what it may hold"
    case .storeDamaged: "start again: it is set aside then, and a new one is made from what the pictures say of themselves"
    case .nothingToReport: "paint with `diffss generate` or measure with `diffss evaluate` first, or give --evaluation FILE or --images DIR"
    case .unknownJob: "see the names with: diffss queue list --all"
    case .storeUnusable: "check free space and permissions, or choose another data folder with $XDG_DATA_HOME"
    case .unknownClass: "see the classes with: diffss dataset info; for a picture of your own --ade gives the colour and --prompt the words"
    case .unknownFold: "see the classes and folds with: diffss dataset info"
    }
  }

  public var description: String { message }
}
