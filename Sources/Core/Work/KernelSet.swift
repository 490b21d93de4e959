import Foundation
import MicroKernels

/// One of the sets of innermost loops (`MicroKernels`) that the program holds: what a processor's vector instructions allow.
///
/// Sets with fused multiplication (`avx2` on, and arm64's `plain`) give the same Float32 bits; `plain` on x86 rounds twice.
public struct KernelSet: Hashable, @unchecked Sendable, CustomStringConvertible {
  /// A constant table.
  public let loops: UnsafePointer<mk_set>

  /// The variable that forces a set.
  public static let variable = "DIFFSS_KERNELS"

  /// All of this program, the plainest first.
  public static let all: [KernelSet] = {
    var count = 0
    let sets = mk_sets(&count)
    return (0..<count).map { KernelSet(loops: sets[$0]) }
  }()

  /// Those that this processor can run, the plainest first; never empty.
  public static let available: [KernelSet] = all.filter { mk_is_available($0.loops) }

  /// The set that layers use: what `DIFFSS_KERNELS` names, else the best that there is.
  @TaskLocal public static var current = (try? requested()) ?? available[available.count - 1]

  public var name: String { String(cString: loops.pointee.name) }
  public var description: String { name }

  /// Whether there are products of bfloat16.
  public var hasBFloat16: Bool { loops.pointee.pairs.tile32 != nil }

  /// The set that the environment asks for; nil when it asks for none. Throws `CoreError.badSetting` for one that there is not, or that
  /// this processor cannot run.
  public static func requested(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws -> KernelSet? {
    guard let name = environment[variable], !name.isEmpty else { return nil }
    guard let set = available.first(where: { $0.name == name }) else {
      throw CoreError.badSetting(
        name: variable, value: name, allowed: available.map(\.name).joined(separator: ", ") + " on this processor")
    }
    return set
  }
}
