import Foundation
import Models
import TestSupport
import Testing

/// What is said of a configuration that cannot be used: the field and what is wrong with it, in the program's own words.
@Suite struct ConfigFileTests {
  private struct Settings: Decodable {
    let count: Int
    let rate: Double
    let name: String
    let isOn: Bool
    let sizes: [Int]
  }

  @Test(arguments: [
    (#"{"count":"x","rate":1,"name":"a","isOn":true,"sizes":[]}"#, "count is not a whole number"),
    (#"{"count":1,"rate":[],"name":"a","isOn":true,"sizes":[]}"#, "rate is not a number"),
    (#"{"count":1,"rate":null,"name":"a","isOn":true,"sizes":[]}"#, "rate is null, not a number"),
    (#"{"count":1,"rate":1,"name":7,"isOn":true,"sizes":[]}"#, "name is not a text"),
    (#"{"count":1,"rate":1,"name":"a","isOn":3,"sizes":[]}"#, "isOn is not true or false"),
    (#"{"count":1,"rate":1,"name":"a","isOn":true,"sizes":{}}"#, "sizes is not a list"),
    (#"{"rate":1,"name":"a","isOn":true,"sizes":[]}"#, "count is not there"),
    ("[", "it is not JSON"),
  ]) func saysTheFieldAndWhatIsWrong(text: String, reason: String) throws {
    let folder = try TemporaryFolder(), file = try folder.write(text, to: "config.json")
    #expect(throws: ModelError.badConfig(path: file.path, reason: reason)) { try ConfigFile.decode(Settings.self, at: file) }
  }
}
