import GRDB

/// The tables, migration by migration. A released migration is never changed: a new one is added.
enum StoreSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: requests, jobs, images, evaluations") { db in
      try db.create(table: "requests") { table in
        // SHA-256 of the canonical JSON, without weights.
        table.primaryKey("hash", .text)
        table.column("json", .text).notNull()
      }
      try db.create(table: "jobs") { table in
        table.primaryKey("id", .text)
        table.column("request", .text).notNull().references("requests")
        table.column("state", .text).notNull()
        table.column("reason", .text)
        table.column("image", .text)
        table.column("elapsed", .double).notNull()
        // Process that queued it: only a living one still works on it.
        table.column("process", .integer).notNull()
        table.column("created", .double).notNull()
      }
      try db.create(table: "images") { table in
        table.primaryKey("key", .text)
        table.column("request", .text).notNull().references("requests")
        table.column("weights", .text).notNull()
        table.column("seconds", .double).notNull()
        table.column("created", .double).notNull()
      }
      try db.create(table: "evaluations") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("dataset", .text).notNull().indexed()
        table.column("report", .text).notNull()
        table.column("created", .double).notNull()
      }
    }
    return migrator
  }
}
