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
    migrator.registerMigration("2: a queue that outlives its process; provenance; episode lists") { db in
      try db.alter(table: "jobs") { table in
        // JSON of how the data set and the models are opened; NULL where only a process that has them open can work on it.
        table.add(column: "origin", .text)
        table.add(column: "priority", .integer).notNull().defaults(to: 0)
        table.add(column: "attempts", .integer).notNull().defaults(to: 0)
        // Denoising steps done, now and then.
        table.add(column: "step", .integer).notNull().defaults(to: 0)
        // What the worker is asked to do with it while it runs: NULL or the reason to cancel it.
        table.add(column: "wish", .text)
        // Grows by one with every change of any job, so that a view asks only for what is new to it.
        table.add(column: "revision", .integer).notNull().defaults(to: 0)
        // The worker's lock tells who works on it.
        table.drop(column: "process")
      }
      // The old queue ended with its process, and these rows lack what another one needs to go on.
      try db.execute(
        sql: "UPDATE jobs SET state = 'failed', reason = 'the program ended before the job did' WHERE state IN ('queued', 'running')")
      try db.create(indexOn: "jobs", columns: ["revision"])
      try db.create(indexOn: "jobs", columns: ["state"])
      try db.create(table: "queue") { table in
        table.primaryKey("name", .text)
        table.column("value", .integer).notNull()
      }
      try db.execute(sql: "INSERT INTO queue (name, value) VALUES ('paused', 0), ('revision', 0)")
      for table in ["images", "evaluations"] {
        try db.alter(table: table) { table in
          // Version of the program and threads used; NULL where they are not known.
          table.add(column: "version", .text)
          table.add(column: "threads", .integer)
        }
      }
      try db.create(table: "episode_lists") { table in
        // SHA-256 of the JSON.
        table.primaryKey("hash", .text)
        table.column("json", .text).notNull()
      }
      try db.alter(table: "evaluations") { table in table.add(column: "episodes", .text).references("episode_lists") }
    }
    // Stores hold the names of the migrations: they never change. Some builds knew this one under another.
    migrator.registerMigration("3: verdicts on pictures") { db in
      try db.create(table: "verdicts", options: .ifNotExists) { table in
        table.primaryKey("key", .text)
        table.column("verdict", .text).notNull()
      }
    }
    migrator.registerMigration("4: who evaluated the networks of images") { db in
      // As the user named the engine; NULL for the program itself.
      try db.alter(table: "images") { table in table.add(column: "engine", .text) }
    }
    return migrator
  }
}
