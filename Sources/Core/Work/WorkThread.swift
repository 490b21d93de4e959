import Foundation

/// A thread of its own for one piece of work, with the micro-kernels of the thread that begins it.
public enum WorkThread {
  /// Begins `body` on a fresh thread, which ends with it. `name` is what debuggers show.
  public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let kernels = KernelSet.current
    let thread = Thread { KernelSet.$current.withValue(kernels, operation: body) }
    thread.name = name
    thread.stackSize = 1 << 23
    thread.start()
  }
}
