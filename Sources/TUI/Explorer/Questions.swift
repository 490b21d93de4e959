import Core
import Data
import Evaluation

/// What is asked before something is done.
extension ExplorerState {
  /// The question, and what has to be known to answer it.
  func words(of question: Confirmation) -> (title: String, text: String) {
    switch question {
    case .quit:
      let count = queue.jobs.unfinished
      let text =
        count > 0
        ? "\(Counted(count, "image is", "images are")) not generated yet: the queue goes on at the next start."
        : "An evaluation is under way: asked for again, it goes on from its finished episodes."
      return ("Quit?", text)
    case .evaluate(let plan): return ("Evaluate fold \(plan.fold)?", words(of: plan))
    case .resume(let unfinished):
      let done =
        unfinished.done == 0
        ? "no episode is finished" : "\(unfinished.done) of \(Counted(unfinished.of, "episode")) are finished and are taken over"
      let name = RunName.of(unfinished.plan)
      return ("Go on with it?", "fold \(unfinished.plan.fold), \(name): \(done); images that are there are not generated again.")
    case .forget(let unfinished):
      let done = "\(unfinished.done) of \(Counted(unfinished.of, "episode"))", name = RunName.of(unfinished.plan)
      return ("Forget it?", "fold \(unfinished.plan.fold), \(name): the figures of \(done) go, its images stay in the store.")
    case .removeImport(let image):
      let name = browse.catalog?.className(image.classIndex) ?? ""
      return (
        "Remove \(image.id)?",
        "Class \(name) loses it, and the list its episodes. The files stay where they are, what was generated from it stays in the store; "
          + "its jobs are cancelled."
      )
    }
  }

  /// What an evaluation would be over, what it takes, and whether there is one of these settings.
  private func words(of plan: EvaluationPlan) -> String {
    let images = plan.episodes * plan.auxiliaryShots, word = browse.hasMarks ? "marked episode" : "episode"
    let supports = "\(plan.shots)-shot against \(plan.shots)+\(plan.auxiliaryShots)", condition = plan.options.condition.rawValue
    var text = "\(Counted(plan.episodes, word)), \(supports), condition \(condition), \(Counted(plan.options.steps, "step")): "
    let report = evaluation.saved.first { $0.isOf(plan, marked: browse.hasMarks ? browse.chosen : nil) }
    if let report {
      text += "a saved run has these episodes and settings already: \(report.summary). Its images are not generated again."
    } else {
      if !browse.hasMarks, let begun = evaluation.unfinished.first(where: { $0.plan.isOf(plan) && $0.of == plan.episodes }), begun.done > 0
      {
        text += "\(begun.done) are finished and are taken over; "
      }
      text += "up to \(Counted(images, "image")) to generate"
      if let seconds = seconds(plan.options) { text += ", at most \(NumberText.clock(seconds * Double(images)))" }
      text += ". Generated ones are not generated again."
    }
    if !browse.hasMarks, browse.isNarrowed {
      text += " These are the fold's first episodes, not those that the filter lists: mark episodes to evaluate them alone."
    }
    return text
  }
}

extension EvaluationReport {
  /// Whether it is of a plan's settings: over these `marked` episodes, or where there are none over as many as the plan asks for. How episodes
  /// are drawn is not in the plan of a screen, which has one way.
  fileprivate func isOf(_ plan: EvaluationPlan, marked: [Episode]?) -> Bool {
    if let marked {
      guard episodes.map(\.episode) == marked else { return false }
    } else if self.plan.episodes != plan.episodes {
      return false
    }
    return self.plan.isOf(plan)
  }
}

extension EvaluationPlan {
  /// Whether it has the settings of another one, whatever their episodes are.
  fileprivate func isOf(_ plan: EvaluationPlan) -> Bool {
    var own = self
    (own.episodes, own.seed, own.workers, own.lists) = (plan.episodes, plan.seed, plan.workers, plan.lists)
    (own.episodeProtocol, own.episodeList) = (plan.episodeProtocol, plan.episodeList)
    return own == plan
  }
}
