import ArgumentParser
import Generation
import Models

/// What a sweep varies: lists of values with commas between.
struct SweepLists: ParsableArguments {
  @Option(help: ArgumentHelp("Networks: \(SegmentationNetwork.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "list"))
  var network = CommaList<SegmentationNetwork>([.dcama])

  @Option(
    help: ArgumentHelp(
      "Places of the dial: \(SpeedPreset.allCases.map(\.rawValue).joined(separator: ", ")) (docs/speed.md). Settings given beside it win over it.",
      valueName: "list"))
  var speed: CommaList<SpeedPreset>?

  @Option(.condition) var condition: SettingList?
  @Option(.sampler) var sampler: SettingList?
  @Option(.steps) var steps: SettingList?
  @Option(.timestepSpacing) var timestepSpacing: SettingList?
  @Option(.precision) var precision: SettingList?
  @Option(.guidance) var guidance: SettingList?
  @Option(.controlScale) var controlScale: SettingList?
  @Option(.guidanceStart) var guidanceStart: SettingList?
  @Option(.guidanceEnd) var guidanceEnd: SettingList?
  @Option(.controlEvery) var controlEvery: SettingList?
  @Option(.cacheEvery) var cacheEvery: SettingList?
  @Option(.mergeTokens) var mergeTokens: SettingList?

  @Option(help: ArgumentHelp("Numbers of generated supports.", valueName: "list"))
  var auxShots = CommaList<Int>([4])

  @Option(
    help: ArgumentHelp("Least agreements of a generated support with its mask, 0...1: see `diffss evaluate --help`.", valueName: "list"))
  var minAgreement: CommaList<Double>?

  /// The settings that are varied, in the order of the table's columns; condition and, without the dial, sampler are always among them.
  var lists: [SettingList] {
    [conditions] + (speed != nil && sampler == nil ? [] : [samplers])
      + [
        steps, timestepSpacing, precision, guidance, controlScale, guidanceStart, guidanceEnd, controlEvery, cacheEvery, mergeTokens,
      ].compactMap { $0 }
  }

  /// The settings that were given.
  var given: [Setting.ID] {
    [
      condition, sampler, steps, timestepSpacing, precision, guidance, controlScale, guidanceStart, guidanceEnd, controlEvery, cacheEvery,
      mergeTokens,
    ].compactMap { $0?.id }
  }

  /// The first option, but one, that has several values of what generated supports are made with.
  func several(but other: Setting.ID) -> String? {
    if let speed, speed.values.count > 1 { return "speed" }
    return lists.first { $0.texts.count > 1 && $0.id != other }?.id.rawValue
  }

  var conditions: SettingList { condition ?? SettingList(.condition, GenerationOptions().condition.rawValue) }
  var samplers: SettingList { sampler ?? SettingList(.sampler, GenerationOptions().sampler) }

  func validate() throws {
    for list in lists { try list.validate() }
    if !auxShots.values.allSatisfy((0...64).contains) { throw ValidationError("--aux-shots must be 0...64") }
    if let minAgreement {
      if !minAgreement.values.allSatisfy((0...1).contains) { throw ValidationError("--min-agreement must be 0...1; 0.5 asks for half") }
      if auxShots.values.contains(0) { throw ValidationError("--min-agreement needs --aux-shots above 0") }
    }
  }
}
