import CNcurses
import Core
import Foundation
import Render

/// Asks the user of the terminal at standard input and output what it draws, and remembers it.
///
/// Returns the exit status: 0, 130 after Ctrl-C, 128 + N after signal N; only with 0 something is remembered. Throws `TUIError` where there is
/// no terminal, or one without UTF-8, and `CoreError.cannotWrite`.
public func runCalibration(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Int32 {
  for (descriptor, name) in [(STDIN_FILENO, "standard input"), (STDOUT_FILENO, "standard output")] where isatty(descriptor) == 0 {
    throw TUIError.cannotCalibrate(stream: name)
  }
  TerminalSettings.useLocale(environment)
  guard curses_is_utf8() != 0 else { throw TUIError.noUnicode }
  let answers = TerminalProbe.ask(environment, keepsTyped: false)?.answers, name = TerminalMemory.name(environment, answers)
  let file = TerminalMemory.standardFile(environment)
  var calibration = Calibration(asksBackground: answers?.background == nil)
  say("What does \(name) draw? y and n answer, Ctrl-C leaves everything as it was.\n")
  var style = CellStyle(
    colors: AnnouncedColors.depth(environment), dithered: false, named: AnnouncedColors.named(environment),
    lightBackground: TerminalProfile.ofUser(environment, answers).lightBackground)
  let keys = try KeyReader()
  defer { keys.close() }
  while let question = calibration.question {
    switch question {
    case .symbols(let set):
      style.symbols = set
      say("\n" + TestCard.lines(style, columns: columns))
      say("Is the right image whole, and each of the characters there, without boxes or gaps? [y/n] ")
    case .darkBackground: say("\nIs this text lighter than what is behind it? [y/n] ")
    }
    var answer: Bool?
    while answer == nil {
      switch keys.next() {
      case .key(.character("y")), .key(.character("Y")): answer = true
      case .key(.character("n")), .key(.character("N")): answer = false
      case .key: continue
      case .ended(let status):
        say("\nnothing new is remembered\n")
        return status
      }
    }
    say(answer == true ? "yes\n" : "no\n")
    calibration.answer(answer == true)
  }
  var memory = TerminalMemory.ofUser(environment)
  memory.remember(.init(terminal: name, symbols: calibration.symbols, lightBackground: calibration.lightBackground))
  try memory.write(to: file)
  let background = calibration.lightBackground.map { $0 ? ", light background" : ", dark background" } ?? ""
  say("\nremembered of \(name): symbols \(calibration.symbols.rawValue)\(background)\n")
  say("in \(PlainText.clean(file.path)); calibrate again or delete the file to change it\n")
  return 0
}

private var columns: Int {
  var window = winsize()
  return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0 ? Int(window.ws_col) : 80
}

private func say(_ text: String) { OutputDescriptor.write(Array(text.utf8), to: STDOUT_FILENO) }
