import Foundation

/// Whether file systems can be mounted here: being root is not enough in a container.
public enum Mounting {
  /// Whether tests that mount run: it works here, or, under `CI=true`, this process has the right to it and the failure must be seen.
  public static let isPossible: Bool = {
    guard getuid() == 0, let folder = try? TemporaryFolder() else { return false }
    guard mount("tmpfs", folder.url.path, "tmpfs", 0, "size=1m") == 0 else {
      return ProcessInfo.processInfo.environment["CI"] == "true" && isPermitted
    }
    umount2(folder.url.path, Int32(MNT_DETACH))
    return true
  }()

  /// Whether this process has CAP_SYS_ADMIN, the capability of number 21.
  private static var isPermitted: Bool {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
    let capabilities = line.flatMap { UInt64($0.dropFirst("CapEff:".count).trimmingCharacters(in: .whitespaces), radix: 16) } ?? 0
    return capabilities >> 21 & 1 == 1
  }
}
