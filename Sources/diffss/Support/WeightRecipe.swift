import Generation

/// The way to real weights, wherever they are found missing: the same lines as in README.md, from the catalogue.
enum WeightRecipe {
  /// Commands, and what is to be known for them; none where the catalogue cannot be read.
  static var lines: [String] { (try? ModelCatalogue.standard.get())?.recipeLines ?? [] }

  /// Prints them on standard error.
  static func tell() {
    let lines = lines
    if !lines.isEmpty { printError("to fetch real weights:") }
    for line in lines { printError("    \(line)") }
  }
}
