import Core

/// HTML source: what a literal says is markup, what is put into it is text.
///
/// Text comes from other people's files, so the compiler keeps the two apart: a `String` that is interpolated is escaped, and there is no
/// other way in but `trusted`, for what the program has made itself.
struct Markup: ExpressibleByStringInterpolation, Sendable {
  let source: String

  init(stringLiteral value: String) { source = value }

  init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

  /// Markup made by the program, such as an SVG image or base 64.
  init(trusted source: String) { self.source = source }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) { source += literal }

    /// In content and in quoted attributes.
    mutating func appendInterpolation(_ text: String) { source += Markup.escaped(text) }

    /// The same with the text's lines kept, for `<pre>`.
    mutating func appendInterpolation(lines text: String) {
      source += text.split(separator: "\n", omittingEmptySubsequences: false).map { Markup.escaped(String($0)) }.joined(separator: "\n")
    }

    mutating func appendInterpolation(_ number: Int) { source += "\(number)" }

    mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    mutating func appendInterpolation(_ several: [Markup]) { for markup in several { source += markup.source } }
  }

  /// Without control characters and with every character that means something in HTML written as a reference.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in PlainText.clean(text).unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

extension Markup {
  /// A table whose cells are text; the first column is text and names its row, the others are figures. The last `sums` rows are below a line.
  static func table(head: [String], _ rows: [[String]], sums: Int = 0, caption: String? = nil) -> Markup {
    func line(_ row: [String]) -> Markup {
      let cells: [Markup] = row.dropFirst().map { "<td>\($0)</td>" }
      return "<tr><th scope=\"row\">\(row.first ?? "")</th>\(cells)</tr>\n"
    }
    let titles: [Markup] = head.map { "<th scope=\"col\">\($0)</th>" }
    let body = rows.dropLast(sums).map(line), below = rows.suffix(sums).map(line)
    let foot: Markup = below.isEmpty ? "" : "<tfoot>\n\(below)</tfoot>\n"
    let title: Markup = caption.map { "<caption>\($0)</caption>\n" } ?? ""
    return """
      <div class="wide"><table>
      \(title)<thead><tr>\(titles)</tr></thead>
      <tbody>
      \(body)</tbody>
      \(foot)</table></div>

      """
  }

  /// Names with their values.
  static func list(_ facts: [ReportFact]) -> Markup {
    let lines: [Markup] = facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>\n" }
    return "<dl>\n\(lines)</dl>\n"
  }
}
