import Render

/// What a terminal can show, for both programs.
struct Mode {
  let title: String
  let depth: ColorDepth
  let named: NamedColors
  /// chafa's options, a set for each of its ways to choose colours.
  let chafa: [(title: String, options: [String])]

  static let all: [Mode] = {
    let dithers = ["none", "ordered", "diffusion"]
    func variants(_ colors: [String], preprocessing: [String]) -> [(title: String, options: [String])] {
      colors.flatMap { color in
        preprocessing.flatMap { p in
          dithers.map { ("\(color) \($0) -p \(p)", ["-c", color, "--dither", $0, "-p", p]) }
        }
      }
    }
    func mode(_ title: String, _ depth: ColorDepth, _ named: NamedColors, _ chafa: [(title: String, options: [String])]) -> Mode {
      Mode(title: title, depth: depth, named: named, chafa: chafa)
    }
    let both = ["on", "off"]
    return [
      mode("true", .truecolor, .xterm, [("full", ["-c", "full"])]),
      mode("256", .indexed256, .xterm, variants(["256", "240"], preprocessing: ["off"])),
      mode("88", .indexed88, .xterm, []),
      mode("16vga", .indexed16, .vga, variants(["16"], preprocessing: both)),
      mode("16xterm", .indexed16, .xterm, variants(["16"], preprocessing: both)),
      mode("8", .indexed8, .xterm, variants(["8"], preprocessing: both)),
      mode("mono", .mono, .xterm, variants(["none"], preprocessing: both)),
    ]
  }()

  /// The colours that the terminal draws indices with.
  var palette: [RGB] { TerminalPalette.colors(CellStyle(colors: depth, named: named)) }

  /// The classes of characters of chafa that hold no others than ours.
  static func symbols(_ set: SymbolSet) -> String {
    switch set {
    case .half: "space+solid+hhalf+vhalf"
    case .quadrant: "space+solid+block+half+quad-stipple"
    case .sextant: "space+solid+block+half+quad+sextant-stipple"
    // The best that chafa has of characters whose ink is known to the pixel.
    case .wedge, .octant, .best: "space+solid+block+half+quad+sextant+wedge+legacy-stipple"
    }
  }
}
