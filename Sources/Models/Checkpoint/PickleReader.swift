/// Understands the pickles that PyTorch writes, without running anything (Python's `pickletools`, protocols 0 to 5).
///
/// A pickle is a program for a stack machine that may call any Python function. Here only the names of `PickleGlobal` have a
/// meaning, and calling one builds a description of a tensor, a dictionary, or nothing. Every other name, and whatever is made of it,
/// is a value that remembers the name and does nothing.
struct PickleReader {
  /// What is wrong with the pickle, in words.
  struct Fault: Error {
    var reason: String
    /// Whether the bytes ended before the pickle did.
    var isEnd = false
  }

  /// A hundred times what the largest published checkpoint takes; it bounds the memory that a hostile file can claim.
  private static let mostInstructions = 8_000_000

  private let bytes: UnsafeRawBufferPointer
  /// Where reading is; after `read`, the byte behind the pickle.
  private(set) var position: Int
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var containers: [PickleContainer] = []
  /// Pairs that calls have copied from one container to another.
  private var copied = 0
  /// Every storage that was spoken of, by key.
  private(set) var storages: [String: TorchStorage] = [:]
  /// Those of number formats that are not read.
  private(set) var foreignStorages: [String: ForeignStorage] = [:]
  /// Names without a meaning here, in the order in which they were first spoken of.
  private(set) var foreignNames: [String] = []
  private var foreignNumbers: [String: Int] = [:]

  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// Runs the pickle to its end and returns what it made. Throws `Fault`.
  mutating func read() throws -> PickleValue {
    for _ in 0..<Self.mostInstructions {
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") { return try pop() }
      try run(opcode)
    }
    throw fault("more than \(Self.mostInstructions) instructions")
  }

  /// A container's items; empty for everything else.
  func items(_ value: PickleValue) -> [PickleValue] {
    if case .container(let index) = value { containers[index].items } else { [] }
  }

  /// A dictionary's entries under text keys, the last one of equal keys; nil for everything else.
  func dictionary(_ value: PickleValue) -> [(key: String, value: PickleValue)]? {
    guard case .container(let index) = value, containers[index].isDictionary else { return nil }
    let items = containers[index].items
    var entries: [(key: String, value: PickleValue)] = []
    var places: [String: Int] = [:]
    for pair in stride(from: 0, to: items.count - 1, by: 2) {
      guard case .text(let key) = items[pair] else { continue }
      if let place = places[key] {
        entries[place].value = items[pair + 1]
      } else {
        places[key] = entries.count
        entries.append((key, items[pair + 1]))
      }
    }
    return entries
  }

  // MARK: The machine

  private mutating func run(_ opcode: UInt8) throws {
    switch Character(UnicodeScalar(opcode)) {
    case "(": marks.append(stack.count)
    case "0": if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case "1": _ = try popToMark()
    case "2": try push(top())
    case "N": push(.none)
    case "I": push(Self.number(try line()))
    case "L": push(Self.number(try line()))
    case "F": _ = try line(); push(.inert("builtins.float"))
    case "G": try skip(8); push(.inert("builtins.float"))
    case "J": push(.integer(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
    case "K": push(.integer(try unsigned(1)))
    case "M": push(.integer(try unsigned(2)))
    case "S", "V": push(.text(try line()))
    case "T", "X": push(.text(try text(try unsigned(4))))
    case "U": push(.text(try text(try unsigned(1))))
    case "B": try skip(try unsigned(4)); push(.inert("builtins.bytes"))
    case "C": try skip(try unsigned(1)); push(.inert("builtins.bytes"))
    case ")": push(make([]))
    case "t", "l": push(make(try popToMark()))
    case "]": push(make([]))
    case "}": push(make([], isDictionary: true))
    case "d": push(make(try popToMark(), isDictionary: true))
    case "a": try extend(by: [try pop()])
    case "e": try extend(by: try popToMark())
    case "s": let value = try pop(), key = try pop(); try extend(by: [key, value])
    case "u": try extend(by: try popToMark())
    case "c": push(global(module: try line(), name: try line()))
    case "i":
      let callee = global(module: try line(), name: try line())
      push(try call(callee, try popToMark()))
    case "o":
      let items = try popToMark()
      guard let callee = items.first else { throw fault("an object without a class") }
      push(try call(callee, Array(items.dropFirst())))
    case "P": _ = try line(); push(foreign("a persistent object"))
    case "R": let arguments = try pop(); push(try call(try pop(), items(arguments)))
    // The state of an object: of a tensor or a dictionary it is decoration, of anything else it is dropped with it.
    case "b": _ = try pop(); _ = try top()
    case "Q": push(persistent(items(try pop())))
    case "q": memo[try unsigned(1)] = try top()
    case "r": memo[try unsigned(4)] = try top()
    case "p": if case .integer(let index) = Self.number(try line()) { memo[index] = try top() } else { throw fault("a bad memo index") }
    case "h": push(try recall(try unsigned(1)))
    case "j": push(try recall(try unsigned(4)))
    case "g": if case .integer(let index) = Self.number(try line()) { push(try recall(index)) } else { throw fault("a bad memo index") }
    default: try runBinary(opcode)
    }
  }

  private mutating func runBinary(_ opcode: UInt8) throws {
    switch opcode {
    case 0x80:
      let version = try unsigned(1)
      guard version <= 5 else { throw fault("pickle protocol \(version), at most 5 is known") }
    case 0x81: let arguments = try pop(); push(try call(try pop(), items(arguments)))
    case 0x82: push(foreign("extension \(try unsigned(1))"))
    case 0x83: push(foreign("extension \(try unsigned(2))"))
    case 0x84: push(foreign("extension \(try unsigned(4))"))
    case 0x85...0x87:
      var items: [PickleValue] = []
      for _ in 0..<opcode - 0x84 { items.insert(try pop(), at: 0) }
      push(make(items))
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case 0x8A: push(try long(try unsigned(1)))
    case 0x8B: push(try long(try unsigned(4)))
    case 0x8C: push(.text(try text(try unsigned(1))))
    case 0x8D: push(.text(try text(try unsigned(8))))
    case 0x8E, 0x96: try skip(try unsigned(8)); push(.inert("builtins.bytes"))
    case 0x8F: push(make([]))
    case 0x90: try extend(by: try popToMark())
    case 0x91: push(make(try popToMark()))
    // With keyword arguments, which no weight needs.
    case 0x92: _ = try pop(); let arguments = try pop(); push(try call(try pop(), items(arguments)))
    case 0x93:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else { throw fault("a global without a name") }
      push(global(module: module, name: name))
    case 0x94: memo[memo.count] = try top()
    case 0x95: try skip(8)
    case 0x97: push(.inert(nil))
    case 0x98: _ = try top()
    default: throw fault("the unknown instruction \(opcode)")
    }
  }

  private mutating func call(_ callee: PickleValue, _ arguments: [PickleValue]) throws -> PickleValue {
    if case .foreign = callee { return callee }
    guard case .global(let global) = callee else { return .inert(nil) }
    switch global {
    case .rebuildTensor: return try tensor(arguments, marks: arguments.count > 6 ? arguments[6] : .none)
    case .rebuildFormattedTensor:
      guard arguments.count >= 7 else { throw fault("a tensor without a number format") }
      return try tensor(arguments, format: arguments[6], marks: arguments.count > 7 ? arguments[7] : .none)
    case .rebuildAsType:
      guard arguments.count >= 3 else { throw fault("a tensor of a class without its parts") }
      if case .global(.rebuildAsType) = arguments[0] { throw fault("a tensor of a class of a class") }
      return try call(arguments[0], items(arguments[2]))
    case .rebuildParameter: return arguments.first ?? .inert(nil)
    case .dictionary:
      let pairs = arguments.first.map(items) ?? []
      // One long list can be handed over again and again.
      copied += pairs.count
      guard copied <= Self.mostInstructions else { throw fault("more than \(Self.mostInstructions) copied pairs") }
      return make(pairs.map(items).filter { $0.count == 2 }.flatMap { $0 }, isDictionary: true)
    case .inert(let name): return .inert(name)
    case .storage, .format: return .inert(nil)
    }
  }

  /// `(storage, offset, size, stride, ...)`; what is made of a foreign storage or number format is foreign.
  ///
  /// `marks` is PyTorch's dictionary of what the numbers still have to go through: a negated view (`neg`) keeps those of its base.
  private mutating func tensor(_ arguments: [PickleValue], format: PickleValue? = nil, marks: PickleValue) throws -> PickleValue {
    for (mark, value) in dictionary(marks) ?? [] {
      if case .bool(false) = value { continue }
      return foreign("torch._\(mark)_view")
    }
    for case .foreign(let number) in [arguments.first, format].compactMap({ $0 }) { return .foreign(number) }
    guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1] else {
      throw fault("a tensor without a storage")
    }
    var dtype = storage.dtype
    if case .global(.format(let own)) = format { dtype = own }
    guard let dtype else { throw fault("a tensor without a number format") }
    let shape = try integers(arguments[2]), strides = try integers(arguments[3])
    guard offset >= 0, shape.count == strides.count, shape.count <= 16, (shape + strides).allSatisfy({ $0 >= 0 }) else {
      throw fault("a tensor of shape \(shape) and strides \(strides)")
    }
    return .tensor(TorchTensor(storage: storage, dtype: dtype, offset: offset, shape: shape, strides: strides))
  }

  /// `('storage', type, key, location, count, view)`; any other object that is outside the pickle is foreign.
  private mutating func persistent(_ identity: [PickleValue]) -> PickleValue {
    guard identity.count >= 5, case .text("storage") = identity[0], case .text(let key) = identity[2], case .integer(let count) = identity[4], count >= 0
    else { return foreign("a persistent object") }
    if case .foreign(let number) = identity[1] {
      foreignStorages[key] = ForeignStorage(name: foreignNames[number], count: count)
      return identity[1]
    }
    guard case .global(.storage(let dtype)) = identity[1] else { return foreign("a persistent object") }
    let storage = TorchStorage(key: key, dtype: dtype, count: count)
    storages[key] = storage
    if identity.count > 5, case .container = identity[5] { return foreign("a storage that is a view of another") }
    return .storage(storage)
  }

  private func integers(_ value: PickleValue) throws -> [Int] {
    let extents = items(value)
    guard extents.count <= 16 else { throw fault("a tensor of \(extents.count) dimensions") }
    return try extents.map {
      guard case .integer(let integer) = $0 else { throw fault("an extent that is not a whole number") }
      return integer
    }
  }

  private mutating func global(module: String, name: String) -> PickleValue {
    PickleGlobal(module: module, name: name).map(PickleValue.global) ?? foreign("\(module).\(name)")
  }

  private mutating func foreign(_ name: String) -> PickleValue {
    let number = foreignNumbers[name] ?? foreignNames.count
    if number == foreignNames.count {
      foreignNames.append(name)
      foreignNumbers[name] = number
    }
    return .foreign(number)
  }

  // MARK: Stack, memo, containers

  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private mutating func pop() throws -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else { throw fault("an empty stack") }
    return value
  }

  private func top() throws -> PickleValue {
    guard let value = stack.last else { throw fault("an empty stack") }
    return value
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw fault("a missing mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func recall(_ index: Int) throws -> PickleValue {
    guard let value = memo[index] else { throw fault("the memo \(index), which is not there") }
    return value
  }

  private mutating func make(_ items: [PickleValue], isDictionary: Bool = false) -> PickleValue {
    containers.append(PickleContainer(isDictionary: isDictionary, items: items))
    return .container(containers.count - 1)
  }

  /// Adds to the container on top; what is added to an object that is dropped is dropped too.
  private mutating func extend(by items: [PickleValue]) throws {
    if case .container(let index) = try top() { containers[index].items += items }
  }

  // MARK: Bytes

  private mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw end }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func skip(_ count: Int) throws {
    guard count >= 0, count <= bytes.count - position else { throw end }
    position += count
  }

  /// A little-endian number of `size` bytes.
  private mutating func unsigned(_ size: Int) throws -> Int {
    var value: UInt64 = 0
    for shift in 0..<size { value |= UInt64(try byte()) << (8 * UInt64(shift)) }
    guard let result = Int(exactly: value) else { throw fault("an impossible length") }
    return result
  }

  /// A two's complement number of `size` bytes; what does not fit 64 bits is of no use here.
  private mutating func long(_ size: Int) throws -> PickleValue {
    guard size <= 8 else {
      try skip(size)
      return .inert("builtins.int")
    }
    var value: UInt64 = 0
    for shift in 0..<size { value |= UInt64(try byte()) << (8 * UInt64(shift)) }
    guard size > 0, size < 8 else { return .integer(Int(Int64(bitPattern: value))) }
    let unused = 64 - 8 * UInt64(size)
    return .integer(Int(Int64(bitPattern: value << unused) >> Int64(unused)))
  }

  private mutating func text(_ count: Int) throws -> String {
    let start = position
    try skip(count)
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func line() throws -> String {
    let start = position
    while try byte() != UInt8(ascii: "\n") {}
    return String(decoding: bytes[start..<position - 1], as: UTF8.self)
  }

  /// A number in decimal digits, perhaps with Python 2's `L`; `00` and `01` are truth values.
  private static func number(_ text: String) -> PickleValue {
    if text == "00" || text == "01" { return .bool(text == "01") }
    return Int(text.hasSuffix("L") ? String(text.dropLast()) : text).map(PickleValue.integer) ?? .inert("builtins.int")
  }

  private var end: Fault { Fault(reason: "its pickle ends at byte \(position)", isEnd: true) }

  private func fault(_ what: String) -> Fault { Fault(reason: "its pickle reaches \(what) at byte \(position)") }
}
