import Foundation

/// Whether file systems can be mounted here: being root is not enough in a container.
public enum Mounting {
  public static let isPossible: Bool = {
    guard getuid() == 0, let folder = try? TemporaryFolder() else { return false }
    guard mount("tmpfs", folder.url.path, "tmpfs", 0, "size=1m") == 0 else { return false }
    umount2(folder.url.path, Int32(MNT_DETACH))
    return true
  }()
}
