import Core
import Generation
import Models
import Render
import Synchronization
import Testing

/// Edges as strong as the image's red, and how often they were asked for.
private final class RedEdges: EdgeDetector {
  let calls = Mutex(0)

  func edges(rgb: Tensor) throws -> Tensor {
    calls.withLock { $0 += 1 }
    return Tensor(stride(from: 0, to: rgb.values.count, by: 3).map { rgb.values[$0] / 255 }, shape: [1, rgb.shape[1], rgb.shape[2], 1])
  }
}

@Suite struct KnobTests {
  /// Red grows from left to right; the class is a square in the middle.
  private static let image: (image: Image, mask: LabelMask) = {
    var image = Image(width: 128, height: 128, color: [0, 40, 80])
    var mask = LabelMask(width: 128, height: 128, labels: [UInt8](repeating: 0, count: 128 * 128))
    for y in 0..<128 {
      for x in 0..<128 {
        image[x, y, 0] = UInt8(x * 2)
        if (40..<90).contains(x), (40..<90).contains(y) { mask[x, y] = 1 }
      }
    }
    return (image, mask)
  }()

  private func make(_ type: ConditionType, _ settings: ConditionSettings) throws -> ControlImage {
    let maker = try ConditionMaker(type, settings: settings, palette: Palette(), detector: RedEdges())
    return try maker.make(image: Self.image.image, mask: Self.image.mask, adeIndex: 5)
  }

  private func white(_ image: Image) -> Int { image.pixels.count { $0 != 0 } / image.channels }

  @Test func theThresholdIsStrictlyAbove() throws {
    // Red 128 is column 64.
    func columns(_ threshold: Int) throws -> [Int] {
      let control = try make(.scribble, ConditionSettings(resolution: 128, threshold: threshold, dilation: 0)).image
      return (0..<128).filter { control[$0, 60, 0] == 255 }
    }
    #expect(try columns(127) == Array(64..<90))
    #expect(try columns(128) == Array(65..<90))
    #expect(try columns(0) == Array(40..<90))
    #expect(throws: GenerationError.noObject(
      condition: "scribble", reason: "no edge in it is above the threshold 254, the strongest is 178", advice: "choose a lower --threshold")
    ) { try columns(254) }
  }

  @Test func dilationGrowsTheMaskByItsEllipse() throws {
    func dilated(_ side: Int) throws -> Int {
      white(try #require(try make(.hed, ConditionSettings(resolution: 128, dilation: side)).stage(.dilated)))
    }
    #expect(try dilated(0) == 50 * 50)
    #expect(try dilated(1) == 50 * 50)
    #expect(try dilated(3) == 50 * 50 + 4 * 50)
    #expect(try dilated(14) < dilated(20))
    #expect(try dilated(128) <= 128 * 128)
  }

  @Test func blurComesBeforeTheEdgesAndIsAStageOfItsOwn() throws {
    let sharp = try make(.hed, ConditionSettings(resolution: 128)), soft = try make(.hed, ConditionSettings(resolution: 128, blur: 3))
    #expect(sharp.stage(.blurred) == nil)
    #expect(soft.stage(.blurred) == soft.stage(.resized)?.blurred(sigma: 3))
    #expect(soft.stage(.resized) == sharp.stage(.resized))
    // The edges are the red of the blurred image.
    let blurred = try #require(soft.stage(.blurred))
    #expect(soft.stage(.edge)?.pixels == stride(from: 0, to: blurred.pixels.count, by: 3).map { blurred.pixels[$0] })
  }

  @Test func thinningComesAfterTheThreshold() throws {
    let thick = try make(.scribble, ConditionSettings(resolution: 128))
    let thin = try make(.scribble, ConditionSettings(resolution: 128, thinning: true))
    #expect(thick.image == thick.stage(.threshold)?.rgb)
    #expect(thin.stage(.threshold) == thick.stage(.threshold))
    #expect(thin.image == thick.stage(.threshold)?.thinned.rgb)
    #expect(white(thin.image) > 0 && white(thin.image) * 4 < white(thick.image))
  }

  @Test func cannyFollowsItsThresholdsAndNeedsNoDetector() throws {
    #expect(ConditionType.canny.detector(ConditionSettings()) == nil)
    #expect(throws: GenerationError.noObject(
      condition: "canny", reason: "no edge was found in or around it", advice: "choose lower --canny-low and --canny-high, or the condition mask")
    ) { try make(.canny, ConditionSettings(resolution: 128, cannyLow: 1000, cannyHigh: 1000)) }
  }

  @Test func aControlImageWithoutItsObjectIsAnError() throws {
    func reason(_ type: ConditionType, mask: LabelMask, ade: Int = 5, size: Int = 128, _ image: Image = Self.image.image) -> String? {
      do {
        _ = try ConditionMaker(type, settings: ConditionSettings(resolution: size, dilation: 0), palette: Palette(), detector: RedEdges())
          .make(image: image, mask: mask, adeIndex: ade)
        return nil
      } catch GenerationError.noObject(let condition, let reason, let advice) {
        return condition == type.rawValue && !advice.isEmpty ? reason : "?"
      } catch { return "\(error)" }
    }
    #expect(reason(.mask, mask: Self.image.mask) == nil)
    // Wall, the class whose colour is the background's.
    #expect(reason(.mask, mask: Self.image.mask, ade: 0) == "ADE20K class 0 has the colour of the background")
    // A pixel that nearest resizing steps over.
    var dot = LabelMask(width: 128, height: 128, labels: [UInt8](repeating: 0, count: 128 * 128))
    dot[41, 41] = 1
    for type in [ConditionType.mask, .hed, .pidinet, .scribble, .canny] {
      #expect(reason(type, mask: dot, size: 64) == "its mask vanishes at 64x64")
    }
    let black = Image(width: 128, height: 128, color: [0, 0, 0])
    for type in [ConditionType.hed, .pidinet, .scribble, .canny] {
      #expect(reason(type, mask: Self.image.mask, black) == "no edge was found in or around it")
    }
  }

  @Test func settingsOutOfRangeAreRefused() {
    for settings in [
      ConditionSettings(threshold: 255), ConditionSettings(threshold: -1), ConditionSettings(dilation: 129),
      ConditionSettings(blur: -0.1), ConditionSettings(blur: .infinity),
      ConditionSettings(cannyHigh: 1001), ConditionSettings(resolution: 63),
    ] {
      #expect(throws: CoreError.self) { try make(.scribble, settings) }
    }
    // Canny's thresholds are bounded by one another where Canny uses them.
    #expect(throws: CoreError.self) { try make(.canny, ConditionSettings(cannyLow: 201)) }
  }

  @Test func theDetectorRunsOnceForAnImage() throws {
    let maps = EdgeMaps(), detector = RedEdges(), other = RedEdges()
    func make(_ type: ConditionType, _ settings: ConditionSettings, _ detector: RedEdges) throws -> Image {
      let maker = try ConditionMaker(type, settings: settings, palette: Palette(), detector: detector, edgeMaps: maps)
      return try maker.make(image: Self.image.image, mask: Self.image.mask, adeIndex: 5).image
    }
    for threshold in [127, 90, 30] {
      for dilation in [0, 14] {
        let settings = ConditionSettings(resolution: 128, threshold: threshold, dilation: dilation)
        #expect(try make(.scribble, settings, detector) == self.make(.scribble, settings).image)
      }
    }
    _ = try make(.hed, ConditionSettings(resolution: 128), detector)
    #expect(detector.calls.withLock { $0 } == 1)
    // Another blur, size or detector is another map.
    _ = try make(.hed, ConditionSettings(resolution: 128, blur: 1), detector)
    _ = try make(.hed, ConditionSettings(resolution: 64), detector)
    #expect(detector.calls.withLock { $0 } == 3)
    _ = try make(.pidinet, ConditionSettings(resolution: 128), other)
    #expect(other.calls.withLock { $0 } == 1)
    _ = try make(.hed, ConditionSettings(resolution: 128), detector)
    #expect(detector.calls.withLock { $0 } == 3)
  }
}
