import Foundation
import Render

/// The figures as Markdown.
enum Tables {
  static func quality(_ figures: [Figure]) -> String {
    var lines = [
      "| colours | symbols | images | ours PSNR / SSIM / afar | chafa's best PSNR / SSIM / afar | least gain PSNR / SSIM / afar | beaten by |",
      "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    let groups = Dictionary(grouping: figures) { "\($0.mode)|\($0.symbols.rawValue)|\(group($0.kind))" }
    for key in order(figures) {
      guard let group = groups[key] else { continue }
      let byVariant = Dictionary(grouping: group, by: \.variant)
      guard let ours = byVariant["ours"] else { continue }
      let mine = mean(ours), theirs = byVariant.filter { !$0.key.hasPrefix("ours") }
      let best = (0..<3).map { index in theirs.values.map { mean($0)[index] }.max() ?? 0 }
      let least = (0..<3).map { index in
        ours.map { own in
          let others = group.filter { $0.name == own.name && $0.size == own.size && !$0.variant.hasPrefix("ours") }
          return own.quality.values[index] - (others.map { $0.quality.values[index] }.max() ?? 0)
        }.min() ?? 0
      }
      let beaten = theirs.filter { _, figures in (0..<3).allSatisfy { mean(figures)[$0] > mine[$0] } }.keys.sorted()
      let parts = key.split(separator: "|").map(String.init)
      let columns = parts + [text(mine), text(best), text(least), beaten.joined(separator: ", ")]
      lines.append("| \(columns.joined(separator: " | ")) |")
    }
    return lines.joined(separator: "\n")
  }

  static func group(_ kind: Picture.Kind) -> String {
    switch kind {
    case .photograph: "photographs"
    case .mask, .overlay: "masks and overlays"
    case .support: "supports"
    }
  }

  private static func order(_ figures: [Figure]) -> [String] {
    Mode.all.flatMap { mode in
      SymbolSet.allCases.flatMap { set in
        ["photographs", "masks and overlays", "supports"].map { "\(mode.title)|\(set.rawValue)|\($0)" }
      }
    }
  }

  private static func mean(_ figures: [Figure]) -> [Double] {
    (0..<6).map { index in figures.reduce(0) { $0 + $1.quality.values[index] } / Double(figures.count) }
  }

  private static func text(_ values: [Double]) -> String { String(format: "%.2f / %.3f / %.2f", values[0], values[1], values[2]) }
}
