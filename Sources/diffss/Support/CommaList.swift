import ArgumentParser
import Foundation

/// Different values with commas between, such as `2,10,50`.
struct CommaList<Value: ExpressibleByArgument & Hashable & Sendable>: ExpressibleByArgument, Sendable {
  let values: [Value]

  init(_ values: [Value]) { self.values = values }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Value(argument: $0.trimmingCharacters(in: .whitespaces)) }
    guard values.count == parts.count, Set(values).count == values.count else { return nil }
    self.values = values
  }

  static var allValueStrings: [String] { Value.allValueStrings }

  var defaultValueDescription: String { values.map(\.defaultValueDescription).joined(separator: ",") }
}
