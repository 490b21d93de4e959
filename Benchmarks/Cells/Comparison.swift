import Dispatch
import Foundation
import Render

/// One picture shown by one program in one way.
struct Figure {
  let mode: String
  let symbols: SymbolSet
  let kind: Picture.Kind
  let name: String
  let size: String
  /// `ours`, which is the default, `ours plain`, in which every part has the nearest colour, or chafa's options.
  let variant: String
  let quality: Quality

  var line: String {
    ([mode, symbols.rawValue, kind.rawValue, name, size, variant] + quality.values.map { String(format: "%.5f", $0) }).joined(
      separator: "\t")
  }
}

/// All pictures in all ways.
final class Comparison: @unchecked Sendable {
  private let options: BenchOptions
  private let pictures: [Picture]
  private let chafa: Chafa
  private let lock = NSLock()
  private var figures: [Figure] = []
  private var known: [String: [Double]] = [:]

  init(options: BenchOptions, pictures: [Picture]) {
    (self.options, self.pictures, chafa) = (options, pictures, Chafa(scratch: options.scratch))
    for line in options.cache.flatMap({ try? String(contentsOf: $0, encoding: .utf8) })?.split(separator: "\n") ?? [] {
      let parts = line.split(separator: "\t")
      known[parts.dropLast(6).joined(separator: "\t")] = parts.suffix(6).compactMap { Double($0) }
    }
  }

  func run() throws {
    let jobs = pictures.flatMap { picture in options.sizes.map { (picture, $0) } }
    DispatchQueue.concurrentPerform(iterations: jobs.count) { index in
      do {
        let found = try compare(jobs[index].0, within: jobs[index].1)
        lock.withLock { figures += found }
      } catch {
        print("error: \(jobs[index].0.name): \(error)")
      }
    }
    figures.sort { $0.line < $1.line }
    let lines = figures.map(\.line).joined(separator: "\n") + "\n"
    try options.raw.map { try Data(lines.utf8).write(to: $0) }
    let kept = known.map { ([$0.key] + $0.value.map { String(format: "%.5f", $0) }).joined(separator: "\t") }.joined(separator: "\n")
    try options.cache.map { try Data(kept.utf8).write(to: $0) }
    print(Tables.quality(figures))
  }

  private func compare(_ picture: Picture, within room: (Int, Int)) throws -> [Figure] {
    let size = CellGrid.fit(width: picture.image.width, height: picture.image.height, columns: room.0, rows: room.1)
    let reference = picture.reference(size.columns * 8, size.rows * 16, averages: options.averagesMasks)
    var found: [Figure] = []
    for mode in Mode.all where options.modes.contains(mode.title) {
      for set in options.symbols {
        func keep(_ variant: String, _ quality: Quality) {
          found.append(
            Figure(
              mode: mode.title, symbols: set, kind: picture.kind, name: picture.name, size: "\(room.0)x\(room.1)", variant: variant,
              quality: quality))
        }
        for variant in Mode.ours(mode.depth) {
          let text = Array(picture.cells(size.columns, size.rows, mode.style(set, variant, picture.kind)).ansi.utf8)
          keep(variant, measure(text, size, mode, reference))
        }
        for variant in mode.chafa {
          let key = [picture.name, "\(size)", mode.title, Mode.symbols(set), variant.title, options.averagesMasks ? "means" : ""]
            .filter { !$0.isEmpty }.joined(separator: "\t")
          if let values = lock.withLock({ known[key] }) {
            keep(variant.title, Quality(values: values))
            continue
          }
          let text = try chafa.show(
            picture.file, columns: size.columns, rows: size.rows, symbols: Mode.symbols(set), options: variant.options)
          let quality = measure(text, size, mode, reference)
          lock.withLock { known[key] = quality.values }
          keep(variant.title, quality)
        }
      }
    }
    return found
  }

  private func measure(_ text: [UInt8], _ size: (columns: Int, rows: Int), _ mode: Mode, _ reference: Reference) -> Quality {
    let shown = Screen.read(text, columns: size.columns, rows: size.rows).rendered(cellWidth: 8, cellHeight: 16, palette: mode.palette)
    return reference.quality(of: shown, bytes: text.count)
  }
}

extension Picture {
  func cells(_ columns: Int, _ rows: Int, _ style: CellStyle) -> CellGrid { CellGrid(image, columns: columns, rows: rows, style: style) }
}

extension Mode {
  /// Our own ways to choose colours.
  static func ours(_ depth: ColorDepth) -> [String] { depth == .truecolor ? ["ours"] : ["ours", "ours plain"] }

  func style(_ set: SymbolSet, _ variant: String, _ kind: Picture.Kind) -> CellStyle {
    let isPlain = variant == "ours plain"
    return CellStyle(symbols: set, colors: depth, dithered: !isPlain && kind != .overlay, keepsClasses: !isPlain, named: named)
  }
}
