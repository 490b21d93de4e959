import Data
import Foundation
import Render

/// Pieces of text in their styles.
private typealias Spans = [(String, Style)]

extension ScreenRenderer {
  /// Fills the edges of the images' box, so that the images have all that is inside: the figures of the episode and whose they are, what the
  /// colours mean, what is in sight and how it is drawn; of a zoomed image the values under the crosshair.
  mutating func renderEdges(_ episode: Episode, _ board: BoardLayout?, below title: String, of box: Rect) {
    guard box.width >= 6 else { return }
    let room = box.width - 2, taken = min(room, DisplayText(title).width + 2 + (layout.kind == .single ? 4 : 0)) + 1
    var legend = legend
    if state.images.isZoomed, state.images.viewport != Viewport(), let image = TileContent(state.selectedTile, state).image {
      let values = DisplayText(state.images.viewport.inspection(of: image)).truncated(to: room - 2).text
      frame.edge([(values, theme.accent)], of: box, isLower: true)
      legend = []
    } else {
      let forms = figures(episode), isAbove = Self.width(legend) + 3 + taken <= room
      // In little room what the colours mean goes before what tells the run from others, unless it has a place above.
      let chosen = isAbove ? forms.dropLast() : forms[...]
      let beside = legend.isEmpty ? nil : chosen.first { Self.width($0) + Self.width(legend) + 6 <= room }
      let shown = beside ?? forms.first { Self.width($0) + 2 <= room } ?? []
      let used = frame.edge(shown, of: box, isLower: true)
      if beside != nil {
        frame.edge(legend, of: box, isLower: true, isRight: true, taken: used)
        legend = []
      }
    }
    let look = state.images.look == .tint ? "\(state.images.look.title), \(state.images.opacity) %" : state.images.look.title
    let notes = [[board?.stripNote, pixels?.graphics.rawValue, look], [board?.stripNote, look], [board?.stripNote], [look]]
    let texts = notes.map { $0.compactMap { $0 }.joined(separator: " · ") }.filter { !$0.isEmpty }
    for spans in [legend] + texts.map({ [($0, theme.border)] }) {
      if frame.edge(spans, of: box, isLower: false, isRight: true, taken: taken) > 0 { return }
    }
  }

  private static func width(_ spans: Spans) -> Int { spans.reduce(0) { $0 + DisplayText($1.0).width } }

  /// The figures of the episode, from all that there is to say of them to the least; the last one alone does not say whose they are.
  private func figures(_ episode: Episode) -> [Spans] {
    // What the tiles show goes before the list's run.
    let own = state.ownScore(episode), isOwn = own != EpisodeScore(), score = isOwn ? own : state.evaluation.scores[episode]
    let run = isOwn ? FigureRun.own(state.settings.network, state.plan) : state.run
    let waits: Spans = state.evaluation.awaiting[episode] == nil ? [] : [("  \(spinner) waits for supports", theme.accent)]
    guard let baseline = score?.baseline else {
      if state.expectsPrediction(state.predict(episode, nil)) {
        // As wide as the figure that comes.
        let text: Spans = [("IoU ", theme.faint), ("\(episode.supports.count)-shot ", theme.text), ("…   ", theme.faint)]
        let own = FigureRun.own(state.settings.network, state.plan)
        return [state.name(of: own), state.word(for: own)].map { text + [("  \($0)", theme.faint)] } + [text]
      }
      let text: Spans = [("IoU ", theme.faint), ("not measured, e does", theme.faint)]
      return [text + waits, text + waits, text]
    }
    func figures(_ with: String) -> Spans {
      var spans: Spans = [
        ("IoU ", theme.faint), ("\(episode.supports.count)-shot ", theme.text), (NumberText.percent(baseline), theme.strong),
      ]
      if let augmented = score?.augmented {
        spans += [("  \(with) ", theme.text), (NumberText.percent(augmented), theme.strong)]
        spans.append(("  \(NumberText.change(from: baseline, to: augmented))", theme.change(from: baseline, to: augmented)))
      } else if state.work.inFlight.contains(state.predict(episode, state.plan)) {
        spans.append(("  \(with) \(spinner)", theme.accent))
      }
      return spans
    }
    let word: Spans = [("  \(state.word(for: run))", theme.faint)], name: Spans = [("  \(state.name(of: run))", theme.faint)]
    let drift: Spans = score?.drift.map { [("  drift ", theme.faint), (String(format: "%.2f", $0), theme.text)] } ?? []
    let long = figures("with generated"), short = figures("\(episode.supports.count)+\(run.supports)")
    let last = waits.isEmpty ? word : waits
    return [long + name + drift + waits, long + word + drift + waits, long + word + waits, short + last, long, short]
  }

  /// What the colours of the predictions mean; empty where there is no prediction or no colour.
  private var legend: Spans {
    guard state.hasPrediction else { return [] }
    return Array(legendPieces.joined(separator: [("  ", theme.faint)]))
  }

  /// What the colours of predictions mean, one by one; empty where there is no colour.
  var legendPieces: [[(String, Style)]] {
    guard capabilities.depth > .mono || errorLook == .signs else { return [] }
    let tones = theme.errors, marks = state.images.marks
    switch errorLook {
    case .tint, .mask, .signs:
      let kinds = [
        (ErrorKinds.hits, "+", "hit", tones.hit), (.falseAlarms, "F", "false alarm", tones.falseAlarm),
        (.misses, "M", "missed", tones.miss),
      ]
      let signs = errorLook == .signs
      let shown = kinds.filter { marks.errors.contains($0.0) }.map { (signs ? $0.1 : "■", $0.2, $0.3) }
      let pieces: [Spans] = shown.map { [($0.0, $0.2), (" \($0.1)", theme.faint)] }
      return pieces + (marks.isOfBorder ? [[("border alone", theme.faint)]] : [])
    case .contour: return [[("■", theme.mark), (" mask, prediction", theme.faint)], [("□", theme.strong), (" truth", theme.faint)]]
    case .bare: return []
    }
  }
}

extension ExplorerState {
  /// Whether a prediction is on the screen: the episode's, or that of the one before until the episode's own comes.
  fileprivate var hasPrediction: Bool {
    guard let selected else { return false }
    return images.boards[selected]?.baseline != nil || prediction(selected, plan) != nil
      || [nil, plan].contains { expectsPrediction(predict(selected, $0)) }
  }
}
