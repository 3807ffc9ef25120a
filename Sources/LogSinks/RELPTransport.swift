internal import Kernel
internal import Memory
internal import RELP
internal import TLS

/// Messages by RELP on a connection, plain or over TLS.
///
/// A message stays in the queue until the receiver itself has acknowledged it; what it had not when
/// the connection ends is sent again on the next one, in order. So nothing is lost on the way, and
/// what was acknowledged in vain, since the answer did not come through, arrives twice.
struct RELPTransport: ~Copyable {
  /// Bytes written ahead of the socket, so that frames leave many at a time.
  static let writeLimit = 1 << 16
  /// How this program names itself.
  static let software = "weir"

  private(set) var connection: StreamConnection
  private var session = RELPClient(software: Self.software)
  /// When the session must stand; 0 before it was begun.
  private var openDeadline: Int64 = 0
  private let openLimitMilliseconds: Int
  private let silenceLimitMilliseconds: Int?
  /// When the receiver last acknowledged something, or had nothing to acknowledge.
  private var progressAt: Int64
  /// Bytes of the queue's messages under way.
  private var pendingBytes = 0
  /// What is to be written, and how much of it was.
  private var output = ByteWriter(capacity: Self.writeLimit)
  private var writtenBytes = 0
  private var input = ByteBuffer(capacity: 16_384)
  /// Whether `send` was called.
  private var isBegun = false
  /// How it ended, where that is to be told with the next call.
  private var failure: SinkFailure?

  /// Begins to connect; with a context TLS is spoken.
  init(
    to server: LogServerSettings, tls context: TLSContext? = nil, now: Int64
  ) throws(SinkFailure) {
    connection = try StreamConnection(to: server, tls: context, now: now)
    silenceLimitMilliseconds = server.serverTimeoutMilliseconds
    openLimitMilliseconds =
      server.connectTimeoutMilliseconds ?? StreamConnection.connectLimitMilliseconds
    progressAt = now
  }

  /// What of the queue is under way.
  var inFlight: (messages: Int, bytes: Int) { (session.pending, pendingBytes) }

  /// When to call `send` even if the loop tells nothing and nothing new waits, in microseconds.
  var deadline: Int64? {
    // Opened ahead of the first line, it begins the session at the first call.
    if failure != nil || !isBegun { return 0 }
    if let deadline = connection.deadline { return deadline }
    if session.state != .open { return openDeadline }
    guard session.pending > 0, let limit = silenceLimitMilliseconds else { return nil }
    return progressAt + Int64(limit) * 1000
  }

  /// Whether a message of the queue can be sent now.
  func hasUnwritten(_ queue: borrowing MessageQueue) -> Bool {
    failure == nil && session.room > 0 && writtenBytes == output.count
      && queue.count > session.pending
  }

  /// Sends what the window and the socket take of the messages that wait, and tells what became of
  /// the oldest.
  mutating func send(_ queue: borrowing MessageQueue, now: Int64) -> SendOutcome {
    isBegun = true
    if let failure { return .lost(failure) }
    switch connection.advance(now: now) {
    case .failed(let failure): return .lost(failure)
    case .waiting(let forRoom): return .waiting(forRoom: forRoom)
    case .ready: break
    }
    if session.state == .idle {
      session.open(into: &output)
      openDeadline = now + Int64(openLimitMilliseconds) * 1000
    }
    var settled = (count: 0, refused: 0)
    listen(&settled)
    progress(settled.count, queue, now: now)
    var isFull = false
    if session.pending == 0 { progressAt = now }
    if failure == nil { isFull = write(queue) }
    if failure == nil { failure = timeout(now: now) }
    if settled.count == 0, let failure { return .lost(failure) }
    if session.state == .opening { return .waiting(forRoom: isFull) }
    return .settled(settled.count, refused: settled.refused, isFull: isFull)
  }

  /// Says farewell: nothing more will come.
  mutating func finish() {
    if session.state == .open, failure == nil {
      session.close(into: &output)
      _ = flush()
    }
    connection.finish()
  }

  private mutating func progress(_ count: Int, _ queue: borrowing MessageQueue, now: Int64) {
    guard count > 0 else { return }
    let lengths = queue.waitingLengths
    for index in 0..<count { pendingBytes -= Int(lengths[index]) }
    settledAhead = count
    progressAt = now
  }

  /// Messages at the front of the queue that are settled, but still in it during a call.
  private var settledAhead = 0

  private func timeout(now: Int64) -> SinkFailure? {
    switch session.state {
    case .opening: now >= openDeadline ? .connectTimeout(openLimitMilliseconds) : nil
    case .open:
      if session.pending > 0, let limit = silenceLimitMilliseconds,
        now - progressAt >= Int64(limit) * 1000
      {
        .silence(limit)
      } else {
        nil
      }
    default: nil
    }
  }

  /// Takes all that the receiver says.
  private mutating func listen(_ settled: inout (count: Int, refused: Int)) {
    settledAhead = 0
    while failure == nil {
      input.removeAll()
      switch connection.receive(into: &input) {
      case .moved: take(&settled)
      case .waiting: return
      case .ended: failure = .closed
      case .failed(let reason): failure = reason
      }
    }
  }

  private mutating func take(_ settled: inout (count: Int, refused: Int)) {
    var position = 0
    while true {
      do throws(RELPError) {
        switch try Self.next(&session, input, &position) {
        case .none: return
        case .opened: break
        case .settled(let count, let refused):
          settled.count += count
          settled.refused += refused
        case .ended:
          failure = .closed
          return
        }
      } catch {
        failure = .violation("the receiver \(error)")
        return
      }
    }
  }

  private static func next(
    _ session: inout RELPClient, _ input: borrowing ByteBuffer, _ position: inout Int
  ) throws(RELPError) -> RELPClient.Action {
    try session.receive(input.bytes, from: &position)
  }

  /// Writes what the window and the socket take; whether the socket takes no more now.
  private mutating func write(_ queue: borrowing MessageQueue) -> Bool {
    let bytes = queue.waitingBytes
    let lengths = queue.waitingLengths
    var index = settledAhead + session.pending
    var start = pendingBytes
    for place in 0..<settledAhead { start += Int(lengths[place]) }
    while failure == nil {
      while session.room > 0, index < lengths.count, output.count < Self.writeLimit {
        let end = start + Int(lengths[index])
        let hasEnd = end > start && bytes[end - 1] == UInt8(ascii: "\n")
        session.send(bytes.extracting(start..<(hasEnd ? end - 1 : end)), into: &output)
        pendingBytes += end - start
        start = end
        index += 1
      }
      guard writtenBytes < output.count else { return false }
      if flush() { return true }
    }
    return false
  }

  /// Writes what there is; whether the socket takes no more now.
  private mutating func flush() -> Bool {
    while writtenBytes < output.count {
      switch Self.send(&connection, output, from: writtenBytes) {
      case .moved(let count): writtenBytes += count
      case .waiting(let forRoom): return forRoom
      case .ended:
        failure = .closed
        return false
      case .failed(let reason):
        failure = reason
        return false
      }
    }
    output.removeAll()
    writtenBytes = 0
    return false
  }

  private static func send(
    _ connection: inout StreamConnection, _ output: borrowing ByteWriter, from start: Int
  ) -> StreamConnection.Outcome {
    connection.send(output.span.extracting(start...))
  }
}
