import Data
import Evaluation
import Generation
import Models

/// Work that `update` asks for; done elsewhere, answered with `Event.done`.
public enum Effect: Hashable, Sendable {
  case open
  case loadEpisodes(fold: Int)
  case loadEpisode(Episode)
  case makeCondition(Episode, ConditionChoice)
  /// Makes the plan's requests and looks up which of them are generated.
  case look(Episode, SupportPlan)
  case generate(Episode, SupportPlan)
  /// The same as `look`, and a control image too, for a view that shows many plans at once.
  case survey(Episode, SupportPlan, ConditionChoice)
  case loadGenerated(GenerationRequest)
  /// Segments the query with the real support alone, or with a plan's generated ones too.
  case predict(Episode, SupportPlan?, SegmenterChoice)
  /// The same without being asked for, where all of the plan's supports are there.
  case foresee(Episode, SupportPlan?, SegmenterChoice)
  /// How far the supports of a plan have drifted, for the episode's score.
  case measureDrift(Episode, SupportPlan, SegmenterChoice)
  case evaluate(EvaluationPlan)
  /// Over these episodes alone.
  case evaluateMarked(EvaluationPlan, [Episode])
  /// Saves a list of episodes of the fold, for a command line.
  case listEpisodes([Episode])
  /// Goes on with one that has no report, by its own plan.
  case resume(UnfinishedEvaluation)
  /// Forgets one with its finished episodes.
  case forget(UnfinishedEvaluation)
  case loadReports
  case loadClusterRuns
  /// What the process takes of the machine.
  case sampleResources
  /// Which supports of the data set are generated, by which condition, and what the user thinks of them.
  case loadStoredSupports
  case rate(GenerationRequest, Rating?)
  case enqueue([GenerationRequest])
  /// Settings from a request.
  case adopt(GenerationRequest)
  /// Settings from an image's file.
  case recall(String)
  case exportKept(String)
  case loadPresets
  case keepPreset(OwnPreset)
  case forgetPreset(String)
  /// All images of the user's own.
  case listImports
  case importImage(ImportSource, ImportClass)
  case removeImport(ImportedImage)
  case undoImport(ImportChange)
  case report(String)
  /// Reads the weights that the first image and the first prediction of a fold need.
  case preload(GenerationOptions, SegmentationNetwork, fold: Int)
  case render(RenderRequest)
  /// Makes an image ready to be shown as pixels.
  case encode(PixelRequest)

  case openDataset(DatasetKind)
  /// Looks at a path while it is typed.
  case inspectPath(String, PathUse)
  /// Finds out what data set a folder is laid out like.
  case identifyFolder(String)
  /// Opens a data set in a folder that is not in the configuration.
  case openFolder(DatasetKind, path: String)
  /// Notes a data set's folder in the configuration.
  case rememberFolder(DatasetKind, path: String)
  case cancelJobs([JobID])
  case retryJobs([JobID])
  case prioritise([JobID: Int])
  case pauseQueue(Bool, now: Bool)
  case cancelAllJobs
  /// Puts text on the terminal's clipboard.
  case copy(String)
  case stopEvaluation
  /// Writes what the next start finds.
  case keepSession(SavedSession)
  /// Whether the mouse is ours or the terminal's.
  case useMouse(Bool)
  /// Stops the process as Ctrl-Z does.
  case suspend
  /// Draws everything again.
  case redraw
  case quit(status: Int32)

  /// Whether an answer comes.
  public var isAnswered: Bool {
    switch self {
    case .cancelJobs, .retryJobs, .prioritise, .pauseQueue, .cancelAllJobs, .stopEvaluation, .keepSession, .copy, .useMouse, .suspend,
      .redraw, .quit:
      false
    default: true
    }
  }

  /// What a newer effect of the same lane overtakes: only the selected episode's images matter, and there is one evaluation.
  public enum Lane: Hashable, Sendable { case episodes, episode, condition, look, evaluation, path }

  public var lane: Lane? {
    switch self {
    case .loadEpisodes: .episodes
    case .loadEpisode: .episode
    case .makeCondition: .condition
    case .look: .look
    case .evaluate, .evaluateMarked, .resume: .evaluation
    case .inspectPath: .path
    default: nil
    }
  }

  /// Whether it says something of the data set that is open.
  var isOfDataset: Bool {
    switch self {
    case .openDataset, .openFolder, .inspectPath, .identifyFolder, .rememberFolder, .sampleResources, .loadClusterRuns: false
    default: true
    }
  }

  /// Whether another data set is open after it.
  var opensDataset: Bool {
    switch self {
    case .openDataset, .openFolder: true
    default: false
    }
  }
}
