import Generation
import Models

/// What evaluations of one network and fold have in common, kept from one to the next: prepared images, predictions that several
/// settings ask for, agreements. For one thread.
public final class SharedWork {
  private struct Key: Hashable {
    let network: SegmentationNetwork
    let fold: Int
    let side: Int?
    let precision: Precision
  }

  private var key: Key?
  private var work: SegmenterWork?
  private var journals: [FinishedEpisodes] = []

  public init() {}

  /// Of the network and fold that a plan asks for; the one before is given up.
  func work(_ plan: EvaluationPlan, make: () throws -> (segmenter: EpisodeSegmenter, model: ModelEntry)) rethrows -> SegmenterWork {
    let wanted = Key(network: plan.network, fold: plan.fold, side: plan.inputSide, precision: plan.precision)
    if let work, key == wanted { return work }
    let made = try make(), fresh = SegmenterWork(made.segmenter, made.model)
    (key, work) = (wanted, fresh)
    return fresh
  }

  func keep(_ journal: FinishedEpisodes) { journals.append(journal) }

  /// Whether the episodes of a journal were finished by an evaluation that shares this.
  func keeps(_ journal: FinishedEpisodes) -> Bool { journals.contains { $0.name == journal.name } }

  /// All that was asked for is done: nothing will have to go on from the journals.
  public func finish() {
    for journal in journals { journal.remove() }
    journals = []
  }

  /// A network with a fold's weights, and what it found out.
  final class SegmenterWork {
    let segmenter: EpisodeSegmenter
    let model: ModelEntry
    private var areas: [EvaluationPlan: [Int: Areas]] = [:]
    private var agreements: [MaskedImage.Source: [Int: Double]] = [:]

    init(_ segmenter: EpisodeSegmenter, _ model: ModelEntry) {
      self.segmenter = segmenter
      self.model = model
    }

    /// Areas of the episode at a position of a plan that leaves out all that does not decide them.
    func areas(_ plan: EvaluationPlan, _ position: Int, make: () throws -> Areas) rethrows -> Areas {
      if let known = areas[plan]?[position] { return known }
      let fresh = try make()
      areas[plan, default: [:]][position] = fresh
      return fresh
    }

    /// Takes over the areas of an episode of a plan.
    func keep(_ line: FinishedEpisodes.Line, _ plan: EvaluationPlan) {
      areas[plan.baseline, default: [:]][line.position] = line.baseline
      if let augmented = line.augmented { areas[plan.ungated, default: [:]][line.position] = augmented }
    }

    /// Agreement of an image generated for a class, 0...1.
    func agreement(_ image: MaskedImage, classIndex: Int, _ comparison: Comparison) throws -> Double {
      if let known = agreements[image.source]?[classIndex] { return known }
      let fresh = try segmenter.agreement(image, classIndex: classIndex, comparison)
      agreements[image.source, default: [:]][classIndex] = fresh
      return fresh
    }
  }
}
