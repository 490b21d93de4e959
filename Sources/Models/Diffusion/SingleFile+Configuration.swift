/// Whether a single file is built as the configurations say that serve it: of other networks nothing but a list of shapes would come.
extension SingleFile {
  /// Throws `ModelError.otherConfiguration` naming the first difference of a text encoder, a UNet, or an autoencoder where the file's own is used.
  func check(_ text: CLIPTextConfig, _ unet: UNetConfig, _ vae: AutoencoderConfig?) throws {
    try check(unet)
    try check(text)
    if let vae { try check(vae) }
  }

  func check(_ config: UNetConfig) throws { try checkpoint.check(config, below: Part.unet.rawValue) }

  func check(_ config: CLIPTextConfig) throws { try checkpoint.check(config, below: Part.textEncoder.rawValue) }

  func check(_ config: AutoencoderConfig) throws { try checkpoint.check(config, below: Part.autoencoder.rawValue) }
}

/// The same for one network's weights, under CompVis' or diffusers' names, alone or below a leading part of theirs.
extension Checkpoint {
  func check(_ config: UNetConfig, below prefix: String = "") throws {
    let perLevel = config.blocksPerLevel + 1
    try require(contextWidth(below: prefix), config.contextSize, "its UNet reads text states of width")
    for first in ["input_blocks.0.0.weight", "conv_in.weight"] {
      try require(shape(of: prefix + first)?.first, config.levels[0].channels, "its UNet begins with a number of channels of")
    }
    try require(
      count(below: prefix + "input_blocks."), config.levels.count * perLevel, "the number of blocks on its UNet's way down is")
    try require(count(below: prefix + "down_blocks."), config.levels.count, "the number of its UNet's levels is")
    for (index, level) in config.levels.enumerated() {
      for block in ["input_blocks.\(1 + index * perLevel).0.in_layers.2.weight", "down_blocks.\(index).resnets.0.conv1.weight"] {
        try require(shape(of: prefix + block)?.first, level.channels, "level \(index + 1) of its UNet has a number of channels of")
      }
    }
  }

  func check(_ config: CLIPTextConfig, below prefix: String = "") throws {
    // Some tools leave out the inner name.
    let inner = names.contains { $0.hasPrefix(prefix + "text_model.") } ? prefix + "text_model." : prefix
    let words = shape(of: inner + "embeddings.token_embedding.weight")
    try require(words?.last, config.size, "its text encoder gives states of width")
    try require(
      words?.count == 2 ? words?.first : nil, config.vocabularySize, "the number of tokens that its text encoder knows is")
    try require(count(below: inner + "encoder.layers."), config.layers, "the number of its text encoder's layers is")
  }

  func check(_ config: AutoencoderConfig, below prefix: String = "") throws {
    try require(shape(of: prefix + "encoder.conv_in.weight")?.first, config.widths[0], "its autoencoder begins with a number of channels of")
    try require(shape(of: prefix + "decoder.conv_in.weight")?.first, config.widths[config.widths.count - 1], "its autoencoder's decoder begins with a number of channels of")
    for names in ["up.", "up_blocks."] { try require(count(below: prefix + "decoder." + names), config.widths.count, "the number of its autoencoder's levels is") }
  }

  fileprivate func require(_ found: Int?, _ wanted: Int, _ what: String) throws {
    guard let found, found != wanted else { return }
    throw ModelError.otherConfiguration(path: path, reason: "\(what) \(found), its configuration says \(wanted)")
  }

  /// How many numbered blocks there are: the largest number behind a leading part of names, and one; nil without any, and where one by itself proves
  /// nothing because others are missing.
  fileprivate func count(below prefix: String) -> Int? {
    let numbers = Set(names.lazy.filter { $0.hasPrefix(prefix) }.compactMap { Int($0.dropFirst(prefix.count).prefix { $0.isNumber }) })
    guard let largest = numbers.max(), numbers.count == largest + 1 else { return nil }
    return numbers.count
  }
}
