import Core
import Foundation
import GRDB
import Models
import Render

/// Requests, jobs, generated images and evaluations on disk: an SQLite file and a folder of PNGs.
///
/// Safe from any thread. Every throwing method throws `GenerationError.storeUnusable` or `CoreError.cannotWrite`, and leaves
/// nothing half-written when it does.
public final class Store: Sendable {
  /// The data folder.
  public let folder: URL
  /// What happened to a damaged store when this one was opened; nil when nothing had.
  public let recovery: StoreRecovery?
  private let database: DatabasePool

  /// Opens or creates the store in a folder. A damaged one is set aside, and what the images say of themselves is recorded again.
  public init(folder: URL = DataFolder.standard()) throws {
    self.folder = folder
    do { try AtomicFile.createFolder(folder) } catch let error as CoreError {
      throw GenerationError.storeUnusable(path: folder.path, reason: error.reason)
    }
    let file = Self.database(in: folder)
    if StoreRecovery.isMarked(file) {
      recovery = try StoreRecovery.setAside(file)
    } else {
      do {
        database = try Self.open(file)
        recovery = nil
        return
      } catch let error as DatabaseError where StoreRecovery.isDamage(error) {
        recovery = try StoreRecovery.setAside(file)
      } catch let error as DatabaseError { throw Self.unusable(file, error) }
    }
    database = try Self.translating(file) { try Self.open(file) }
    try recordImages()
    if let recovery { Log.store.warning("\(recovery.message)") }
  }

  private static func database(in folder: URL) -> URL { folder.appendingPathComponent("store.sqlite") }

  private static func open(_ file: URL) throws -> DatabasePool {
    var configuration = Configuration()
    // Another process may hold the lock for the length of one small write.
    configuration.busyMode = .timeout(5)
    // Each connection keeps pages of its own; what is asked for again and again takes little.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -512") }
    let database = try DatabasePool(path: file.path, configuration: configuration)
    try StoreSchema.migrator.migrate(database)
    return database
  }

  // MARK: Images

  /// Where the image of a key is or will be.
  public func file(_ key: String) -> URL { folder.appendingPathComponent("images/\(key).png") }

  /// Writes an image under its key, then its row. `engine` is who evaluated its networks, as the user named it; nil for this program.
  public func save(
    png: [UInt8], key: String, request: GenerationRequest, weights: [String: String], seconds: Double, engine: String? = nil
  ) throws {
    try AtomicFile.write(png, to: file(key))
    let weights = try CanonicalJSON.text(weights)
    try write { db in
      let hash = try Self.insert(request, db)
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO images (key, request, weights, seconds, created, version, threads, engine) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [key, hash, weights, seconds, Date().timeIntervalSince1970, ProgramVersion.current, Compute.threads, engine])
    }
  }

  /// Keys of every recorded image, newest first.
  public func imageKeys() throws -> [String] {
    try read { try String.fetchAll($0, sql: "SELECT key FROM images ORDER BY rowid DESC") }
  }

  /// Number of recorded images.
  public func imageCount() throws -> Int { try read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM images") ?? 0 } }

  /// What is known of how an image was made, beside what it says of itself; nil when it is not recorded.
  public func provenance(of key: String) throws -> Provenance? {
    try read { db in
      try Row.fetchOne(db, sql: "SELECT seconds, version, threads FROM images WHERE key = ?", arguments: [key]).map {
        try Provenance(seconds: $0.value("seconds"), version: $0.optional("version"), threads: $0.optional("threads"))
      }
    }
  }

  /// Records the images of the folder from their own metadata, where they are not recorded.
  private func recordImages() throws {
    let images = file("").deletingLastPathComponent()
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: images.path)) ?? []).filter { $0.hasSuffix(".png") }.sorted()
    for start in stride(from: 0, to: names.count, by: 256) {
      try record(
        names[start..<min(start + 256, names.count)].compactMap { name in
          Self.metadata(images.appendingPathComponent(name)).flatMap { name == "\($0.key).png" ? $0 : nil }
        })
    }
  }

  /// What an image says of itself, where its key is that of its request and weights.
  static func metadata(_ image: URL) -> ImageMetadata? {
    guard let bytes = try? FileBytes.read(image), let text = try? ImageText.of(bytes), let metadata = ImageMetadata(entries: text),
      (try? metadata.request.key(weights: metadata.weights)) == metadata.key
    else { return nil }
    return metadata
  }

  /// Records images by what they say of themselves, where they are not recorded.
  func record(_ images: [ImageMetadata]) throws {
    try write { db in
      for image in images {
        try db.execute(
          sql: "INSERT OR IGNORE INTO images (key, request, weights, seconds, created) VALUES (?, ?, ?, 0, ?)",
          arguments: [
            image.key, try Self.insert(image.request, db), try CanonicalJSON.text(image.weights), Date().timeIntervalSince1970,
          ])
      }
    }
  }

  // MARK: SQLite

  /// Records a request where it is not; returns its hash.
  static func insert(_ request: GenerationRequest, _ db: Database) throws -> String {
    let json = try CanonicalJSON.data(request), hash = Digest.hex(json)
    try db.execute(
      sql: "INSERT OR IGNORE INTO requests (hash, json) VALUES (?, ?)", arguments: [hash, String(decoding: json, as: UTF8.self)])
    return hash
  }

  /// Runs `body` in a transaction of its own that may write.
  public func write<T>(_ body: (Database) throws -> T) throws -> T {
    try Self.translating(Self.database(in: folder)) { try database.write(body) }
  }

  /// Runs `body` on one unchanging view of the database.
  public func read<T>(_ body: (Database) throws -> T) throws -> T {
    try Self.translating(Self.database(in: folder)) { try database.read(body) }
  }

  private static func translating<T>(_ file: URL, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw unusable(file, error)
    } catch let error as DecodingError {
      throw GenerationError.storeUnusable(path: file.path, reason: "a row does not decode: \(error.words)")
    }
  }

  private static func unusable(_ file: URL, _ error: DatabaseError) -> GenerationError {
    guard StoreRecovery.isDamage(error) else {
      // SQLite says no more than "disk I/O error" where it cannot make the files beside the database.
      let isFull = [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN].contains(error.resultCode) && DiskSpace.free(at: file) ?? .max < 1 << 17
      return .storeUnusable(path: file.path, reason: isFull ? "No space left on device" : error.message ?? "\(error.resultCode)")
    }
    // Not now: other threads and processes have it open.
    StoreRecovery.mark(file)
    return .storeDamaged(path: file.path)
  }
}
