import ArgumentParser
import Core
import Foundation
import Pipeline
import Render
import TUI

struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Show images, with their masks, as characters or pixels: on a terminal or in a file.",
    discussion: """
      Several images become a sheet, each below its file's name. Of a mask everything that is set is the object. Without --symbols and \
      --colors the terminal is asked what it draws, else quadrants are used, and the colours that it announces; 24-bit colour in a file, and \
      all symbols in SVG and HTML (docs/pictures.md). A terminal that is known to show pixels gets these instead: see --graphics.
      """
        + String.examples(
          "diffss render dog.jpg --mask dog.png", "diffss render aux/*.png --size 40x20", "diffss render dog.jpg --graphics sixel"))

  @Argument(help: ArgumentHelp("Images, PNG or JPEG.", valueName: "image"))
  var images: [String]

  @Option(help: ArgumentHelp("The image's mask; repeat for several images, in their order.", valueName: "file"))
  var mask: [String] = []

  @Option(help: ArgumentHelp("A network's mask to compare with --mask, for --overlay error; likewise.", valueName: "file"))
  var prediction: [String] = []

  @Option(help: "How a mask is shown: \(ImageOverlay.allCases.map(\.rawValue).joined(separator: ", ")).")
  var overlay: ImageOverlay?

  @Option(
    help: ArgumentHelp(
      "Columns and rows that each image may take, up to 1000 each; its proportions stay. When absent: the terminal's, else 80x24.",
      valueName: "WxH"))
  var size: CellSize?

  @Option(
    help: """
      Characters: \(SymbolSet.allCases.map(\.rawValue).joined(separator: ", ")). When absent: what the terminal is known to draw, else \
      quadrant; best in SVG and HTML.
      """)
  var symbols: SymbolSet?

  @Option(help: "Colours: \(ColorDepth.allCases.map(\.rawValue).joined(separator: ", ")).")
  var colors: ColorDepth?

  @Flag(
    help: """
      Every part of a cell in the nearest of few colours, whatever it stands for: no grain, but classes of a mask may look alike.
      """)
  var nearest = false

  @Option(
    help: """
      Pixels or characters: \(GraphicsWish.allCases.map(\.rawValue).joined(separator: ", ")). When absent: on a terminal what config.toml \
      says, else auto, what the terminal is known to show; cells in a file or pipe, and with --symbols, --colors or --nearest.
      """)
  var graphics: GraphicsWish?

  @Option(help: ArgumentHelp("Where the cells are written: .svg, .html, or escape sequences for any other name.", valueName: "file"))
  var out: String?

  func validate() throws {
    if images.isEmpty { throw ValidationError("name an image or several") }
    if overlay != nil, mask.isEmpty { throw ValidationError("--overlay needs --mask") }
    if (overlay == .error) != !prediction.isEmpty { throw ValidationError("--overlay error and --prediction belong together") }
    if let graphics = graphics?.fixed, graphics != .cells {
      if isOfCharacters {
        throw ValidationError("--symbols, --colors and --nearest are for characters: leave them out, or give --graphics cells")
      }
      if isDrawn { throw ValidationError("--graphics \(graphics.rawValue) is for terminals: give --out another name than .svg or .html") }
    }
  }

  /// Whether each image has what goes with it. The value of an option that is none would be an image more: that is said before this is asked.
  private func checkCounts() throws {
    if !mask.isEmpty, mask.count != images.count {
      throw ValidationError("give --mask once for each image: \(images.count) images, \(mask.count) masks")
    }
    if !prediction.isEmpty, prediction.count != images.count {
      throw ValidationError("give --prediction once for each image: \(images.count) images, \(prediction.count) predictions")
    }
  }

  /// Whether something was asked for that only characters can have.
  private var isOfCharacters: Bool { symbols != nil || colors != nil || nearest }

  private var isDrawn: Bool { ["svg", "html", "htm"].contains(out.map { URL(fileURLWithPath: $0).pathExtension.lowercased() } ?? "") }

  func run() throws {
    try checkCounts()
    try out.map(OutputPath.check)
    let environment = ProcessInfo.processInfo.environment, settings = try UserSettings.standard.get()
    let toTerminal = out == nil && isatty(STDOUT_FILENO) == 1
    let wish = graphics ?? (toTerminal && !isOfCharacters ? settings.graphics ?? .auto : .cells)
    // What was asked for by name is sent whatever the terminal says.
    let asked = toTerminal && [.auto, .cells].contains(wish) ? TerminalProfile.ofTerminal(environment, wish) : nil
    let pixels = wish.fixed ?? (isOfCharacters ? .cells : asked?.graphics.graphics ?? .cells), profile = asked?.profile
    let chosen = symbols ?? (profile == nil ? nil : settings.symbols)
    // Drawn shapes need no font.
    let style = CellStyle(
      symbols: chosen ?? profile?.symbols ?? (isDrawn ? .best : .quadrant),
      colors: colors ?? (toTerminal ? AnnouncedColors.depth(environment) : .truecolor), dithered: !nearest, keepsClasses: !nearest,
      named: AnnouncedColors.named(environment),
      lightBackground: profile?.lightBackground ?? false)
    let printed = try images.indices.map { index in
      try PrintedImage(
        URL(fileURLWithPath: images[index]), mask: mask.isEmpty ? nil : URL(fileURLWithPath: mask[index]),
        prediction: prediction.isEmpty ? nil : URL(fileURLWithPath: prediction[index]), overlay: overlay ?? .tint, background: .black)
    }
    if pixels != .cells {
      let isInTmux = asked?.graphics.isWrapped ?? !(environment["TMUX"] ?? "").isEmpty
      return try write(PixelSheet(printed, room: room(printed.count), pixels, isInTmux: isInTmux))
    }
    let cells = sheet(printed, style)
    guard let out else { return try OutputText.write(cells.ansi) }
    let palette = TerminalPalette.colors(style), name = URL(fileURLWithPath: out)
    let text =
      switch name.pathExtension.lowercased() {
      case "svg": cells.svg(palette: palette)
      case "html", "htm": cells.html(title: PlainText.clean(printed[0].name), palette: palette)
      default: cells.ansi
      }
    try AtomicFile.write(Array(text.utf8), to: name)
    print("\(out): \(cells.columns)x\(cells.rows) cells")
  }

  private func write(_ sheet: PixelSheet) throws {
    let bytes = try sheet.bytes()
    guard let out else { return try OutputText.write(bytes) }
    try AtomicFile.write(bytes, to: URL(fileURLWithPath: out))
    print("\(out): \(bytes.count) bytes")
  }

  /// Cells for each image, and how many images are side by side: one as it is, several in as many columns as the screen has room for.
  private func room(_ count: Int) -> (size: CellSize, across: Int) {
    let screen = CellSize.ofTerminal ?? CellSize(columns: 80, rows: 24)
    // The prompt needs a row too.
    if count == 1 { return (size ?? CellSize(columns: screen.columns, rows: max(1, screen.rows - 1)), 1) }
    let least = 36
    let fitting = max(1, (screen.columns + CellSheet.gap) / ((size?.columns ?? least) + CellSheet.gap))
    let across = min(count, fitting), widest = max(1, (screen.columns + CellSheet.gap) / across - CellSheet.gap)
    return (size ?? CellSize(columns: widest, rows: max(1, screen.rows - 2)), across)
  }

  private func sheet(_ printed: [PrintedImage], _ style: CellStyle) -> CellGrid {
    let (size, across) = room(printed.count)
    if printed.count == 1 { return printed[0].cells(columns: size.columns, rows: size.rows, style: style) }
    let tiles = printed.map { image in
      let cells = image.cells(columns: size.columns, rows: size.rows, style: style)
      return CellSheet.Tile(label: DisplayText(image.name).truncated(to: size.columns).cells, cells: cells)
    }
    return CellSheet(tiles, across: across).cells
  }
}

extension GraphicsWish: ExpressibleByArgument {}
extension ImageOverlay: ExpressibleByArgument {}
extension SymbolSet: ExpressibleByArgument {}
extension ColorDepth: ExpressibleByArgument {}
