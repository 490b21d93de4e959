import Foundation

/// The memory that is left on this machine.
public enum MachineMemory {
  /// Bytes that can be had without swapping, within the limit of this process's control group; nil when the system does not tell.
  public static var available: Int? {
    guard let machine = field("MemAvailable", of: "/proc/meminfo").map({ $0 * 1024 }) else { return nil }
    guard let group = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8),
      let path = group.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })?.dropFirst(4)
    else { return machine }
    let folder = "/sys/fs/cgroup/\(path)/"
    guard let limit = number("memory.max", folder), let used = number("memory.current", folder) else { return machine }
    // Pages of files that nobody uses are counted as used but can be taken.
    return min(machine, max(0, limit - used + (field("inactive_file", of: folder + "memory.stat") ?? 0)))
  }

  private static func number(_ name: String, _ folder: String) -> Int? {
    (try? String(contentsOfFile: folder + name, encoding: .utf8)).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// The number behind a name at the beginning of a line.
  private static func field(_ name: String, of path: String) -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) })
    else { return nil }
    return Int(line.dropFirst(name.count).drop { !$0.isNumber }.prefix { $0.isNumber })
  }
}
