import ArgumentParser
import Core
import Foundation

/// The command that a command line is about, as far as its first words are commands.
struct CommandAtHand {
  /// As it is typed: `diffss cluster submit`.
  let name: String
  /// A word in the place of a command that is none.
  let stray: String?
  /// The commands that may stand there.
  private let known: [String]

  /// `words` are those behind the program's name.
  init(_ words: [String]) {
    var command: any ParsableCommand.Type = Diffss.self, names = [Diffss._commandName], rest = words.drop { $0 == "help" }
    while let word = rest.first, let next = command.configuration.subcommands.first(where: { $0._commandName == word }) {
      command = next
      names.append(word)
      rest = rest.dropFirst()
    }
    let configuration = command.configuration
    stray = configuration.subcommands.isEmpty ? nil : rest.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    // Options alone are those of the command that is meant without a word.
    if let usual = configuration.defaultSubcommand, stray == nil, !rest.isEmpty { names.append(usual._commandName) }
    known = configuration.subcommands.map { $0._commandName }
    name = names.joined(separator: " ")
  }

  /// The one of this process.
  static var ofProcess: CommandAtHand { CommandAtHand(Array(CommandLine.arguments.dropFirst())) }

  /// Where its options are told.
  var help: String { "see `\(name) --help`" }

  /// What the stray word may have been, and what there is.
  func hint(for word: String) -> String {
    let meant = NearestWord.to(word, in: known).map { "did you mean `\(name) \($0)`? " } ?? ""
    return "\(meant)there are \(known.joined(separator: ", "))"
  }
}

/// What may have been meant by a value that an option does not take.
enum ValueHint {
  /// From ArgumentParser's message about it and the words of the command line; nil where there is nothing to say.
  static func of(_ message: String, _ words: [String] = CommandLine.arguments) -> String? { negative(message, words) ?? nearest(message) }

  /// A number below zero looks like an option.
  private static func negative(_ message: String, _ words: [String]) -> String? {
    if let option = quoted(message, "Missing value for '")?.split(separator: " ").first.map(String.init) {
      let value = zip(words, words.dropFirst()).first { $0 == option && Double($1) != nil }?.1
      return value.map { "\($0) is taken for an option: write \(option)=\($0), if it may be below 0;" }
    }
    guard let value = quoted(message, "The value '"), value.hasPrefix("-"), Double(value) != nil else { return nil }
    return "it must be 0 or more;"
  }

  private static func quoted(_ message: String, _ start: String) -> String? {
    message.hasPrefix(start) ? message.dropFirst(start.count).split(separator: "'").first.map(String.init) : nil
  }

  /// From the values that the message lists: which of several is wrong, and which one it may have been.
  private static func nearest(_ message: String) -> String? {
    let parts = message.components(separatedBy: "Please provide one of")
    guard parts.count == 2, parts[0].hasPrefix("The value '"), let end = parts[0].range(of: "' is invalid") else { return nil }
    let value = parts[0][..<end.lowerBound].dropFirst("The value '".count), lines = parts[1].components(separatedBy: "\n  - ").dropFirst()
    // Few are quoted in a sentence, many stand below one another.
    let quoted = parts[1].split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
      String($0.element)
    }
    let known = lines.isEmpty ? quoted : Array(lines)
    let all = value.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
    guard let wrong = all.first(where: { !known.contains($0) }) else { return "one of them is named twice;" }
    let place = all.count > 1 ? "\"\(wrong)\" is none of them;" : nil
    let words = [place, NearestWord.to(wrong, in: known).map { "did you mean \($0)?" }].compactMap { $0 }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }
}
