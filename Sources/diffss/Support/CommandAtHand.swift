import ArgumentParser
import Core
import Data
import Foundation

/// The command that a command line is about, as far as its first words are commands.
struct CommandAtHand {
  /// As it is typed: `diffss cluster submit`.
  let name: String
  /// A word in the place of a command that is none.
  let stray: String?
  /// The commands that may stand there.
  private let known: [String]
  private let command: any ParsableCommand.Type

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
    if let usual = configuration.defaultSubcommand, stray == nil, !rest.isEmpty {
      names.append(usual._commandName)
      command = usual
    }
    known = configuration.subcommands.map { $0._commandName }
    name = names.joined(separator: " ")
    self.command = command
  }

  /// The one of this process.
  static var ofProcess: CommandAtHand { CommandAtHand(Array(CommandLine.arguments.dropFirst())) }

  /// Its options, as its help names them.
  var options: [String] { Self.options(of: command) }

  /// The commands that have an option which this one lacks, as they are typed.
  func owners(of option: String) -> [String] {
    let root = Diffss._commandName
    return Diffss.configuration.subcommands.filter { Self.options(of: $0).contains(option) }.map { "\(root) \($0._commandName)" }
  }

  private static func options(of command: any ParsableCommand.Type) -> [String] {
    // Options begin their lines; what explains them is far from them, or below.
    Diffss.helpMessage(for: command, includeHidden: true).split(separator: "\n").filter { $0.hasPrefix("  -") }.flatMap { line in
      let names = line.dropFirst(2).components(separatedBy: "  ")[0]
      return names.split(whereSeparator: { " ,/".contains($0) }).map(String.init).filter { $0.hasPrefix("--") }
    }
  }

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
  /// From ArgumentParser's message about it, the command's options and the words of the command line; nil where there is nothing to say.
  static func of(_ message: String, options: [String], _ words: [String] = CommandLine.arguments) -> String? {
    negative(message, words) ?? nearest(message) ?? example(message) ?? dataset(message, options)
  }

  /// A data set's name where its option is meant: some commands take it without.
  private static func dataset(_ message: String, _ options: [String]) -> String? {
    guard options.contains("--dataset"), let word = quoted(message, "Unexpected argument '"), DatasetKind(rawValue: word) != nil else {
      return nil
    }
    return "write --dataset \(word);"
  }

  /// How a value is written that could not be read.
  private static func example(_ message: String) -> String? {
    guard message.hasPrefix("The value '"), message.hasSuffix("'"), let start = message.range(of: "' is invalid for '", options: .backwards)
    else { return nil }
    let words = message[start.upperBound...].dropLast().split(separator: " ").map(String.init)
    guard let option = words.first(where: { $0.hasPrefix("-") }) else { return nil }
    let value = message[..<start.lowerBound].dropFirst("The value '".count)
    switch (option, words.last ?? "") {
    case ("--size", "<WxH>"): return "write columns and rows, 1...\(CellSize.limit) each, such as --size 40x20;"
    case ("--seeds", _): return "write different whole numbers with commas between, such as --seeds 1,2,3;"
    case ("--aux-shots", "<list>"): return "write different whole numbers with commas between, such as --aux-shots 1,4;"
    case ("--min-agreement", "<list>"): return "write different numbers with commas between, such as --min-agreement 0,0.5;"
    case ("--min-agreement", _): return "write a number, such as --min-agreement 0.5;"
    case _ where !value.isEmpty && value.allSatisfy(\.isNumber): return "it is too large;"
    default: return "write a whole number, such as \(option) 3;"
    }
  }

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
