import Render
import TUI
import Testing

@Suite("Frames")
struct FrameTests {
  @Test func aWideGlyphThatIsHalfCoveredGoesBlank() {
    var frame = Frame(Size(width: 6, height: 1))
    frame.text("猫猫猫", in: frame.bounds)
    frame.put(Cell("x"), x: 1, y: 0)
    frame.put(Cell("犬", width: 2), x: 3, y: 0)
    #expect(frame.line(0) == " x 犬 ")
  }

  @Test func nothingIsDrawnOutside() {
    var frame = Frame(Size(width: 4, height: 2))
    frame.put(Cell("猫", width: 2), x: 3, y: 0)
    frame.put(Cell("x"), x: -1, y: 0)
    frame.put(Cell("x"), x: 0, y: 2)
    frame.text("abcdefgh", in: frame.bounds, row: 1, column: 2)
    #expect(frame.text == "\n  a…")
  }

  @Test func barsFillByEighths() {
    var frame = Frame(Size(width: 4, height: 1))
    frame.bar(0.625, in: frame.bounds, width: 4, style: .plain, empty: .plain)
    #expect(frame.line(0) == "██▌·")
    frame.bar(.nan, in: frame.bounds, width: 4, style: .plain, empty: .plain)
    #expect(frame.line(0) == "····")
  }

  @Test func boxesOfAnySizeStayInside() {
    for width in 0...12 {
      for height in 0...4 {
        var frame = Frame(Size(width: 12, height: 4))
        let inside = frame.box(
          Rect(x: 0, y: 0, width: width, height: height), title: "title that is long", note: "note", border: .plain, titleStyle: .plain)
        #expect(inside.width <= max(0, width - 2) && inside.height <= max(0, height - 2))
      }
    }
  }
}
