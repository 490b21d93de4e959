import Pipeline

/// Work that `update` asks for; done elsewhere, answered with `Event.done`.
package enum Effect: Hashable, Sendable {
  case open
  case loadEpisodes(fold: Int)
  case loadEpisode(Episode)
  case makeCondition(Episode, ConditionChoice)
  /// Makes the plan's requests and looks up which of them are painted.
  case look(Episode, SupportPlan)
  case generate(Episode, SupportPlan)
  case loadGenerated(GenerationRequest)
  /// Segments the query with the real support alone, or with a plan's generated ones too.
  case predict(Episode, SupportPlan?)
  case evaluate(EvaluationPlan)
  case loadReports
  /// Reads the weights that the first picture and the first prediction of a fold need.
  case preload(GenerationOptions, fold: Int)
  case paint(PaintRequest)

  case cancelJob(JobID)
  case cancelAllJobs
  case stopEvaluation
  /// Stops the process as Ctrl-Z does.
  case suspend
  /// Draws everything anew.
  case redraw
  case quit(status: Int32)

  /// Whether an answer comes.
  package var isAnswered: Bool {
    switch self {
    case .cancelJob, .cancelAllJobs, .stopEvaluation, .suspend, .redraw, .quit: false
    default: true
    }
  }

  /// What a newer effect of the same lane overtakes: only the selected episode's pictures matter.
  package enum Lane: Hashable, Sendable { case episodes, episode, condition, look }

  package var lane: Lane? {
    switch self {
    case .loadEpisodes: .episodes
    case .loadEpisode: .episode
    case .makeCondition: .condition
    case .look: .look
    default: nil
    }
  }
}
