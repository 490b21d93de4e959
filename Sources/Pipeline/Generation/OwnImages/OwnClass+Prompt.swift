import Data

extension OwnClass {
  /// The positive prompt, from a template or the published one. Throws as `named` where the class's word is needed.
  public func prompt(_ prompts: Prompts, template: String?) throws -> String {
    if let template, !template.contains("{name}") { return template }
    return prompts.positive(try named(), template: template)
  }
}
