/// What Slurm is asked for: options of `sbatch` by their own names.
public struct SlurmOptions: Codable, Hashable, Sendable {
  public var partition: String?
  public var account: String?
  /// Limit of each task, in Slurm's words: minutes, `hours:minutes:seconds`, `days-hours`.
  public var time: String?
  public var gres: String?
  /// Processors a task.
  public var cpus: Int?
  /// Memory a task, in Slurm's words: `16G`.
  public var memory: String?
  /// The most tasks at the same time.
  public var arrayLimit: Int?
  /// Seconds before the limit at which a task begins nothing more.
  public var notice = 300
  /// Further options of `sbatch`, which win over all others.
  public var further: [String] = []

  public init() {}

  /// The command line of `sbatch` for some tasks of a run.
  public func arguments(for run: ClusterRun, tasks: [Int]) -> [String] {
    var words = [
      "--parsable", "--job-name=\(run.jobName)", "--array=\(Self.ranges(tasks))" + (arrayLimit.map { "%\($0)" } ?? ""),
      "--output=\(run.logs.path)/%a.log", "--open-mode=append", "--requeue", "--signal=B:USR1@\(notice)", "--chdir=\(run.plan.directory)",
    ]
    for (name, value) in [
      ("partition", partition), ("account", account), ("time", time), ("gres", gres), ("cpus-per-task", cpus.map { "\($0)" }),
      ("mem", memory),
    ] {
      if let value { words.append("--\(name)=\(value)") }
    }
    return words + further + [run.script.path]
  }

  /// Seconds of a time limit as Slurm writes it: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes,
  /// days-hours:minutes:seconds; nil for what is none of these.
  public static func seconds(_ time: String) -> Int? {
    let parts = time.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let fields = (parts.last ?? "").split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = fields.compactMap { $0 }
    guard numbers.count == fields.count, (1...3).contains(numbers.count), numbers.allSatisfy({ (0...1_000_000).contains($0) }) else {
      return nil
    }
    guard parts.count == 2 else {
      return switch numbers.count {
      case 1: numbers[0] * 60
      case 2: numbers[0] * 60 + numbers[1]
      default: numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
      }
    }
    guard let days = Int(parts[0]), (0...100_000).contains(days) else { return nil }
    return zip([3600, 60, 1], numbers).reduce(days * 86_400) { $0 + $1.0 * $1.1 }
  }

  /// Numbers in ascending order as Slurm writes them: `1-3,7`.
  static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in Set(numbers).sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
  }
}
