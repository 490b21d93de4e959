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

  @Test func theImageHoldsEachSeriesInItsColourAtItsPlaces() {
    let image = plot.image(scale: 1)
    #expect(image.width == Plot.width && image.height == Plot.height)
    func count(_ color: RGB, rows: Range<Int>) -> Int {
      rows.reduce(0) { sum, y in sum + (0..<image.width).count { image[$0, y] == color } }
    }
    // Values grow upwards: the reference of 28.9 is dashed, lower than the best of both series, higher than their worst.
    let ink = RGB(40, 40, 40), blue = RGB(0, 114, 178), orange = RGB(213, 94, 0)
    let rows = (60..<340).filter { count(ink, rows: $0..<$0 + 1) > 150 }
    #expect(rows.count >= 1 && rows.count <= 3)
    #expect(count(ink, rows: rows[0]..<rows[0] + rows.count) < 3 * 500)
    for color in [blue, orange] {
      #expect(count(color, rows: 60..<rows[0]) > 50)
      #expect(count(color, rows: rows[0]..<340) > 20)
    }
    #expect(plot.image(scale: 1) == image)
  }

  @Test func manySeriesLeaveTheCurvesRoom() {
    let series = (0..<200).map { number in Plot.Series(name: "setting \(number)", points: [1, 2, 3].map { .init(x: $0, y: Double(number)) }) }
    let crowded = Plot(title: "", xTitle: "", yTitle: "", axis: .numbers(isLogarithmic: false), series: series)
    #expect(crowded.svg.contains("more</text>") && crowded.svg.contains("setting 0<"))
    #expect(crowded.image(scale: 1).height == Plot.height)
  }

  /// Above names dots are beside each other unjoined, each with the level it is compared with in its own colour.
  @Test func namesAreNoScale() {
    let points = [Plot.Point(x: 0, y: 30, error: 1), Plot.Point(x: 1, y: 32, error: 1)]
    let levels = [Plot.Point(x: 0, y: 29), Plot.Point(x: 1, y: 31)]
    let series = ["bam", "hsnet"].flatMap { name in
      [Plot.Series(name: name, points: points), Plot.Series(name: "\(name), 1-shot", points: levels, isReference: true)]
    }
    let svg = Plot(title: "", xTitle: "", yTitle: "", axis: .names(["mask", "hed"]), series: series).svg
    let circles = svg.split(separator: "\n").filter { $0.hasPrefix("<circle") }
    let places = Set(circles.compactMap { $0.split(separator: "\"").dropFirst().first })
    #expect(circles.count == 6 && places.count == 6, "two dots a series and its legend's, none over another")
    #expect(svg.components(separatedBy: "stroke-dasharray").count - 1 == 2 * 2 + 2)
    for color in ["#0072b2", "#d55e00"] { #expect(svg.components(separatedBy: "stroke-dasharray").dropLast().count { $0.contains(color) } > 0, "\(color)") }
    #expect(!svg.contains("#009e73"))
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
  func anyNumbersMakeAnImage(points: [Plot.Point]) {
    for axis in [Plot.Axis.numbers(isLogarithmic: false), .numbers(isLogarithmic: true), .names([])] {
      let plot = Plot(title: "", xTitle: "漢", yTitle: "", axis: axis, series: [.init(name: "", points: points)])
      #expect(plot.image(scale: 1).width == Plot.width)
      #expect(plot.svg.hasSuffix("</svg>\n"))
    }
  }

  @Test func barsAreAsLongAsTheirValues() throws {
    let plot = BarPlot(
      title: "a < b", xTitle: "IoU, %", names: ["cat", "mug", "a very long name of some class or other"],
      series: [.init(name: "1-shot", bars: [.init(20, error: 5), .init(40), nil]), .init(name: "1+4", bars: [.init(30), .init(.nan)])])
    let lengths = plot.svg.split(separator: "\n").compactMap { line -> Double? in
      // Thick lines from the axis on; the legend's are 22 long.
      guard line.contains("stroke-width=\"10\""), let points = line.split(separator: "\"").dropFirst().first else { return nil }
      let numbers = points.split { $0 == " " || $0 == "," }.compactMap { Double($0) }
      return numbers.count == 4 ? numbers[2] - numbers[0] : nil
    }
    #expect(lengths.count == 5 && lengths[..<2] == [22, 22])
    #expect(abs(lengths[2] * 1.5 - lengths[3]) < 0.1 && abs(lengths[2] * 2 - lengths[4]) < 0.1)
    for text in [">20.0<", ">40.0<", ">a &lt; b<", ">a very long name of some clas…<"] { #expect(plot.svg.contains(text), "\(text)") }
    #expect(!BarPlot(title: "", xTitle: "", names: [], series: []).svg.isEmpty)
  }
}
