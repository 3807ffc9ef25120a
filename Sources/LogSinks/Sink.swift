internal import Kernel
internal import Reactor

/// One receiver of lines: its queue, its transport and its ledger. It lives on the log thread and
/// never waits there: what the receiver does not take now stays in the queue, and the loop tells
/// when to go on.
final class Sink {
  /// How lines get out.
  enum Way: Hashable { case datagrams(SocketAddress), output(Int32) }

  /// Something that an administrator should know of.
  enum Notice: Equatable {
    /// The receiver went away, or is not there.
    case lost(Errno)
    /// The receiver takes lines again, after so many microseconds and so many lines dropped.
    case back(microseconds: Int64, dropped: UInt64)
  }

  /// Lines that wait before they are sent within a turn.
  static let flushThreshold = 512
  /// Batches sent in one turn, so that one busy sink does not keep the others waiting.
  static let batchLimit = 256
  /// How long to wait for readiness before a try without it, in microseconds.
  static let fullPause: Int64 = 1_000_000
  /// How long to wait where the system was out of memory, in microseconds.
  static let shortPause: Int64 = 20_000

  /// What waits, and the account of it: what each line changes, in one place.
  private struct Intake {
    var queue: MessageQueue
    var ledger: SinkLedger

    /// Takes a line, and tells how many wait.
    mutating func accept(_ line: Span<UInt8>, isTruncated: Bool) -> Int {
      if queue.append(line) { ledger.enqueue() } else { ledger.lose(1, .queueFull) }
      if isTruncated { ledger.truncated &+= 1 }
      return queue.count
    }
  }

  /// The account of every line.
  var ledger: SinkLedger { intake.ledger }
  private var intake: Intake
  private let way: Way
  private let token: EventToken
  private var transport: Transport?
  private var pause = RetryPause()
  /// Not before this moment is anything tried; nil where nothing keeps from trying.
  private var resumesAt: Int64?
  /// Whether readiness ends the wait before its time.
  private var waitsForRoom = false
  private var lostAt: Int64?
  private var droppedWhenLost: UInt64 = 0
  private var notices: [Notice] = []

  /// A sink that is not open yet.
  init(name: String, way: Way, token: EventToken, queue: MessageQueue = MessageQueue()) {
    intake = Intake(queue: queue, ledger: SinkLedger(sink: name))
    self.way = way
    self.token = token
  }

  /// Whether a line waits.
  var isEmpty: Bool { intake.queue.isEmpty }

  /// When to call `flush` even if no event comes, in microseconds; nil where nothing waits.
  var deadline: Int64? { intake.queue.isEmpty ? nil : resumesAt ?? 0 }

  /// What happened to the receiver since the last call.
  func takeNotices() -> [Notice] {
    defer { notices.removeAll() }
    return notices
  }

  /// Takes a line and what became of its length.
  func accept(_ line: [UInt8], isTruncated: Bool = false, in loop: borrowing EventLoop) {
    accept(line.span, isTruncated: isTruncated, in: loop)
  }

  /// Takes a line that lies elsewhere and what became of its length.
  func accept(_ line: Span<UInt8>, isTruncated: Bool, in loop: borrowing EventLoop) {
    if intake.accept(line, isTruncated: isTruncated) >= Self.flushThreshold { flush(in: loop) }
  }

  /// Whether the receiver is there and keeps up, so that a line is likely to get there.
  var takesLines: Bool { lostAt == nil && intake.queue.count < Self.flushThreshold }

  /// Counts a line that `log-limit` left out.
  func limit() { intake.ledger.limited &+= 1 }

  /// Counts lines that were lost before they came here.
  func lose(_ count: UInt64, _ reason: DropReason) { intake.ledger.lose(count, reason) }

  /// Opens the transport ahead of the first line, while its path can surely be reached.
  func openEarly(in loop: borrowing EventLoop) {
    if transport == nil { try? open(in: loop) }
  }

  /// Takes what the loop tells of the transport.
  func ready(_ readiness: Readiness, in loop: borrowing EventLoop) {
    if !readiness.isDisjoint(with: [.error, .hangup]) { collectReport() }
    if waitsForRoom { resumesAt = nil }
    flush(in: loop)
  }

  /// Sends what the receiver takes.
  func flush(in loop: borrowing EventLoop) {
    if let resumesAt, resumesAt > loop.now { return }
    resumesAt = nil
    for _ in 0..<Self.batchLimit {
      guard !intake.queue.isEmpty, resumesAt == nil else { return }
      do throws(Errno) {
        if transport == nil { try open(in: loop) }
        guard let result = transport?.send(intake.queue) else { return }
        if result.wasRefused { refuseDelivered(.connectionRefused) }
        handle(result.outcome, in: loop)
      } catch {
        if case .output = way { refuse(intake.queue.count, error) }
        lose(transportTo: error, now: loop.now)
      }
    }
  }

  /// Gives up what waits: the process ends.
  func abandon() {
    collectReport()
    let count = intake.queue.count
    intake.queue.removeFirst(count)
    intake.ledger.drop(count, .stopped)
  }

  /// Asks the socket for a refusal that came in since the last line.
  func collectReport() {
    guard let error = transport?.pendingReport() else { return }
    refuseDelivered(error)
  }

  private func open(in loop: borrowing EventLoop) throws(Errno) {
    let opened: Transport
    switch way {
    case .datagrams(let address): opened = .datagrams(try DatagramTransport(to: address))
    case .output(let number): opened = .output(try OutputTransport(inherited: number))
    }
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
      intake.queue.removeFirst(count)
      intake.ledger.deliver(count)
      waitForRoom(false, in: loop)
      succeed(now: now)
    case .full:
      resumesAt = now + Self.fullPause
      waitForRoom(true, in: loop)
    case .short(let error):
      intake.ledger.lastError = error.name
      resumesAt = now + Self.shortPause
    case .refused(let count, let error): refuse(count, error)
    case .tooLong(let error):
      intake.ledger.lastError = error.name
      intake.queue.removeFirst(1)
      intake.ledger.drop(1, .tooLong)
    case .reported(let error): refuseDelivered(error)
    case .lost(let error): lose(transportTo: error, now: now)
    }
  }

  /// A line that had left was refused after all.
  private func refuseDelivered(_ error: Errno) {
    intake.ledger.lastError = error.name
    intake.ledger.refuseDelivered()
  }

  private func refuse(_ count: Int, _ error: Errno) {
    intake.ledger.lastError = error.name
    intake.queue.removeFirst(count)
    intake.ledger.drop(count, .refused)
  }

  private func lose(transportTo error: Errno, now: Int64) {
    transport = nil
    waitsForRoom = false
    intake.ledger.lastError = error.name
    resumesAt = now + Int64(pause.afterFailure() / 1000)
    guard lostAt == nil else { return }
    lostAt = now
    droppedWhenLost = intake.ledger.dropped
    intake.ledger.losses &+= 1
    notices.append(.lost(error))
  }

  private func succeed(now: Int64) {
    guard let lost = lostAt else { return }
    pause.succeeded()
    lostAt = nil
    notices.append(
      .back(microseconds: now - lost, dropped: intake.ledger.dropped &- droppedWhenLost))
  }
}
