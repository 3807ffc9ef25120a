internal import Kernel
internal import Memory
internal import Reactor
internal import TLS

/// One receiver of lines: its queue, its transport and its ledger. It lives on the log thread and
/// never waits there: what the receiver does not take now stays in the queue, and the loop tells
/// when to go on.
final class Sink {
  /// How lines get out.
  enum Way: Hashable {
    /// A datagram each.
    case datagrams(SocketAddress)
    /// A datagram each to journald's socket, with a file in place of what is too large for one.
    case journal
    /// A descriptor that the process inherited.
    case output(Int32)
    /// One behind the other on a connection.
    case stream(LogServerSettings)
    /// Nowhere: the latest are kept, and shown by a file where one is given.
    case kept(file: String?, size: Int)
  }

  /// Something that an administrator should know of.
  enum Notice: Equatable {
    /// The receiver went away, or is not there.
    case lost(SinkFailure)
    /// The receiver takes lines again, after so many microseconds and so many lines dropped.
    case back(microseconds: Int64, dropped: UInt64)
    /// The spool cannot be written or read: the error's name, and words.
    case spoolFailed(String, String)
    /// The spool can be used again; so many lines were never in it.
    case spoolBack(unspooled: UInt64)
    /// The spool had so many lines of before, and so many damaged ones.
    case recovered(Int, damaged: UInt64)
  }

  /// Lines that wait before they are sent within a turn.
  static let flushThreshold = 512
  /// Batches sent in one turn, so that one busy sink does not keep the others waiting.
  static let batchLimit = 256
  /// How long to wait for readiness before a try without it, in microseconds.
  static let fullPause: Int64 = 1_000_000
  /// How long to wait where the system was out of memory, in microseconds.
  static let shortPause: Int64 = 20_000

  /// The account of every line.
  var ledger: SinkLedger { intake.ledger }
  private var intake: SinkIntake
  private let way: Way
  private let token: EventToken
  private var transport: Transport?
  private var tlsContext: TLSContext?
  private let spool: SinkSpool?
  private var pause: RetryPause
  /// Not before this moment is anything tried; nil where nothing keeps from trying.
  private var resumesAt: Int64?
  /// Whether readiness ends the wait before its time.
  private var waitsForRoom = false
  /// Whether the transport is to be asked even if nothing waits: the loop told something of it.
  private var isRoused = false
  private var acceptedSinceFlush = 0
  private var lostAt: Int64?
  private var droppedWhenLost: UInt64 = 0
  private var notices: [Notice] = []

  /// A sink that is not open yet.
  init(
    name: String, way: Way, token: EventToken, queue: MessageQueue? = nil, spool: SinkSpool? = nil
  ) {
    intake = SinkIntake(
      queue: queue ?? way.queue, ledger: SinkLedger(sink: name, hasSpool: spool != nil), way: way)
    self.spool = spool
    self.way = way
    self.token = token
    if case .stream = way {
      pause = RetryPause(limit: RetryPause.longestOfStreams, hasJitter: true)
    } else {
      pause = RetryPause()
    }
  }

  /// Whether no line waits that could still be sent.
  var isEmpty: Bool { (intake.queue.isEmpty && !(spool?.waits ?? false)) || way.sendsNothing }

  /// Whether there is room for lines of who would rather wait than lose one.
  var hasRoom: Bool { spool?.hasRoom ?? !intake.queue.isFilled(quarters: 3) }

  /// When to call `flush` even if no event comes, in microseconds; nil where nothing waits.
  var deadline: Int64? {
    guard let spooling = spool?.deadline else { return sendDeadline }
    return min(spooling, sendDeadline ?? spooling)
  }

  private var sendDeadline: Int64? {
    if let resumesAt { return isEmpty && transport?.deadline() == nil ? nil : resumesAt }
    if !intake.queue.isEmpty, !way.sendsNothing, transport?.hasUnwritten(intake.queue) ?? true {
      return 0
    }
    return transport?.deadline()
  }

  /// What happened to the receiver since the last call.
  func takeNotices() -> [Notice] {
    if let spool, !spool.notices.isEmpty { notices += spool.takeNotices() }
    guard !notices.isEmpty else { return [] }
    defer { notices.removeAll() }
    return notices
  }

  /// Takes a line and what became of its length.
  func accept(_ line: [UInt8], isTruncated: Bool = false, in loop: borrowing EventLoop) {
    accept(line.span, isTruncated: isTruncated, in: loop)
  }

  /// Takes a line that lies elsewhere and what became of its length.
  func accept(_ line: Span<UInt8>, isTruncated: Bool, in loop: borrowing EventLoop) {
    acceptedSinceFlush += 1
    if let spool {
      spool.accept(line, isTruncated: isTruncated, &intake, now: loop.now)
      if spool.isStageFull { flush(in: loop) }
      return
    }
    intake.accept(line, isTruncated: isTruncated)
    // A small ring is full before a turn is over.
    if acceptedSinceFlush >= Self.flushThreshold || intake.queue.isFilled(quarters: 2) {
      flush(in: loop)
    }
  }

  /// Whether the receiver is there and keeps up, so that a line is likely to get there.
  var takesLines: Bool { lostAt == nil && unwritten < Self.flushThreshold }

  private var unwritten: Int { intake.queue.count - intake.queue.inFlight.messages }

  /// Counts a line that `log-limit` left out.
  func limit() { intake.ledger.limited &+= 1 }

  /// Whether a line of so many bytes that others sent fits in, with an eighth of the queue left to
  /// the process's own; what fits into no queue is taken, and lost there.
  func hasRoom(for length: Int) -> Bool {
    intake.queue.hasRoom(for: length) || way.sendsNothing
  }

  /// How many lines have left the queue since the beginning: delivered, or lost.
  var settledCount: UInt64 { intake.queue.removedCount }

  /// What `settledCount` will be when all that waits now has left; 0 where lines stay.
  var acceptedCount: UInt64 {
    way.sendsNothing ? 0 : settledCount &+ UInt64(intake.queue.count)
  }

  /// Counts lines that were lost before they came here.
  func lose(_ count: UInt64, _ reason: DropReason) { intake.ledger.lose(count, reason) }

  /// Opens the transport ahead of the first line, while its path can surely be reached.
  func openEarly(in loop: borrowing EventLoop) {
    spool?.update(&intake, now: loop.now)
    guard transport == nil, !way.sendsNothing else { return }
    do throws(SinkFailure) {
      try open(in: loop)
    } catch {
      // Tried again, and told, when there is something to send; a connection is told at once.
      if case .stream = way { lose(transportTo: error, now: loop.now) }
    }
  }

  /// Takes what the loop tells of the transport.
  func ready(_ readiness: Readiness, in loop: borrowing EventLoop) {
    if !readiness.isDisjoint(with: [.error, .hangup]) { collectReport() }
    let isConversation = transport?.isConversation() ?? false
    if waitsForRoom || isConversation { resumesAt = nil }
    isRoused = isConversation
    flush(in: loop)
  }

  /// Sends what the receiver takes.
  func flush(in loop: borrowing EventLoop) {
    acceptedSinceFlush = 0
    spool?.update(&intake, now: loop.now)
    send(in: loop)
    spool?.tidy(&intake, now: loop.now)
  }

  private func send(in loop: borrowing EventLoop) {
    if let resumesAt, resumesAt > loop.now { return }
    resumesAt = nil
    guard !way.sendsNothing else { return }
    if let deadline = transport?.deadline(), deadline <= loop.now { isRoused = true }
    for _ in 0..<Self.batchLimit {
      guard resumesAt == nil, isRoused || !intake.queue.isEmpty else { return }
      if !isRoused, transport?.hasUnwritten(intake.queue) == false { return }
      isRoused = false
      do throws(SinkFailure) {
        if transport == nil { try open(in: loop) }
        guard let result = transport?.send(intake.queue, now: loop.now) else { return }
        if result.wasRefused { refuseDelivered(.connectionRefused) }
        handle(result.outcome, in: loop)
        intake.queue.inFlight = transport?.inFlight() ?? (0, 0)
        spool?.load(&intake, now: loop.now)
      } catch {
        if case .output = way, case .system(let error) = error {
          refuse(intake.queue.count, error)
        }
        lose(transportTo: error, now: loop.now)
      }
    }
  }

  /// Gives up what waits: the process ends.
  func abandon() {
    collectReport()
    spool?.abandon(&intake)
    let count = intake.queue.count
    intake.queue.removeFirst(count)
    intake.ledger.drop(count, .stopped)
    transport?.finish()
    // What it had under way is not in the queue any more: another session sends what still comes.
    if case .stream(let server) = way, server.framing == .relp { transport = nil }
  }

  /// Asks the socket for a refusal that came in since the last line.
  func collectReport() {
    guard let error = transport?.pendingReport() else { return }
    refuseDelivered(error)
  }

  private func open(in loop: borrowing EventLoop) throws(SinkFailure) {
    let opened = try way.open(now: loop.now, tls: &tlsContext)
    opened.watch(in: loop, token: token)
    transport = consume opened
  }

  private func waitForRoom(_ wanted: Bool, in loop: borrowing EventLoop) {
    guard wanted != waitsForRoom else { return }
    waitsForRoom = wanted
    transport?.watchRoom(wanted, in: loop, token: token)
  }

  private func handle(_ outcome: SendOutcome, in loop: borrowing EventLoop) {
    let now = loop.now
    switch outcome {
    case .sent(let count):
      deliver(count)
      waitForRoom(false, in: loop)
      succeed(now: now)
    case .full:
      resumesAt = now + Self.fullPause
      waitForRoom(true, in: loop)
    case .waiting(let forRoom):
      resumesAt = transport?.deadline() ?? now + Self.fullPause
      waitForRoom(forRoom, in: loop)
    case .acknowledged(let count, let isFull):
      deliver(count)
      if isFull { resumesAt = transport?.deadline() ?? now + Self.fullPause }
      waitForRoom(isFull, in: loop)
      if count > 0 { succeed(now: now) }
    case .settled(let count, let refused, let isFull):
      deliver(count - refused)
      if refused > 0 {
        remove(refused)
        intake.ledger.drop(refused, .refused)
        intake.ledger.lastError = "refused"
      }
      if isFull { resumesAt = transport?.deadline() ?? now + Self.fullPause }
      waitForRoom(isFull, in: loop)
      if count > 0 { succeed(now: now) }
    case .short(let error):
      intake.ledger.lastError = error.name
      resumesAt = now + Self.shortPause
    case .refused(let count, let error): refuse(count, error)
    case .tooLong(let error):
      intake.ledger.lastError = error.name
      remove(1)
      intake.ledger.drop(1, .tooLong)
    case .reported(let error): refuseDelivered(error)
    case .lost(let failure): lose(transportTo: failure, now: now)
    case .broken(let failure, let count, let uncertain):
      deliver(count)
      remove(uncertain)
      intake.ledger.drop(uncertain, .unacknowledged)
      lose(transportTo: failure, now: now, uncertain: uncertain)
    }
  }

  private func deliver(_ count: Int) {
    guard count > 0 else { return }
    remove(count)
    intake.ledger.deliver(count)
  }

  /// The oldest messages leave the queue for good.
  private func remove(_ count: Int) {
    intake.queue.removeFirst(count)
    spool?.settle(count)
  }

  /// A line that had left was refused after all.
  private func refuseDelivered(_ error: Errno) {
    intake.ledger.lastError = error.name
    intake.ledger.refuseDelivered()
  }

  private func refuse(_ count: Int, _ error: Errno) {
    intake.ledger.lastError = error.name
    remove(count)
    intake.ledger.drop(count, .refused)
  }

  /// The way is lost, and so many lines with it that are counted already.
  private func lose(transportTo failure: SinkFailure, now: Int64, uncertain: Int = 0) {
    transport = nil
    waitsForRoom = false
    resumesAt = now + Int64(pause.afterFailure() / 1000)
    guard lostAt == nil else {
      intake.ledger.lastError = failure.name
      return
    }
    intake.ledger.losses &+= 1
    // A receiver may well close a connection that has nothing to say; the next line opens another.
    if failure == .closed, intake.queue.isEmpty { return }
    intake.ledger.lastError = failure.name
    lostAt = now
    droppedWhenLost = intake.ledger.dropped &- UInt64(uncertain)
    notices.append(.lost(failure))
  }

  private func succeed(now: Int64) {
    pause.succeeded()
    guard let lost = lostAt else { return }
    lostAt = nil
    notices.append(
      .back(microseconds: now - lost, dropped: intake.ledger.dropped &- droppedWhenLost))
  }
}
