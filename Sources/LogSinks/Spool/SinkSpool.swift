internal import Kernel

/// The spool of one sink at work: every line goes there before it is sent, and comes into the
/// sink's queue from there.
///
/// Where the spool cannot be used, lines go to the queue alone as long as the receiver keeps up, and
/// the spool is tried again after a pause. So a disk that is full or broken costs what waits for a
/// receiver that is away, and nothing else.
final class SinkSpool {
  /// The least room of the queue of a sink with a spool: the longest line fits.
  static let leastQueueBytes = 1 << 18
  /// How long until a spool that cannot be used is tried again, in microseconds.
  static let retryPause: Int64 = 1_000_000

  private let settings: SpoolSettings
  private let path: String
  private let owner: SpoolStore.Owner
  private var store: SpoolStore?
  private var runs = SpoolRuns()
  /// Not before this moment is the disk tried again; nil where it works.
  private var retryAt: Int64?
  private var isFailing = false
  /// What lines that come meanwhile are lost to.
  private var failureReason = DropReason.spoolFailed
  /// Whether lines of the spool were left to the next run of the program.
  private var isLeft = false
  /// What happened to it.
  private(set) var notices: [Sink.Notice] = []

  /// A spool that is not open yet.
  init(_ settings: SpoolSettings, path: String, owner: SpoolStore.Owner) {
    self.settings = settings
    self.path = path
    self.owner = owner
  }

  /// What happened since the last call.
  func takeNotices() -> [Sink.Notice] {
    defer { notices.removeAll() }
    return notices
  }

  /// Whether lines wait here that are not in the queue.
  var waits: Bool { (store?.stagedCount ?? 0) > 0 || (store?.unreadCount ?? 0) > 0 }

  /// Whether so much is staged that it should be written within a turn.
  var isStageFull: Bool { (store?.stagedBytes ?? 0) >= SpoolStore.stageLimit }

  /// Whether there is room for lines of who would rather wait than lose one; nil where the spool is
  /// not open.
  var hasRoom: Bool? {
    guard let count = store?.byteCount else { return nil }
    return count < settings.size / 4 * 3
  }

  /// When to call `update` even if no line comes, in microseconds.
  var deadline: Int64? {
    if let retryAt { return retryAt }
    guard let due = store?.deadline else { return nil }
    return due
  }

  /// Takes a line.
  func accept(
    _ line: Span<UInt8>, isTruncated: Bool, _ intake: inout SinkIntake, now: Int64
  ) {
    if isTruncated { intake.ledger.truncated &+= 1 }
    guard retryAt == nil, let stage = store?.stage(line) else {
      keep(line, &intake, else: failureReason)
      return
    }
    switch stage {
    case .taken(let dropped):
      intake.ledger.spool()
      if dropped > 0 { intake.ledger.dropSpooled(dropped, .spoolFull) }
    case .full: intake.ledger.lose(1, .spoolFull)
    case .tooLong: intake.ledger.lose(1, .tooLong)
    }
  }

  /// Opens the spool where it is not, writes what came, and fills the queue.
  func update(_ intake: inout SinkIntake, now: Int64) {
    if let retryAt, retryAt > now { return }
    do throws(SpoolError) {
      let opens = store == nil
      if opens { try open(&intake) }
      let writes = (store?.stagedCount ?? 0) > 0
      try store?.commit(now: now)
      retryAt = nil
      // A disk that was not written to has not shown that it works again.
      if opens || writes { succeed(&intake) }
    } catch {
      fail(error, &intake, now: now)
      giveUpStaged(&intake)
    }
    load(&intake, now: now)
  }

  /// Fills the queue from the disk.
  func load(_ intake: inout SinkIntake, now: Int64) {
    guard retryAt == nil, store != nil else { return }
    do throws(SpoolError) {
      let damaged = try store?.read { message, sequence in
        guard intake.append(message) else { return false }
        intake.ledger.load()
        runs.append(sequence)
        return true
      }
      if let damaged, damaged > 0 { intake.ledger.dropSpooled(damaged, .spoolDamaged) }
    } catch {
      fail(error, &intake, now: now)
    }
  }

  /// The oldest messages have left the queue for good.
  func settle(_ count: Int) {
    guard let next = runs.removeFirst(count), !isLeft else { return }
    store?.deliver(upTo: next)
  }

  /// Saves what is delivered, and what else is due after a turn.
  func tidy(_ intake: inout SinkIntake, now: Int64) {
    guard retryAt == nil else { return }
    do throws(SpoolError) { try store?.tidy(now: now) } catch { fail(error, &intake, now: now) }
  }

  /// Leaves what waits to the next run of the program. What is in no file stays in the queue: it
  /// never was, or its segment was dropped to make room.
  func abandon(_ intake: inout SinkIntake) {
    do throws(SpoolError) { try store?.commit(now: 0) } catch {
      failureReason = error.dropReason
      giveUpStaged(&intake)
    }
    let kept = runs.count(from: store?.oldestSequence ?? .max)
    if kept > 0 || waits { isLeft = true }
    intake.ledger.unload(kept)
    // Which ones stay does not matter: who calls counts them as lost.
    intake.queue.removeFirst(kept)
    runs = SpoolRuns()
    do throws(SpoolError) { try store?.finish(now: 0) } catch {
      intake.ledger.lastError = error.name
    }
  }

  private func open(_ intake: inout SinkIntake) throws(SpoolError) {
    let opened = try SpoolStore.opening(settings, path: path, owner: owner)
    let count = opened.unreadCount
    if count > 0 || opened.damagedCount > 0 {
      intake.ledger.recover(count)
      notices.append(.recovered(count, damaged: opened.damagedCount))
    }
    store = consume opened
  }

  private func succeed(_ intake: inout SinkIntake) {
    guard isFailing else { return }
    isFailing = false
    notices.append(.spoolBack(unspooled: intake.ledger.unspooled))
  }

  private func fail(_ error: SpoolError, _ intake: inout SinkIntake, now: Int64) {
    retryAt = now + Self.retryPause
    failureReason = error.dropReason
    intake.ledger.lastError = error.name
    guard !isFailing else { return }
    isFailing = true
    notices.append(.spoolFailed(error.name, error.words(folder: path)))
  }

  /// What could not be written goes to the queue, or is lost.
  private func giveUpStaged(_ intake: inout SinkIntake) {
    let isBehind = (store?.unreadCount ?? 0) > 0
    var kept = 0
    var lost = 0
    store?.takeBack { line in
      if !isBehind, intake.append(line) {
        runs.append(nil)
        kept += 1
      } else {
        lost += 1
      }
    }
    for _ in 0..<kept { intake.ledger.load() }
    intake.ledger.unspooled &+= UInt64(kept)
    intake.ledger.dropSpooled(lost, failureReason)
  }

  /// Keeps a line in memory alone.
  private func keep(_ line: Span<UInt8>, _ intake: inout SinkIntake, else reason: DropReason) {
    let isBehind = (store?.unreadCount ?? 0) > 0
    guard !isBehind else { return intake.ledger.lose(1, reason) }
    guard intake.append(line) else { return intake.ledger.lose(1, .queueFull) }
    runs.append(nil)
    intake.ledger.enqueue()
    intake.ledger.unspooled &+= 1
  }
}

extension SpoolError {
  /// What lines are lost to: a disk that has no room (ENOSPC, EDQUOT, EFBIG), or one that fails.
  var dropReason: DropReason {
    guard case .system(let error, _) = self else { return .spoolFailed }
    let isFull = error == .noSpace || error == .quota || error == Errno(27)
    return isFull ? .spoolFull : .spoolFailed
  }
}
