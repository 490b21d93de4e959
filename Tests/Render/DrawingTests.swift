import Foundation
import Render
import TestSupport
import Testing

@Suite struct MorphologyTests {
  static let items = [
    "coco_000000000009", "coco_000000000025", "coco_000000000086", "coco_000000000394", "fss_eiffel_tower_3",
    "fss_african_elephant_5",
  ]

  @Test(.enabled(if: Golden.isAvailable)) func ellipseMatchesOpenCV() throws {
    let golden = try NumPyFile(Golden.url("conditions/ellipse_14x14.npy")).bytes
    #expect(StructuringElement.ellipse(width: 14, height: 14).cells == golden)
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: items, ["r256", "r512"])
  func dilationMatchesOpenCV(item: String, size: String) throws {
    let source = try LabelMask(png: Golden.url("conditions/\(item)/\(size)/fgmask.png"))
    let expected = try LabelMask(png: Golden.url("conditions/\(item)/\(size)/dilated.png"))
    #expect(Difference(source.dilated(by: .ellipse(width: 14, height: 14)).labels, expected.labels).count == 0)
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: items, ["r256", "r512"])
  func stagesOfTheConditionsMatch(item: String, size: String) throws {
    let folder = "conditions/\(item)/"
    let resized = try Image(pngOrJpeg: Golden.url(folder + "\(size)/resized.png"))
    let input = try Image(pngOrJpeg: Golden.url(folder + "input.png")).rgb
    let scale = Double(size == "r256" ? 256 : 512) / Double(min(input.width, input.height))
    let ours = input.resized(width: resized.width, height: resized.height, scale > 1 ? .lanczos4 : .area)
    #expect(Difference(ours.pixels, resized.rgb.pixels).count == 0)

    let dilated = try LabelMask(png: Golden.url(folder + "\(size)/dilated.png"))
    for detector in ["hedtiny", "pidinet"] {
      let edge = try Image(pngOrJpeg: Golden.url(folder + "\(size)/edge_\(detector).png"))
      let masked = edge.multiplied(by: dilated)
      #expect(try masked.rgb == Image(pngOrJpeg: Golden.url(folder + "\(size)/hed_control_\(detector).png")))
      #expect(
        try masked.rgb.channelMinimum.thresholded(above: 127)
          == Image(pngOrJpeg: Golden.url(folder + "\(size)/scribble_control_\(detector).png")))
    }
  }

  @Test func dilationEqualsItsDefinition() {
    var generator = SplitMix(state: 8)
    for (width, height, element) in [(9, 7, (3, 3)), (5, 20, (14, 14)), (1, 1, (4, 2)), (30, 3, (5, 9))] {
      let mask = LabelMask(
        width: width, height: height,
        labels: (0..<(width * height)).map { _ in generator.next() % 7 == 0 ? UInt8(generator.next() % 9) : 0 })
      let kernel = StructuringElement.ellipse(width: element.0, height: element.1)
      let dilated = mask.dilated(by: kernel)
      for y in 0..<height {
        for x in 0..<width {
          var largest: UInt8 = 0
          for i in 0..<kernel.height {
            for j in 0..<kernel.width where kernel.cells[i * kernel.width + j] != 0 {
              let (sx, sy) = (x + j - kernel.anchorX, y + i - kernel.anchorY)
              if sx >= 0 && sx < width && sy >= 0 && sy < height { largest = max(largest, mask[sx, sy]) }
            }
          }
          #expect(dilated[x, y] == largest)
        }
      }
    }
  }
}

@Suite struct GreyTests {
  @Test func formulasAreThePublishedOnes() {
    let image = Image(width: 4, height: 1, channels: 3, pixels: [255, 255, 255, 255, 0, 0, 0, 255, 0, 12, 200, 99])
    // cv2.cvtColor(..., COLOR_RGB2GRAY) and PIL's convert("L") of the same four pixels.
    #expect(image.grey(.opencv).pixels == [255, 76, 150, 132])
    #expect(image.grey(.pillow).pixels == [255, 76, 150, 132])
    // Three pixels where the two part.
    let apart = Image(width: 3, height: 1, channels: 3, pixels: [180, 223, 77, 116, 148, 210, 143, 213, 15])
    #expect(apart.grey(.opencv).pixels == [194, 145, 170])
    #expect(apart.grey(.pillow).pixels == [193, 146, 169])
  }
}

@Suite struct OverlayTests {
  let mask = LabelMask(width: 5, height: 5, labels: [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 255])
  let grey = Image(width: 5, height: 5, color: [100])

  @Test func tintMixes() {
    let tinted = grey.tinted(mask, color: RGB(200, 0, 100), opacity: 0.25)
    #expect(tinted.channels == 3)
    #expect([tinted[2, 2, 0], tinted[2, 2, 1], tinted[2, 2, 2]] == [125, 75, 100])
    #expect(tinted[0, 0, 0] == 100)
  }

  @Test func outlineIsTheBorder() {
    let outlined = grey.outlined(mask, color: RGB(255, 0, 0))
    let red = (0..<25).filter { outlined[$0 % 5, $0 / 5, 0] == 255 }
    #expect(red == [6, 7, 8, 11, 13, 16, 17, 18])
    // The middle stays in sight, however thick the line.
    let thick = grey.outlined(mask, color: RGB(255, 0, 0), thickness: 2)
    #expect((0..<25).count { thick[$0 % 5, $0 / 5, 0] == 255 } == 8)
  }

  /// Of every piece at least half of its width is seen; thick ones have a thick line.
  @Test func anOutlineIsNeverAsWideAsTheObject() {
    var mask = LabelMask(width: 40, height: 20, labels: [UInt8](repeating: 0, count: 800))
    for y in 2..<18 { for x in 2..<18 { mask[x, y] = 1 } }
    for y in 8..<12 { for x in 24..<36 { mask[x, y] = 1 } }
    let outlined = Image(width: 40, height: 20, color: [100]).outlined(mask, color: RGB(255, 0, 0), thickness: 3)
    func isRed(_ x: Int, _ y: Int) -> Bool { outlined[x, y, 0] == 255 }
    #expect((2..<18).filter { isRed($0, 10) } == [2, 3, 4, 15, 16, 17])
    #expect((8..<12).filter { isRed(30, $0) } == [8, 11])
  }

  @Test func errorsAreShownByKindAndNearTheBorder() {
    let labels = (0..<400).map { UInt8($0 % 20 < 10 ? 1 : 0) }, truth = LabelMask(width: 20, height: 20, labels: labels)
    let prediction = LabelMask(width: 20, height: 20, labels: [UInt8](repeating: 1, count: 400)), colors = ErrorColors()
    let image = Image(width: 20, height: 20, color: [9, 9, 9])
    func row(_ kinds: ErrorKinds, _ reach: Int?) -> [RGB] {
      let view = image.errorView(prediction: prediction, truth: truth, opacity: 1, kinds: kinds, reach: reach)
      return (0..<20).map { view[$0, 7] }
    }
    let plain = RGB(9, 9, 9)
    #expect(row(.all, nil) == Array(repeating: colors.hit, count: 10) + Array(repeating: colors.falseAlarm, count: 10))
    #expect(row(.hits, nil) == Array(repeating: colors.hit, count: 10) + Array(repeating: plain, count: 10))
    let far = Array(repeating: plain, count: 8)
    #expect(row(.all, 2) == far + [colors.hit, colors.hit, colors.falseAlarm, colors.falseAlarm] + far)
    #expect(row([], nil) == Array(repeating: plain, count: 20))
  }

  /// What is under a mark makes it lighter or darker, and cannot give it another hue: a red car that was hit is green.
  @Test func errorsKeepTheirHueOverAnyColour() {
    let colors = ErrorColors(), kinds: [ErrorKinds] = [.hits, .falseAlarms, .misses]
    let truth = LabelMask(width: 3, height: 1, labels: [1, 0, 1]), prediction = LabelMask(width: 3, height: 1, labels: [1, 1, 0])
    for under in [RGB(220, 20, 20), RGB(20, 20, 220), RGB(240, 230, 40), .black, .white] {
      let view = Image(width: 3, height: 1, color: [under.red, under.green, under.blue]).errorView(prediction: prediction, truth: truth)
      for (x, kind) in kinds.enumerated() {
        let shown = OKLab(view[x, 0]), own = OKLab(colors[kind])
        #expect(hypot(shown.a - own.a, shown.b - own.b) < 0.04, "\(under), \(kind)")
      }
    }
    let light = Image(width: 3, height: 1, color: [200, 200, 200]).errorView(prediction: prediction, truth: truth)
    let dark = Image(width: 3, height: 1, color: [40, 40, 40]).errorView(prediction: prediction, truth: truth)
    #expect((0..<3).allSatisfy { light[$0, 0, 1] > dark[$0, 0, 1] })
  }

  /// What is no mark is nearly grey, so that a green field is no hit.
  @Test func whatIsNoErrorLosesItsColour() {
    let none = LabelMask(width: 1, height: 1, labels: [0]), field = Image(width: 1, height: 1, channels: 3, pixels: [40, 190, 60])
    let shown: RGB = field.errorView(prediction: none, truth: none)[0, 0]
    let kept: RGB = field.errorView(prediction: none, truth: none, fading: 0)[0, 0]
    #expect(kept == RGB(40, 190, 60))
    #expect(Int(shown.green) - Int(shown.red) < 70 && shown.green > shown.red)
  }

  @Test func surroundingsAreDarkAndGrey() {
    let image = Image(width: 2, height: 1, channels: 3, pixels: [200, 40, 40, 200, 40, 40]), dimmed = image.dimmed(outside: [true, false])
    let (kept, other) = (dimmed[0, 0], dimmed[1, 0])
    #expect(kept == RGB(200, 40, 40))
    #expect(other.red < 60 && Int(other.red) - Int(other.green) < 20)
  }

  /// Farther from the pixels that are most like it than the usual colour, where that is near them.
  @Test func marksStandOutFromWhatIsUnderThem() {
    let mask = LabelMask(width: 32, height: 32, labels: (0..<1024).map { (8..<24).contains($0 % 32) && (8..<24).contains($0 / 32) ? 1 : 0 })
    let usual = MarkColor.choices[0]
    #expect(MarkColor.standingOut(from: Image(width: 32, height: 32, color: [90, 90, 90]), on: mask) == usual)
    for color in MarkColor.choices {
      let image = Image(width: 32, height: 32, color: [color.red, color.green, color.blue])
      #expect(OKLab(MarkColor.standingOut(from: image, on: mask)).distance(to: OKLab(color)) > 0.2, "\(color)")
    }
    #expect(abs(OKLab(.white).distance(to: OKLab(.black)) - 1) < 1e-3)
  }

  @Test func errorsHaveThreeColours() {
    let truth = LabelMask(width: 4, height: 1, labels: [1, 0, 1, 255])
    let prediction = LabelMask(width: 4, height: 1, labels: [1, 1, 0, 1])
    let colors = ErrorColors()
    let view = Image(width: 4, height: 1, color: [9, 9, 9]).errorView(prediction: prediction, truth: truth, opacity: 1)
    let expected = [colors.hit, colors.falseAlarm, colors.miss, RGB(9, 9, 9)].flatMap { [$0.red, $0.green, $0.blue] }
    #expect(view.pixels == expected)
  }

  @Test func sheetsPlaceEveryImage() {
    let wide = Image(width: 6, height: 2, color: [255, 0, 0])
    let sheet = Image.sheet([wide, nil, grey], columns: 2, gap: 1, background: .black)
    #expect(sheet.width == 15 && sheet.height == 13)
    #expect(sheet[1, 2, 0] == 255 && sheet[6, 3, 0] == 255 && sheet[7, 3, 0] == 0 && sheet[1, 1, 0] == 0)
    #expect(sheet[1, 7, 1] == 100 && sheet[5, 11, 1] == 100)
    var canvas = Image(width: 3, height: 3, color: [0, 0, 0])
    canvas.place(Image(width: 2, height: 2, color: [7]), x: -1, y: 2)
    #expect(canvas[0, 2, 0] == 7 && canvas.pixels.count { $0 == 7 } == 3)
  }

  @Test func masksTakeTheirColours() {
    let colored = LabelMask(width: 3, height: 1, labels: [0, 1, 255]).colored([.black, RGB(1, 2, 3), .white])
    #expect(colored.pixels == [0, 0, 0, 1, 2, 3, 255, 255, 255])
  }
}
