import CNcurses
import Foundation

/// Asks the terminal what it is, once, before curses draws.
enum TerminalProbe {
  /// Milliseconds for a first answer, and for all of them once one has begun.
  private static let limits = (silent: 100, answering: 300)
  /// The same for a program that ends soon: an answer after its end would be typed into the shell.
  private static let patience = (silent: 1000, answering: 1000)

  /// Every question; the device attributes last, since all terminals answer them: what was not answered before will not be.
  ///
  /// The sextant is drawn on the other screen, where nothing is lost; terminals without one get it erased from where it stands.
  private static func questions(measuring: Bool) -> [UInt8] {
    let width = "\u{1B}7\u{1B}[?1049h\u{1B}[6n\u{1FB17}\u{1B}[6n\u{1B}[?1049l\u{1B}8\u{1B}[K"
    let asked = "\u{1B}[>q\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}]11;?\u{1B}\\\u{1B}[16t"
    return Array((asked + (measuring ? width : "") + "\u{1B}[c").utf8)
  }

  /// Whether a terminal of this name understands the questions or passes over them. rxvt and st show some strings as text.
  static func mayAsk(_ term: String) -> Bool {
    TerminalModes.areKnown(term) && !["rxvt", "st-"].contains(where: term.hasPrefix)
  }

  /// The answers on standard input, and the bytes that were not answers; nil where the terminal is not asked.
  ///
  /// Who has no use for the leftover does not keep what is typed: then nothing is asked where input waits already, the next lines of a
  /// paste, which belong to the shell.
  static func ask(_ environment: [String: String], keepsTyped: Bool = true) -> (answers: TerminalAnswers, leftover: [UInt8])? {
    guard mayAsk(environment["TERM"] ?? ""), isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
    var saved = termios()
    guard tcgetattr(STDIN_FILENO, &saved) == 0 else { return nil }
    var quiet = saved
    // Ctrl-C comes as a key: a signal would leave the modes as they are now.
    quiet.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    quiet.c_iflag &= ~tcflag_t(IXON | ICRNL)
    guard tcsetattr(STDIN_FILENO, TCSANOW, &quiet) == 0 else { return nil }
    defer { tcsetattr(STDIN_FILENO, TCSANOW, &saved) }
    if !keepsTyped {
      var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, 0) == 0 else { return nil }
    }
    OutputDescriptor.write(questions(measuring: curses_is_utf8() != 0), to: STDOUT_FILENO)
    let limits = keepsTyped ? limits : patience
    var parser = AnswerParser(), hasBegun = false
    let start = ContinuousClock.now
    while !parser.answers.isComplete {
      let left = .milliseconds(hasBegun ? limits.answering : limits.silent) - (ContinuousClock.now - start)
      guard left > .zero else { break }
      var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      let ready = poll(&descriptor, 1, Int32((left / .milliseconds(1)).rounded(.up)))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { break }
      var bytes = [UInt8](repeating: 0, count: 1024)
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      guard count > 0 else { break }
      hasBegun = true
      parser.take(bytes.prefix(count))
    }
    return (parser.answers, parser.leftover)
  }
}
