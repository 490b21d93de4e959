import GRDB

extension Row {
  /// A column's value. Throws where a damaged file lacks the column or has something else in it: GRDB's own subscripts end the process then.
  func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
    guard let value: Value = try optional(column) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row has no \(column)") }
    return value
  }

  /// The same for a column that may be empty.
  func optional<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
    guard hasColumn(column), let stored: any DatabaseValueConvertible = self[column] else { return nil }
    guard let value = Value.fromDatabaseValue(stored.databaseValue) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row's \(column) is of another kind")
    }
    return value
  }
}
