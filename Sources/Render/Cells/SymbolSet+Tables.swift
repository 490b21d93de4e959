import Synchronization

extension SymbolSet {
  /// Something of each set, made when it is first asked for: a program that shows one image needs that of one set.
  final class Tables<Value: Sendable>: Sendable {
    private let made = Mutex<[SymbolSet: Value]>([:])
    private let make: @Sendable (SymbolSet) -> Value

    init(_ make: @escaping @Sendable (SymbolSet) -> Value) { self.make = make }

    subscript(set: SymbolSet) -> Value {
      made.withLock { made in
        if let value = made[set] { return value }
        let value = make(set)
        made[set] = value
        return value
      }
    }
  }
}
