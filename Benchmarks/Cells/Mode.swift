import Render

/// What a terminal can show, for both programs.
struct Mode {
  let title: String
  let depth: ColorDepth
  /// The colours that the terminal draws indices with.
  let palette: [RGB]
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
    let vga = named(.vga), xterm = TerminalPalette.xterm
    return [
      Mode(title: "true", depth: .truecolor, palette: xterm, chafa: [("full", ["-c", "full"])]),
      Mode(title: "256", depth: .indexed256, palette: xterm, chafa: variants(["256", "240"], preprocessing: ["off"])),
      Mode(title: "16vga", depth: .indexed8, palette: vga, chafa: variants(["16"], preprocessing: ["on", "off"])),
      Mode(title: "16xterm", depth: .indexed8, palette: xterm, chafa: variants(["16"], preprocessing: ["on", "off"])),
      Mode(title: "8", depth: .indexed8, palette: xterm, chafa: variants(["8"], preprocessing: ["on", "off"])),
      Mode(title: "mono", depth: .mono, palette: xterm, chafa: variants(["none"], preprocessing: ["on", "off"])),
    ]
  }()

  enum Named { case vga }
  private static func named(_ name: Named) -> [RGB] {
    let vga: [RGB] = (0..<16).map { index in
      let bright: UInt8 = index >= 8 ? 85 : 0
      func channel(_ bit: Int) -> UInt8 { (index >> bit & 1 == 1 ? 170 : 0) + bright }
      return index == 3 ? RGB(170, 85, 0) : RGB(channel(0), channel(1), channel(2))
    }
    return vga + TerminalPalette.xterm[16...]
  }

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
