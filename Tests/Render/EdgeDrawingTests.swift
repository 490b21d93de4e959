import Foundation
import Render
import TestSupport
import Testing

/// Against what OpenCV made of a demo scene (`Tests/Fixtures/opencv`).
@Suite struct EdgeDrawingTests {
  private func fixture(_ name: String) throws -> Image { try Image(pngOrJpeg: Golden.fixture("opencv/\(name).png")) }

  @Test(arguments: [(100, 200), (20, 60), (0, 0), (60, 500)]) func cannyMatchesOpenCV(low: Int, high: Int) throws {
    #expect(try fixture("scene").canny(low: low, high: high) == fixture("canny_\(low)_\(high)"))
  }

  @Test(arguments: ["0.4", "1.7", "10"]) func blurMatchesOpenCV(sigma: String) throws {
    #expect(try fixture("scene").blurred(sigma: #require(Double(sigma))) == fixture("blur_\(sigma)"))
  }

  @Test func thinningMatchesOpenCV() throws {
    #expect(try fixture("strokes").thinned == fixture("thinned"))
  }

  @Test func linesEndAsOnePixelAndStayConnected() {
    var bar = Image(width: 40, height: 12, color: [0])
    for y in 0..<7 { for x in 3..<38 { bar[x, y, 0] = 255 } }
    let thin = bar.thinned
    for x in 10..<30 { #expect((0..<12).count { thin[x, $0, 0] == 255 } == 1) }
    #expect(thin.thinned == thin)
  }

  @Test func smallestImagesAndFlatOnesHaveNoEdges() {
    for (width, height) in [(1, 1), (1, 7), (5, 1), (2, 2)] {
      for color: [UInt8] in [[90], [1, 200, 30]] {
        let flat = Image(width: width, height: height, color: color)
        #expect(flat.canny(low: 0, high: 0) == Image(width: width, height: height, color: [0]))
        #expect(flat.blurred(sigma: 3) == flat)
        #expect(flat.blurred(sigma: 0) == flat)
      }
      #expect(Image(width: width, height: height, color: [0]).thinned.pixels.allSatisfy { $0 == 0 })
    }
  }
}
