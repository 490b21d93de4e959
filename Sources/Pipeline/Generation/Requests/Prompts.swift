import Core
import Data
import Foundation

/// The published generator's constants (`Assets/tables/generation.json`).
public struct Prompts: Sendable {
  /// `{name}` stands for the class.
  public let template: String
  public let negative: String

  /// Reads the table `generation` of the assets. Throws `DataError` when it is missing or broken.
  public init() throws {
    struct Table: Decodable {
      let template: String
      let suffix: String
      let negative: String

      enum CodingKeys: String, CodingKey {
        case template = "prompt_template"
        case suffix = "positive_suffix"
        case negative = "negative_prompt"
      }
    }
    let table = try AssetTable.load("generation", as: Table.self)
    template = table.template + table.suffix
    negative = table.negative
  }

  /// `a real shot photo of dog,, best quality, extremely detailed`: both commas are the published text's.
  public func positive(_ info: ClassInfo, template custom: String? = nil) -> String {
    (custom ?? template).replacingOccurrences(of: "{name}", with: PlainText.clean(info.promptName))
  }
}
