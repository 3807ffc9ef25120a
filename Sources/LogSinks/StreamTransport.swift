internal import Kernel
internal import Memory
internal import TLS

/// Messages one behind the other on a connection: syslog over TCP, TLS or a UNIX stream (RFC 6587,
/// RFC 5425).
///
/// The oldest messages of the queue stay there after they were written, until the receiver's
/// system has acknowledged them: so what is counted as delivered has left this host, and what is
/// known not to have arrived is sent again on the next connection. The queue holds messages as they
/// go over the wire, framing included.
struct StreamTransport: ~Copyable {
  /// The most bytes that one call writes, so that one sink does not keep the others waiting.
  static let writeLimit = 1 << 18
  /// How long until the first look at what was acknowledged, and the longest, in microseconds.
  static let shortestLook: Int64 = 10_000
  static let longestLook: Int64 = 500_000

  private(set) var connection: StreamConnection
  private let silenceLimitMilliseconds: Int?
  /// Where the queue's first byte lies in the connection's bytes.
  private var headOffset: UInt64 = 0
  /// How many messages of the queue were written whole, and how many bytes those have.
  private var wholeMessages = 0
  private var wholeBytes = 0
  /// How much of the next message was written.
  private var partialBytes = 0
  private var nextLook: Int64 = 0
  private var lookPause = Self.shortestLook
  /// When the receiver last took something, or had nothing to take.
  private var progressAt: Int64
  /// Room for what a receiver says, which is of no interest.
  private var input = ByteBuffer(capacity: 512)

  /// Begins to connect; with a context TLS is spoken.
  init(
    to server: LogServerSettings, tls context: TLSContext? = nil, now: Int64
  ) throws(SinkFailure) {
    connection = try StreamConnection(to: server, tls: context, now: now)
    silenceLimitMilliseconds = server.serverTimeoutMilliseconds
    progressAt = now
  }

  /// When to call `send` even if the loop tells nothing and nothing new waits, in microseconds.
  var deadline: Int64? {
    connection.deadline ?? (wholeMessages > 0 || partialBytes > 0 ? nextLook : nil)
  }

  /// Writes what the receiver takes of the messages that wait, and tells how many of the oldest it
  /// has got.
  mutating func send(_ queue: borrowing MessageQueue, now: Int64) -> SendOutcome {
    switch connection.advance(now: now) {
    case .failed(let failure): return .lost(failure)
    case .waiting(let forRoom): return .waiting(forRoom: forRoom)
    case .ready: break
    }
    // Asked before the look at the connection's life: see `acknowledgedBytes`.
    let known = wholeBytes + partialBytes > 0 ? connection.acknowledgedBytes() : headOffset
    if let ending = listen() { return end(ending, queue, acknowledged: known) }
    var isFull = false
    switch write(queue) {
    case .moved: break
    case .waiting: isFull = true
    case .ended: return end(.closed, queue, acknowledged: known)
    // Where the receiver was faster than the look before, another tells how it ended.
    case .failed(let failure): return end(listen() ?? failure, queue, acknowledged: known)
    }
    let isInFlight = wholeBytes + partialBytes > 0
    let taken = release(queue, upTo: isInFlight ? connection.acknowledgedBytes() : headOffset)
    if taken > 0 || queue.isEmpty {
      progressAt = now
      lookPause = Self.shortestLook
    } else if let limit = silenceLimitMilliseconds, now - progressAt >= Int64(limit) * 1000 {
      return end(.silence(limit), queue, acknowledged: known)
    }
    nextLook = now + lookPause
    lookPause = min(lookPause * 2, Self.longestLook)
    return .acknowledged(taken, isFull: isFull)
  }

  /// Says farewell: nothing more will come.
  mutating func finish() { connection.finish() }

  /// What of the queue was written whole.
  var inFlight: (messages: Int, bytes: Int) { (wholeMessages, wholeBytes) }

  /// Whether messages of the queue were not written yet.
  func hasUnwritten(_ queue: borrowing MessageQueue) -> Bool {
    queue.count > wholeMessages
  }

  /// Takes what the receiver says, to no use; how the connection ended, where it has. A receiver
  /// that writes nothing more reads nothing more either: syslog knows no half-open connections.
  private mutating func listen() -> SinkFailure? {
    while true {
      input.removeAll()
      switch connection.receive(into: &input) {
      case .moved: continue
      case .waiting: return nil
      case .ended: return .closed
      case .failed(let failure): return failure
      }
    }
  }

  private mutating func write(_ queue: borrowing MessageQueue) -> StreamConnection.Outcome {
    let bytes = queue.waitingBytes
    let lengths = queue.waitingLengths
    var budget = Self.writeLimit
    while wholeBytes + partialBytes < bytes.count, budget > 0 {
      let start = wholeBytes + partialBytes
      let end = min(bytes.count, start + budget)
      let outcome = connection.send(bytes.extracting(start..<end))
      guard case .moved(let count) = outcome else { return outcome }
      budget -= count
      partialBytes += count
      while wholeMessages < lengths.count, partialBytes >= Int(lengths[wholeMessages]) {
        partialBytes -= Int(lengths[wholeMessages])
        wholeBytes += Int(lengths[wholeMessages])
        wholeMessages += 1
      }
    }
    return .moved(0)
  }

  /// How many of the oldest messages lie whole before this place of the connection's bytes; they
  /// are to leave the queue.
  private mutating func release(_ queue: borrowing MessageQueue, upTo offset: UInt64) -> Int {
    let lengths = queue.waitingLengths
    var count = 0
    while count < wholeMessages, headOffset + UInt64(lengths[count]) <= offset {
      headOffset += UInt64(lengths[count])
      wholeBytes -= Int(lengths[count])
      count += 1
    }
    wholeMessages -= count
    return count
  }

  /// What becomes of the messages that were written when the connection ends.
  ///
  /// A receiver that closes in order has got what it acknowledged, and nothing after: the rest is
  /// sent again. So it is where the system refuses to write since the receiver closed before
  /// (EPIPE). Where a connection breaks otherwise, what was not acknowledged may have arrived or
  /// not. It is not sent twice. A message that was written in part is sent again whole.
  private mutating func end(
    _ reason: SinkFailure, _ queue: borrowing MessageQueue, acknowledged: UInt64
  ) -> SendOutcome {
    let isOrderly = reason == .closed || reason == .system(.brokenPipe)
    let offset =
      reason == .closed ? connection.acknowledgedAtEnd(known: acknowledged) : acknowledged
    let taken = release(queue, upTo: offset)
    return .broken(reason, acknowledged: taken, uncertain: isOrderly ? 0 : wholeMessages)
  }
}
