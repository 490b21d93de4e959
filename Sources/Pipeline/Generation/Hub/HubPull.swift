import Core
import Foundation
import Synchronization

/// Fetches a repository's files into the Hugging Face cache: several at once, resumed after a break, kept when size and digest are right.
public struct HubPull: Sendable {
  /// How far a pull is.
  public struct Progress: Sendable {
    public let received: Int
    public let total: Int
    public let finishedFiles: Int
    public let files: Int
  }

  /// What a server has of a repository, and how much of it is not here yet.
  public struct Offer: Sendable {
    let listing: HubListing
    /// What was asked for.
    let wanted: [HubListing.File]
    let revision: String
    /// The same without files of equal bytes, the largest first.
    let files: [HubListing.File]
    /// Bytes of what was asked for, those that have to be fetched, and the number of files.
    public let total: Int
    public let missing: Int
    public var count: Int { files.count }
  }

  private static let mostAtOnce = 4
  /// Breaks in a row after which a file is given up; what arrived stays for the next pull.
  private static let mostBreaks = 5
  /// The same where there has been no connection yet.
  private static let mostCalls = 2
  private static let mostListing = 32 << 20

  private let repository: HubRepository
  /// Seconds before the first new try; each later one waits as long again.
  private let pause: Double
  private let timeout: TimeInterval
  private let free: @Sendable (URL) -> Int?

  /// `free` are the bytes that may be written beside a file.
  public init(
    _ repository: HubRepository, pause: Double = 1, timeout: TimeInterval = 60, free: @escaping @Sendable (URL) -> Int? = DiskSpace.free
  ) {
    (self.repository, self.pause, self.timeout, self.free) = (repository, pause, timeout, free)
  }

  /// Where the repository's files are kept.
  public var folder: URL { repository.folder }

  /// The server that gives them.
  public var server: String { repository.endpoint.host ?? repository.endpoint.absoluteString }

  private var blobs: URL { repository.folder.appendingPathComponent("blobs") }

  /// Fetches what is not here yet: `offer`, then `fetch`. Throws as these.
  public func run(
    names: [String] = [], revision: String = "main", progress: @escaping @Sendable (Progress) -> Bool = { _ in true }
  ) async throws -> URL {
    try await fetch(try await offer(names: names, revision: revision), progress: progress)
  }

  /// Asks the server for what it has.
  ///
  /// - Parameters:
  ///   - names: files by their paths in the repository; what a model needs when empty.
  ///   - revision: a branch, tag or commit.
  /// - Throws: `GenerationError.fetchFailed`, `.serverUnreachable`, `.repositoryClosed`, `.cacheUnwritable`, `badSetting`, `malformedFile`.
  public func offer(names: [String] = [], revision: String = "main") async throws -> Offer {
    let listing = try await self.listing(of: revision), wanted = try listing.selection(named: names)
    // A file of the same bytes under two names is fetched once.
    let files = Dictionary(wanted.map { ($0.digest, $0) }) { first, _ in first }.values.sorted { ($0.size, $0.path) > ($1.size, $1.path) }
    let here = files.reduce(0) { $0 + min($1.size, size(of: blob($1)) ?? size(of: partial($1)) ?? 0) }
    let total = files.reduce(0) { $0 + $1.size }
    return Offer(listing: listing, wanted: wanted, revision: revision, files: files, total: total, missing: total - here)
  }

  /// Fetches what of an offer is not here yet.
  ///
  /// - Parameter progress: told now and then; false ends the work with `CancellationError`, what has arrived is kept for the next time.
  /// - Returns: the snapshot's folder.
  /// - Throws: `GenerationError.cacheUnwritable`, before anything is fetched, where the disk has no room for it; `.fetchFailed`,
  ///   `.serverUnreachable`, `CoreError.cannotWrite`.
  public func fetch(_ offer: Offer, progress: @escaping @Sendable (Progress) -> Bool = { _ in true }) async throws -> URL {
    let commit = offer.listing.commit, snapshot = repository.folder.appendingPathComponent("snapshots/\(commit)")
    try AtomicFile.createFolder(blobs)
    if let free = free(blobs.appendingPathComponent(commit)), free < offer.missing {
      throw GenerationError.cacheUnwritable(
        path: blobs.path, reason: "\(ByteText.decimal(offer.missing)) are needed and \(ByteText.decimal(free)) are free", kept: hasArrived)
    }
    let account = Account(offer.wanted, progress)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, file) in offer.files.enumerated() {
        if index >= Self.mostAtOnce { try await group.next() }
        group.addTask { try await fetch(file, commit: commit, account) }
      }
      try await group.waitForAll()
    }
    for file in offer.wanted { try link(file, in: snapshot) }
    if offer.revision == "main" { try AtomicFile.write(Data(commit.utf8), to: repository.folder.appendingPathComponent("refs/main")) }
    return snapshot
  }

  private func listing(of revision: String) async throws -> HubListing {
    let address = repository.listingAddress(revision)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("diffss-listing-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try await transfer(address, to: file, limit: Self.mostListing, calls: Self.mostCalls) { _ in true }
    return try HubListing(Data(contentsOf: file), from: address)
  }

  private func blob(_ file: HubListing.File) -> URL { blobs.appendingPathComponent(file.digest.text) }

  private func partial(_ file: HubListing.File) -> URL { blobs.appendingPathComponent(file.digest.text + ".incomplete") }

  /// One file to `blobs/DIGEST`, by way of `blobs/DIGEST.incomplete`.
  private func fetch(_ file: HubListing.File, commit: String, _ account: Account) async throws {
    let final = blob(file), partial = self.partial(file)
    if size(of: final) == file.size { return account.finish(file) }
    let address = repository.fileAddress(file.path, commit: commit)
    if size(of: partial) ?? 0 > file.size { try? FileManager.default.removeItem(at: partial) }
    if size(of: partial) != file.size || file.size == 0 {
      try await transfer(address, to: partial, limit: file.size) { account.update(file, $0) }
    }
    guard size(of: partial) == file.size, try digest(of: partial, like: file) == file.digest.text else {
      // Nothing says which byte is wrong: the next pull begins again.
      try? FileManager.default.removeItem(at: partial)
      throw GenerationError.fetchFailed(
        address: address.absoluteString, reason: "what arrived is damaged: size or digest are not those announced", kept: hasArrived)
    }
    guard rename(partial.path, final.path) == 0 else {
      throw CoreError.cannotWrite(path: final.path, reason: String(cString: strerror(errno)))
    }
    account.finish(file)
  }

  /// Whether files of the repository are here, whole or in part.
  private var hasArrived: Bool {
    ((try? FileManager.default.contentsOfDirectory(atPath: blobs.path)) ?? []).contains { size(of: blobs.appendingPathComponent($0)) ?? 0 > 0 }
  }

  /// Transfers an address to a file, going on after breaks; without a connection after `calls` tries at most it gives up.
  private func transfer(
    _ address: URL, to file: URL, limit: Int, calls: Int = mostBreaks, progress: @escaping @Sendable (Int) -> Bool
  ) async throws {
    var breaks = 0
    while true {
      let offset = size(of: file) ?? 0
      let outcome = await HubTransfer(from: address, to: file, offset: offset, limit: limit, progress: progress)
        .run(token: repository.token, timeout: timeout)
      let failure: GenerationError
      switch outcome {
      case .complete: return
      case .cancelled: throw CancellationError()
      case .refused(let reason): throw GenerationError.fetchFailed(address: address.absoluteString, reason: reason, kept: hasArrived)
      case .unwritable(let reason): throw GenerationError.cacheUnwritable(path: file.path, reason: reason, kept: hasArrived)
      case .closed(let reason):
        throw GenerationError.repositoryClosed(name: repository.name, reason: reason, home: MovedRepositories.home(of: repository.name))
      case .broken(let reason):
        breaks = size(of: file) ?? 0 > offset ? 1 : breaks + 1
        failure = .fetchFailed(address: address.absoluteString, reason: reason, kept: hasArrived)
      case .unreachable(let reason):
        breaks += 1
        failure = .serverUnreachable(server: server, reason: reason, kept: hasArrived)
        if breaks >= calls { throw failure }
      }
      guard breaks < Self.mostBreaks else { throw failure }
      try await Task.sleep(for: .seconds(pause * Double(breaks)))
    }
  }

  private func digest(of file: URL, like expected: HubListing.File) throws -> String {
    let hasher: SHA
    switch expected.digest {
    case .sha256: hasher = SHA(.sha256)
    case .git:
      hasher = SHA(.sha1)
      hasher.update(data: Data("blob \(expected.size)\0".utf8))
    }
    guard let handle = FileHandle(forReadingAtPath: file.path) else {
      throw CoreError.unreadableFile(path: file.path, reason: String(cString: strerror(errno)))
    }
    defer { try? handle.close() }
    while let piece = try handle.read(upToCount: 1 << 22), !piece.isEmpty { hasher.update(data: piece) }
    return Digest.hex(of: hasher.finalize())
  }

  /// `snapshots/COMMIT/PATH` as a relative link to the blob, as `huggingface_hub` makes it.
  private func link(_ file: HubListing.File, in snapshot: URL) throws {
    let url = snapshot.appendingPathComponent(file.path)
    try AtomicFile.createFolder(url.deletingLastPathComponent())
    let up = String(repeating: "../", count: 2 + file.path.split(separator: "/").count - 1)
    let temporary = url.deletingLastPathComponent().appendingPathComponent(".\(UUID().uuidString).link")
    guard symlink("\(up)blobs/\(file.digest.text)", temporary.path) == 0, rename(temporary.path, url.path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary.path)
      throw CoreError.cannotWrite(path: url.path, reason: reason)
    }
  }

  private func size(of file: URL) -> Int? {
    var status = stat()
    return stat(file.path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Adds up what the files have received.
  private final class Account: Sendable {
    private struct State {
      var received: [HubListing.File.Digest: Int] = [:]
      var finished: Set<HubListing.File.Digest> = []
    }

    private let state = Mutex(State())
    private let total: Int
    private let files: Int
    private let report: @Sendable (Progress) -> Bool

    init(_ files: [HubListing.File], _ report: @escaping @Sendable (Progress) -> Bool) {
      let distinct = Set(files)
      (total, self.files, self.report) = (distinct.reduce(0) { $0 + $1.size }, distinct.count, report)
    }

    func update(_ file: HubListing.File, _ received: Int) -> Bool {
      report(
        state.withLock { state in
          state.received[file.digest] = received
          return Progress(
            received: state.received.values.reduce(0, +), total: total, finishedFiles: state.finished.count, files: files)
        })
    }

    func finish(_ file: HubListing.File) {
      state.withLock { _ = $0.finished.insert(file.digest) }
      _ = update(file, file.size)
    }
  }
}
