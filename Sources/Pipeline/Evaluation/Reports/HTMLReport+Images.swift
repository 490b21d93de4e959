import Foundation
import Render

extension HTMLReport {
  /// A row a support: real image, control image, generated ones.
  var contactSheet: Markup {
    get throws {
      if gallery.rows.isEmpty { return "" }
      // Where the whole request of an image is: images of several supports have the same numbers.
      var place = 0
      let rows: [Markup] = try gallery.rows.map { row in
        var cells: [Markup] = []
        if let real = row.real { cells.append(Self.figure(try Self.image(real, isPhotograph: true, "real image with its mask"), "real")) }
        if let control = row.control { cells.append(Self.figure(try Self.image(control, isPhotograph: false, "control image"), "control image")) }
        for image in row.images {
          place += 1
          let remark: Markup = image.remark.map { "<br><strong>\($0)</strong>" } ?? ""
          cells.append(
            Self.figure(
              try Self.image(image.image, isPhotograph: true, image.name),
              "<a href=\"#request-\(place)\">generated \(image.number)</a><br>\(image.name)<br>\(image.caption)\(remark)"))
        }
        return "<section class=\"support\">\n<h3>\(row.title)</h3>\n\(Self.paragraphs(row.remarks))<div class=\"row\">\n\(cells)</div>\n</section>\n"
      }
      return """
        <section>
        <h2>Supports</h2>
        <p>Line: the mask, which the generated images share with the real one.</p>
        \(Self.paragraphs(gallery.remarks))\(rows)</section>

        """
    }
  }

  /// What every image says of itself.
  var requests: Markup {
    let images = gallery.rows.flatMap { row in row.images.map { (image: $0, title: row.title) } }
    if images.isEmpty { return "" }
    let entries: [Markup] = images.enumerated().map { place, shown in
      let image = shown.image
      let parameters: Markup = image.parameters.map { "<pre>\(lines: $0)</pre>\n" } ?? ""
      return """
        <section class="request" id="request-\(place + 1)">
        <h3>\(shown.title), generated \(image.number): \(image.name)</h3>
        \(parameters)<details><summary>whole request</summary>
        <pre>\(lines: image.json)</pre>
        </details>
        </section>

        """
    }
    return "<section>\n<h2>Requests</h2>\n\(entries)</section>\n"
  }

  static func paragraphs(_ texts: [String]) -> Markup {
    let paragraphs: [Markup] = texts.map { "<p>\($0)</p>\n" }
    return "\(paragraphs)"
  }

  static func figure(_ image: Markup, _ caption: Markup) -> Markup {
    "<figure>\(image)<figcaption>\(caption)</figcaption></figure>\n"
  }

  /// Photographs of the full side as JPEG, a fifth of their size; small ones and flat colours keep every pixel.
  static func image(_ image: Image, isPhotograph: Bool, _ description: String) throws -> Markup {
    let isLarge = max(image.width, image.height) >= ReportGallery.side
    let (kind, bytes) = try isPhotograph && isLarge ? ("jpeg", image.jpegData(quality: 92)) : ("png", image.pngData())
    let data = Markup(trusted: Data(bytes).base64EncodedString())
    return "<img alt=\"\(description)\" width=\"\(image.width)\" height=\"\(image.height)\" src=\"data:image/\(kind);base64,\(data)\">"
  }
}
