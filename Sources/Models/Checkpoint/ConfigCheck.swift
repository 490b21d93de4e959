/// Settings of a diffusers or transformers `config.json` that our networks know in one value only.
///
/// Most of the forty settings of a UNet are switches of later models. Each must be absent, null or as the networks here
/// are built; anything else is named in the error rather than quietly run as something it is not.
struct ConfigCheck {
  private let box: KeyedDecodingContainer<AnyKey>

  init(_ decoder: any Decoder) throws { box = try decoder.container(keyedBy: AnyKey.self) }

  /// A setting's value, or what diffusers takes when it is absent.
  func value<T: Decodable>(_ key: String, _ fallback: T) throws -> T {
    try box.decodeIfPresent(T.self, forKey: AnyKey(key)) ?? fallback
  }

  /// A setting's value; nil when it is absent or null.
  func optional<T: Decodable>(_ key: String) throws -> T? { try box.decodeIfPresent(T.self, forKey: AnyKey(key)) }

  /// A setting that has to be there.
  func value<T: Decodable>(_ key: String) throws -> T { try box.decode(T.self, forKey: AnyKey(key)) }

  /// A whole number within a range.
  func int(_ key: String, _ range: ClosedRange<Int>, _ fallback: Int? = nil) throws -> Int {
    let found: Int = if let fallback { try value(key, fallback) } else { try value(key) }
    try require(range.contains(found), key, "\(found) is not in \(range)")
    return found
  }

  /// Throws naming the key unless the condition holds.
  func require(_ holds: Bool, _ key: String, _ reason: String) throws {
    if !holds { throw DecodingError.dataCorruptedError(forKey: AnyKey(key), in: box, debugDescription: reason) }
  }

  /// Throws unless each of the settings is absent, null or of the value given for it.
  func only(_ allowed: KeyValuePairs<String, Scalar>) throws {
    for (key, wanted) in allowed {
      guard let found = try? box.decodeIfPresent(Scalar.self, forKey: AnyKey(key)) else {
        try require(!box.contains(AnyKey(key)) || (try box.decodeNil(forKey: AnyKey(key))), key, "this value is not supported")
        continue
      }
      try require(found == wanted, key, "\(found) is not supported, only \(wanted)")
    }
  }

  /// Throws for a setting that is not among the known ones, unless it is null or false or its name begins with an underscore.
  func noOthers(_ known: Set<String>) throws {
    for key in box.allKeys where !key.stringValue.hasPrefix("_") && !known.contains(key.stringValue) {
      let value = try? box.decodeIfPresent(Scalar.self, forKey: key)
      try require(value == .some(nil) || value == .some(.bool(false)), key.stringValue, "this setting is not known")
    }
  }

  /// A JSON value that is not a list or an object.
  enum Scalar: Decodable, Equatable, CustomStringConvertible, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral
  {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() {
        self = .null
      } else if let bool = try? value.decode(Bool.self) {
        self = .bool(bool)
      } else if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else {
        self = .string(try value.decode(String.self))
      }
    }

    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(nilLiteral: ()) { self = .null }

    var description: String {
      switch self {
      case .null: "null"
      case .bool(let value): "\(value)"
      case .number(let value): "\(value)"
      case .string(let value): "\"\(value)\""
      }
    }
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }
}
