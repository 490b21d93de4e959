import Core
import Foundation
import TestSupport
import Testing

@Suite struct LogTests {
  @Test func linesOfManyWritersStayWholeAndOldOnesMakeRoom() throws {
    let folder = try TemporaryFolder(), file = folder.file("logs/x.log")
    let writers = (0..<4).map { _ in RotatingFile(file, mostBytes: 2000, older: 2) }
    DispatchQueue.concurrentPerform(iterations: 400) { writers[$0 % 4].append("line \($0) ends\n") }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("logs").path).sorted()
    #expect(names == ["x.log", "x.log.1", "x.log.2"])
    var numbers: [Int] = []
    for name in names {
      let text = try String(contentsOf: folder.file("logs/\(name)"), encoding: .utf8)
      #expect(text.utf8.count < 2100)
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        #expect(words.count == 3 && words[0] == "line" && words[2] == "ends", "\(line)")
        if words.count == 3, let number = Int(words[1]) { numbers.append(number) }
      }
    }
    #expect(Set(numbers).count == numbers.count && numbers.count > 200, "the newest lines are there, each once")
  }

  @Test func aLogThatCannotBeWrittenStopsNothing() throws {
    let folder = try TemporaryFolder()
    try folder.plant("a file", at: "logs")
    RotatingFile(folder.file("logs/x.log")).append("lost\n")
    #expect(folder.files == ["logs"])
  }
}
