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
  /// What is measured is drawn on the other screen, where nothing is lost; terminals without one get it erased from where it stands.
  private static func questions(_ environment: [String: String], measuring: Bool) -> [UInt8] {
    // tmux and screen would take kitty's for a title.
    let isBetween =
      ["TMUX", "STY"].contains { !(environment[$0] ?? "").isEmpty }
      || ["tmux", "screen"].contains(where: (environment["TERM"] ?? "").hasPrefix)
    let kitty = isBetween ? "" : "\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\"
    // GNU screen would hand these through, to be shown.
    func isSet(_ name: String) -> Bool { !(environment[name] ?? "").isEmpty }
    let isScreen = isSet("STY") || (!isSet("TMUX") && (environment["TERM"] ?? "").hasPrefix("screen"))
    let sample = AnswerParser.sample.map { "\($0)" }.joined(separator: ";"), names = AnswerParser.capabilities.joined(separator: ";")
    let colors = isScreen ? "" : "\u{1B}[48;2;\(sample)m\u{1B}P$qm\u{1B}\\\u{1B}[m\u{1B}P+q\(names)\u{1B}\\"
    let place = "\u{1B}[6n", glyphs = GlyphWidths.samples
    let measured = [glyphs.sextant, glyphs.wedge, glyphs.octant].map { "\($0)\(place)" }.joined()
    let width = "\u{1B}7\u{1B}[?1049h\(place)\(measured)\u{1B}[?1049l\u{1B}8\u{1B}[K"
    let asked = "\u{1B}[>q\(kitty)\u{1B}]11;?\u{1B}\\\u{1B}[16t\(colors)\u{1B}[=c\u{1B}[>c"
    return Array((asked + (measuring ? width : "") + "\u{1B}[c").utf8)
  }

  /// Whether a terminal of this name understands the questions or passes over them. rxvt and st show some strings as text.
  static func mayAsk(_ term: String) -> Bool {
    TerminalModes.areKnown(term) && !["rxvt", "st-"].contains(where: term.hasPrefix)
  }

  /// The answers on standard input, and the bytes that were not answers; nil where the terminal is not asked.
  ///
  /// Who has no use for the leftover does not keep what is typed: then nothing is asked where input waits already, the next lines of a
  /// paste, which belong to the shell, and the keys that send signals do so.
  static func ask(_ environment: [String: String], keepsTyped: Bool = true) -> (answers: TerminalAnswers, leftover: [UInt8])? {
    guard mayAsk(environment["TERM"] ?? ""), isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
    var saved = termios()
    guard tcgetattr(STDIN_FILENO, &saved) == 0 else { return nil }
    var quiet = saved
    // Ctrl-C comes as a key: a signal would leave the modes as they are now.
    quiet.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    quiet.c_iflag &= ~tcflag_t(IXON | ICRNL)
    guard tcsetattr(STDIN_FILENO, TCSANOW, &quiet) == 0 else { return nil }
    if !keepsTyped {
      var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, 0) == 0 else {
        tcsetattr(STDIN_FILENO, TCSANOW, &saved)
        return nil
      }
    }
    OutputDescriptor.write(questions(environment, measuring: curses_is_utf8() != 0), to: STDOUT_FILENO)
    let keys = saved.c_lflag & tcflag_t(ISIG) == 0 || keepsTyped ? [:] : signals(saved)
    let (parser, signal) = listen(keepsTyped ? limits : patience, keys)
    guard let signal else {
      tcsetattr(STDIN_FILENO, TCSANOW, &saved)
      return (parser.answers, parser.leftover)
    }
    // What was typed before such a key is lost, as the line's driver has it.
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
    raise(signal)
    return (parser.answers, [])
  }

  /// Reads until all is answered or the time is up; `keys` send signals, after which answers that are under way are waited for a moment.
  private static func listen(_ limits: (silent: Int, answering: Int), _ keys: [UInt8: Int32]) -> (AnswerParser, signal: Int32?) {
    var parser = AnswerParser(), signal: Int32?
    let start = ContinuousClock.now
    var end = start + .milliseconds(limits.silent), hasBegun = false
    while !parser.answers.isComplete {
      let left = end - .now
      guard left > .zero else { break }
      var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      let ready = poll(&descriptor, 1, Int32((left / .milliseconds(1)).rounded(.up)))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { break }
      var bytes = [UInt8](repeating: 0, count: 1024)
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      guard count > 0 else { break }
      parser.take(bytes.prefix(count))
      if !hasBegun { (hasBegun, end) = (true, start + .milliseconds(limits.answering)) }
      if signal == nil, let key = parser.leftover.first(where: { keys[$0] != nil }) {
        signal = keys[key]
        end = min(end, .now + .milliseconds(50))
      }
    }
    return (parser, signal)
  }

  /// The keys that the line's driver turns into signals.
  private static func signals(_ settings: termios) -> [UInt8: Int32] {
    withUnsafeBytes(of: settings.c_cc) { keys in
      let pairs = [(VINTR, SIGINT), (VQUIT, SIGQUIT), (VSUSP, SIGTSTP)].map { (keys[Int($0.0)], $0.1) }
      // 0 stands for no key.
      return Dictionary(pairs.filter { $0.0 != 0 }) { first, _ in first }
    }
  }
}
