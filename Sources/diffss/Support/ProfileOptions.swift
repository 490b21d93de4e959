import ArgumentParser
import Foundation
import Models

/// Where the time of a command goes.
struct ProfileOptions: ParsableArguments {
  @Flag(name: .customLong("profile"), help: "Say on standard error where the networks' time went: seconds, share and GFLOP/s of each kind and shape of layer.")
  var isAsked = false

  /// Runs a command's work, and tells where its time went, however it ends.
  func measure(_ work: () async throws -> Void) async throws {
    guard isAsked else { return try await work() }
    let start = ContinuousClock.now
    Profile.start()
    defer {
      let lines = Profile.stop(), networks = lines.reduce(0) { $0 + $1.seconds }
      printError(String(format: "in all: %.2f s, in networks: %.2f s", (ContinuousClock.now - start) / .seconds(1), networks))
      printError(ProfileTable(lines).text)
    }
    try await work()
  }
}
