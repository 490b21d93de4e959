import Foundation
import Render
import TestSupport
import Testing

@Suite struct PlotTests {
  private let plot = Plot(
    title: "mIoU by steps", xTitle: "steps", yTitle: "mIoU, %", axis: .numbers(isLogarithmic: true),
    series: [
      .init(name: "1-shot", points: [2, 5, 10, 20, 50].map { .init(x: $0, y: 28.9) }, isReference: true),
      .init(name: "1+4 mask", points: [(2, 28.1), (5, 29.0), (10, 29.4), (20, 29.5), (50, 29.7)].map { .init(x: $0.0, y: $0.1, error: 0.4) }),
      .init(name: "1+4 scribble", points: [(2, 27.5), (5, 28.7), (10, 29.9), (20, 30.4), (50, .nan)].map { .init(x: $0.0, y: $0.1, error: 0.3) }),
    ])

  @Test func thePictureHoldsEachSeriesInItsColourAtItsPlaces() {
    let image = plot.image(scale: 1)
    #expect(image.width == Plot.width && image.height == Plot.height)
    func count(_ color: RGB, rows: Range<Int>) -> Int {
      rows.reduce(0) { sum, y in sum + (0..<image.width).count { image[$0, y] == color } }
    }
    // Values grow upwards: the reference of 28.9 is dashed, lower than the best of both series, higher than their worst.
    let blue = RGB(0, 114, 178), orange = RGB(213, 94, 0), green = RGB(0, 158, 115)
    let rows = (60..<340).filter { count(blue, rows: $0..<$0 + 1) > 150 }
    #expect(rows.count >= 1 && rows.count <= 3)
    #expect(count(blue, rows: 60..<340) < 3 * 500 && count(blue, rows: 60..<340) > 300)
    for color in [orange, green] {
      #expect(count(color, rows: 60..<rows[0]) > 50)
      #expect(count(color, rows: rows[0]..<340) > 20)
    }
    #expect(plot.image(scale: 1) == image)
  }

  @Test func theSVGHasEverythingInWordsAndIsWellFormed() throws {
    let hostile = Plot(
      title: "a<b>&\"c\"\u{1B}[2J", xTitle: "x", yTitle: "y", axis: .names(["mask", "<script>"]),
      series: [.init(name: "s", points: [.init(x: 0, y: -3), .init(x: 1, y: 4, error: 1)])])
    for svg in [plot.svg, hostile.svg] {
      // One element a line, each closed on it.
      let lines = svg.split(separator: "\n").dropFirst().dropLast()
      let elements = [/<rect [^<>]*\/>/, /<polyline [^<>]*\/>/, /<circle [^<>]*\/>/, /<text [^<>]*>[^<>]*<\/text>/]
      #expect(lines.allSatisfy { line in elements.contains { line.wholeMatch(of: $0) != nil } })
    }
    for text in ["mIoU by steps", ">50<", ">1+4 scribble<", "stroke-dasharray"] { #expect(plot.svg.contains(text), "\(text)") }
    #expect(!hostile.svg.contains("<script>") && !hostile.svg.contains("\u{1B}"))
    // Four points and two legend dots of one series, five and one of the other's; the reference has none.
    #expect(plot.svg.components(separatedBy: "<circle").count - 1 == 5 + 4 + 2)
  }

  @Test(arguments: [[], [Plot.Point(x: 3, y: 5)], [Plot.Point(x: 0, y: 0), Plot.Point(x: 1e12, y: -1e12, error: 1e13)]] as [[Plot.Point]])
  func anyNumbersMakeAPicture(points: [Plot.Point]) {
    for axis in [Plot.Axis.numbers(isLogarithmic: false), .numbers(isLogarithmic: true), .names([])] {
      let plot = Plot(title: "", xTitle: "漢", yTitle: "", axis: axis, series: [.init(name: "", points: points)])
      #expect(plot.image(scale: 1).width == Plot.width)
      #expect(plot.svg.hasSuffix("</svg>\n"))
    }
  }
}
