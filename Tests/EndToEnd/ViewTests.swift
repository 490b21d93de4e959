import Foundation
import Render
import TestSupport
import Testing

/// Every view of the explorer, in a real terminal on the real program.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ViewTests {
  private func explorer(_ program: Program, term: String = "tmux-256color") throws -> TerminalSession {
    let session = try TerminalSession(
      "\(Program.path) explore; echo left with $?", columns: 140, rows: 42, environment: program.environment, term: term)
    try session.wait(for: "an episode") { $0.contains(#/Episode \d+: /#) }
    return session
  }

  private func leave(_ session: TerminalSession) throws {
    try session.send(keys: "q")
    try session.wait(for: "left with 0")
  }

  @Test func browsingAndComingBack() throws {
    let program = try Program()
    defer { program.remove() }
    var session = try explorer(program)
    try session.send(keys: "/", "m", "u", "g")
    try session.wait(for: "the filtered list") { $0.contains("/mug") && $0.contains(" of 1000") }
    try session.send(keys: "Enter", "j", "Space", "v", "j", "v")
    try session.wait(for: "3 marked")
    try session.send(keys: ":", "t", "h", "e", "m")
    try session.wait(for: "theme")
    try session.send(keys: "Enter")
    try session.wait(for: "colour-blind")
    try session.send(keys: "Down", "Enter")
    try session.send(keys: "?", "s", "o", "r", "t")
    try session.wait(for: "Another order of the episodes")
    try session.send(keys: "Escape")
    try session.wait(for: "the help closed") { !$0.contains("Another order") }
    try session.send(keys: "c", "Z")
    try session.wait(for: "the list alone") { !$0.contains("Settings") }
    try session.send(keys: "Z")
    try session.wait(for: "the panels") { $0.contains("condition: scribble") }
    let before = try session.screen().firstMatch(of: #/Episode \d+: \w+/#)?.output
    try leave(session)
    session = try explorer(program)
    let after = try session.wait(for: "the filter of the last session") { $0.contains("/mug") && $0.contains("condition: scribble") }
    #expect(before != nil && after.firstMatch(of: #/Episode \d+: \w+/#)?.output == before)
    try leave(session)
  }

  @Test func comparingJudgingAndSharing() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try explorer(program)
    // Conditions side by side, all measured.
    try session.send(keys: "b")
    try session.wait(for: "g generates 12 images")
    try session.send(keys: "e")
    try session.wait(for: "three predictions") { screen in
      screen.split(separator: "\n").contains { $0.components(separatedBy: "prediction ").filter { $0.first?.isNumber == true }.count == 3 }
    }
    try session.send(keys: "l", "Enter")
    try session.wait(for: "the scribble condition taken over") { $0.contains("condition: scribble") }
    // A grid from one key.
    try session.send(keys: "#", "Enter")
    try session.wait(for: "steps x guidance · episode")
    try session.send(keys: "Escape")
    try session.wait(for: "1 real + 4 generated")
    // Near, with values; then two tiles against one another.
    try session.send(keys: "Tab", "+", "l")
    try session.wait(for: "RGB ")
    try session.send(keys: "Escape")
    try session.wait(for: "condition: scribble")
    try session.send(keys: "A", "l", "l", "B")
    try session.wait(for: "A against B: flicker")
    try session.send(keys: "m")
    try session.wait(for: "A against B: split")
    try session.send(keys: "m")
    try session.wait(for: "A against B: difference")
    try session.send(keys: "Escape")
    // The first generated support is kept and exported.
    try session.wait(for: "1 real + 4 generated")
    try session.send(keys: "l", "l", "l", "K")
    try session.wait(for: "its verdict") { $0.contains(#/gen(erated)? 1(/4)?  kept/#) }
    let kept = program.home.appendingPathComponent("kept").path, report = program.home.appendingPathComponent("report.html").path
    try session.send(keys: "O", "C-u")
    try session.send(keys: kept, "Enter")
    try session.wait(for: "1 kept image is in")
    #expect(try FileManager.default.contentsOfDirectory(atPath: kept).count == 1)
    try session.send(keys: "H", "C-u")
    try session.send(keys: report, "Enter")
    try session.wait(for: "the report is")
    #expect(try String(contentsOfFile: report, encoding: .utf8).contains("<html"))
    // The exact command line, through the terminal's clipboard.
    try session.send(keys: "y", "Enter")
    try session.wait(for: "copied")
    let line = try session.clipboard()
    #expect(line.hasPrefix("diffss generate --dataset demo --fold 0 --condition scribble"))
    // What it says can be run.
    let words = line.split(separator: " ").dropFirst().dropLast().map(String.init) + [program.home.appendingPathComponent("out").path, "--limit", "1"]
    #expect(try program.run(words).status == 0)
    // Settings come back from the image.
    let image = try #require(try FileManager.default.contentsOfDirectory(atPath: kept).first)
    try session.send(keys: "c", "I", "C-u")
    try session.send(keys: "\(kept)/\(image)", "Enter")
    try session.wait(for: "the settings are in the form")
    try session.wait(for: "condition: scribble")
    try leave(session)
  }

  @Test func theMouseReachesWhatIsShown() throws {
    let program = try Program()
    defer { program.remove() }
    let session = try explorer(program, term: "xterm-256color"), screen = try session.screen()
    func click(_ text: String, on screen: String) throws {
      let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
      let row = try #require(lines.firstIndex { $0.contains(text) }), line = lines[row]
      let column = try #require(line.range(of: text)).lowerBound
      let place = "\(line[..<column].unicodeScalars.count + 1);\(row + 1)"
      try session.send(keys: "-l", "\u{1B}[<0;\(place)M\u{1B}[<0;\(place)m")
    }
    try click("  4 ", on: screen)
    try click("Network", on: session.wait(for: "Episode 4: "))
    // The list of networks, and one of them.
    try click("Network", on: session.wait(for: "‹ dcama ›"))
    try click("hsnet", on: session.wait(for: "Enter takes it"))
    try click("e evaluate  E", on: session.wait(for: "‹ hsnet ›"))
    try session.wait(for: "its IoU") { $0.contains(/IoU 1-shot [0-9.]+  (1\+4|with generated) [0-9.]+/) }
    // What looks like the mouse in pasted text is no press on the fold.
    try session.send(keys: "/")
    try session.send(keys: "-l", "\u{1B}[200~mu\u{1B}[<0;20;1Mg\u{1B}[201~")
    try session.wait(for: "/mu[<0;20;1Mg")
    try session.send(keys: "C-u", "Enter")
    #expect(try !session.wait(for: "q quit").contains("Enter takes it"))
    try click("q quit", on: session.wait(for: "q quit"))
    try session.wait(for: "left with 0")
  }

  @Test func anImageOfOnesOwnIsASupportAndAQuery() throws {
    let program = try Program()
    defer { program.remove() }
    let image = program.home.appendingPathComponent("my cup.png"), mask = program.home.appendingPathComponent("my cup_mask.png")
    let inside = (0..<96 * 80).map { (24..<72).contains($0 % 96) && (20..<60).contains($0 / 96) }
    try Image(width: 96, height: 80, channels: 3, pixels: inside.flatMap { $0 ? [200, 40, 40] : [30, 90, 60] as [UInt8] }).writePNG(to: image)
    try Image(width: 96, height: 80, channels: 1, pixels: inside.map { $0 ? 255 : 0 }).writePNG(to: mask)
    var session = try explorer(program)
    try session.send(keys: "i")
    try session.wait(for: "Your own image")
    try session.send(keys: image.path, "Enter")
    // Its mask is guessed.
    try session.wait(for: "cup_mask.png")
    try session.send(keys: "Enter")
    try session.wait(for: "Its class")
    try session.send(keys: "m", "u", "g", "Enter")
    try session.wait(for: "imported: own/my_cup-")
    // The demo's weights know nothing of it.
    try session.wait(for: "of your image")
    try session.wait(for: "its episode") { $0.contains("mug") && $0.contains("support own/my_cup-") }
    try session.send(keys: "e")
    try session.wait(for: "both IoU") { $0.contains(/IoU 1-shot [0-9.]+  (1\+4|with generated) [0-9.]+/) }
    try session.send(keys: "j")
    try session.wait(for: "query own/my_cup-")
    try leave(session)
    let report = try program.run(["report", "--out", program.home.appendingPathComponent("report.html").path])
    #expect(report.status == 0, "\(report.standardError)")
    // It is still there at the next start.
    session = try explorer(program)
    try session.send(keys: "End", "k")
    try session.wait(for: "support own/my_cup-")
    try session.send(keys: "i")
    try session.wait(for: "Your own image")
    try session.send(keys: mask.path, "Enter")
    try session.wait(for: "Its mask")
    try session.send(keys: "C-u", "/nowhere.png")
    try session.wait(for: "no such file")
    try session.send(keys: "Enter")
    try session.wait(for: "/nowhere.png")
    // Escape and a key at once would be another key.
    try session.send(keys: "Escape")
    try session.wait(for: "the dialog closed") { !$0.contains("Its mask") }
    try leave(session)
  }

  @Test func theQueueIsOrderedPausedAndStopped() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(try program.run(["queue", "add", "--limit", "1", "--shots", "3", "--steps", "1000"]).status == 0)
    #expect(try program.run(["queue", "pause"]).status == 0)
    let session = try explorer(program)
    try session.wait(for: "paused · 3 to go")
    try session.send(keys: "Tab", "Tab", "Tab", "j", "j", "n")
    try session.wait(for: "the third one first") { screen in
      let rows = screen.split(separator: "\n").filter { $0.contains("◌") }
      return rows.first?.contains("#3") == true
    }
    try session.send(keys: "p")
    try session.wait(for: "▶ ")
    try session.send(keys: "Home", "x")
    try session.wait(for: "at the next step")
    try session.send(keys: "n", "o", "w", "Enter")
    // Two may have been in the making: the rows change until both are stopped.
    try session.wait(for: "all stopped") { $0.contains("goes on") && $0.contains("paused · 3 to go") && !$0.contains("▶ ") }
    try session.send(keys: "Space", "Space", "x")
    try session.wait(for: "paused · 1 to go")
    try session.send(keys: "X")
    try session.wait(for: "cancelled") { !$0.contains("to go") }
    try leave(session)
    #expect(try program.run(["queue", "list"]).standardOutput.contains("paused"))
  }

  @Test func figuresAreSortedAndComparedAndLeadToTheWorst() throws {
    let program = try Program()
    defer { program.remove() }
    // An evaluation of before, by the same store, of the same episodes.
    let flags = ["--episodes", "10", "--aux-shots", "1", "--steps", "2", "--network", "dcama"]
    #expect(try program.run(["evaluate"] + flags).status == 0)
    let session = try explorer(program)
    try session.wait(for: "the first run") {
      // The form has more supports and steps than it.
      $0.contains("Episodes · run 1: mask, dcama") && $0.contains("Settings · not") && $0.contains("IoU by class mIoU 1-shot")
    }
    // Fewer supports and steps than usual: by the form.
    try session.send(keys: "Tab", "Tab", "j", "1", "Enter", "j", "j", "3", "Enter")
    try session.wait(for: "one support, three steps") { $0.contains(#/Supports +1/#) && $0.contains(#/Steps +.* 3 /#) }
    try session.send(keys: "E")
    try session.wait(for: "Evaluate fold 0?")
    try session.send(keys: "y")
    try session.wait(for: "the second run") {
      // List and table are of the same one.
      $0.contains("fold 0 · run 2: mask, dcama, ddim 3, 1+1, seed 0") && $0.contains(" 10 episodes of ") && $0.contains("Episodes · run 2: mask")
    }
    try session.send(keys: "Escape", "BTab", "s", "s")
    try session.wait(for: "by IoU, worst first")
    try session.send(keys: "Enter")
    try session.wait(for: "the class's episodes") { $0.contains("by IoU n+K") && !$0.contains("› 5 classes") }
    try session.send(keys: "L")
    try session.wait(for: "Saved evaluations")
    try session.send(keys: "Enter", "R")
    try session.wait(for: "itself without generated supports")
    try session.send(keys: "Down", "Enter")
    try session.wait(for: "Against fold 0, dcama, 1+1, mask, ddim 2")
    try leave(session)
  }

  @Test func aFoldThatIsNotThereIsAnErrorInPlainLines() throws {
    let program = try Program()
    defer { program.remove() }
    for fold in ["9", "-1"] {
      let output = try program.run(["explore", "--plain", "--fold=\(fold)"], input: "q\n")
      #expect(output.status == 2, "\(output.standardError)")
      #expect(output.standardError.hasPrefix("error: data set demo has no fold \(fold) (0..."), "\(output.standardError)")
      #expect(output.standardError.contains("hint: ") && !output.standardOutput.contains("opening fold"))
    }
    #expect(try program.run(["explore", "--plain", "--fold", "1", "--episodes", "5"], input: "q\n").status == 0)
  }

  @Test func plainLinesForThoseWhoReadOrListen() throws {
    let program = try Program()
    defer { program.remove() }
    let output = try program.run(["explore", "--plain", "--episodes", "5"], input: "\n?\nesc\nq\n")
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardOutput.contains("g: generate. Queues the generated supports"))
    #expect(!output.standardOutput.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    // Lines of a pipe wait for the data set, and for all work where they say so.
    let measured = try program.run(["explore", "--plain", "--episodes", "5"], input: "e\nwait\ntab\nread\nq\n")
    #expect(measured.status == 0, "\(measured.standardError)")
    for text in ["generated: ", "note: ", " 1-shot, ", "generated 4/4  agreement 0.", "with generated "] {
      #expect(measured.standardOutput.contains(text), "\(text)")
    }
    // What an earlier session has generated is no news.
    let again = try program.run(["explore", "--plain", "--episodes", "5"], input: "wait\nq\n")
    #expect(again.status == 0 && !again.standardOutput.contains("generated: "), "\(again.standardOutput)")
  }
}
