internal import Kernel
internal import LogRecords

/// Why a sink did not deliver a record that it had accepted.
package enum DropReason: CaseIterable, Hashable, Sendable {
  /// The worker's ring was full: the log thread was behind.
  case ringFull
  /// The sink's own queue was full: its receiver was behind or away.
  case queueFull
  /// The system or the receiver refused it (`lastError` names the errno).
  case refused
  /// The receiver takes no message of this size (EMSGSIZE).
  case tooLong
  /// The connection broke before the receiver's system had acknowledged it; it may have arrived.
  case unacknowledged
  /// No receiver of the log backend was up.
  case noReceiver
  /// Newer ones took its place in a ring that nobody reads.
  case overwritten
  /// Not even what a line of its format must have fits into its length.
  case encoding
  /// The spool was full, by its size or since the disk was.
  case spoolFull
  /// The disk failed, and the receiver was behind or away.
  case spoolFailed
  /// It could not be read from the spool any more.
  case spoolDamaged
  /// The process ended before the receiver took it.
  case stopped

  /// The word for it in a ledger's line.
  package var word: String {
    switch self {
    case .ringFull: "ring_full"
    case .queueFull: "queue_full"
    case .refused: "refused"
    case .tooLong: "too_long"
    case .unacknowledged: "unacknowledged"
    case .noReceiver: "no_receiver"
    case .overwritten: "overwritten"
    case .encoding: "encoding"
    case .spoolFull: "spool_full"
    case .spoolFailed: "spool_failed"
    case .spoolDamaged: "spool_damaged"
    case .stopped: "stopped"
    }
  }
}

/// Lines lost by reason: plain numbers, so that a ledger is copied without an allocation.
private struct Drops: Hashable, Sendable {
  private var ringFull: UInt64 = 0
  private var queueFull: UInt64 = 0
  private var refused: UInt64 = 0
  private var tooLong: UInt64 = 0
  private var unacknowledged: UInt64 = 0
  private var noReceiver: UInt64 = 0
  private var overwritten: UInt64 = 0
  private var encoding: UInt64 = 0
  private var spoolFull: UInt64 = 0
  private var spoolFailed: UInt64 = 0
  private var spoolDamaged: UInt64 = 0
  private var stopped: UInt64 = 0

  subscript(_ reason: DropReason) -> UInt64 {
    get {
      switch reason {
      case .ringFull: ringFull
      case .queueFull: queueFull
      case .refused: refused
      case .tooLong: tooLong
      case .unacknowledged: unacknowledged
      case .noReceiver: noReceiver
      case .overwritten: overwritten
      case .encoding: encoding
      case .spoolFull: spoolFull
      case .spoolFailed: spoolFailed
      case .spoolDamaged: spoolDamaged
      case .stopped: stopped
      }
    }
    set {
      switch reason {
      case .ringFull: ringFull = newValue
      case .queueFull: queueFull = newValue
      case .refused: refused = newValue
      case .tooLong: tooLong = newValue
      case .unacknowledged: unacknowledged = newValue
      case .noReceiver: noReceiver = newValue
      case .overwritten: overwritten = newValue
      case .encoding: encoding = newValue
      case .spoolFull: spoolFull = newValue
      case .spoolFailed: spoolFailed = newValue
      case .spoolDamaged: spoolDamaged = newValue
      case .stopped: stopped = newValue
      }
    }
  }
}

/// What became of every record that one sink was given.
///
/// At any moment `accepted + recovered = delivered + queued + spooled + dropped`, to the record. What a logger's level,
/// profile or sample leaves out was never accepted, nor was what `log-limit` leaves out. Delivered means what the transport can promise: for
/// datagrams that the kernel took it for a receiver that was there, for descriptors that it was
/// written whole, for connections that the receiver's system has acknowledged it. What waits is
/// queued, what is on its way and not acknowledged included.
package struct SinkLedger: Hashable, Sendable {
  /// The sink as its `log` line names it, such as `udp@127.0.0.1:514`; `ring@NAME/SERVER` and
  /// `backend@NAME/SERVER` for one of several receivers.
  package let sink: String
  /// Lines that loggers of this sink selected.
  package internal(set) var accepted: UInt64 = 0
  /// Lines that left.
  package internal(set) var delivered: UInt64 = 0
  /// Lines that wait in memory.
  package internal(set) var queued: UInt64 = 0
  /// Lines that wait in the spool alone.
  package internal(set) var spooled: UInt64 = 0
  /// Lines that were in the spool when it was opened: another run of the program accepted them.
  package internal(set) var recovered: UInt64 = 0
  /// Lines that could not be written to the spool and were kept in memory alone.
  package internal(set) var unspooled: UInt64 = 0
  /// Lines lost, by reason.
  private var drops = Drops()
  /// Lines that `log-limit` left out; they were never accepted.
  package internal(set) var limited: UInt64 = 0
  /// Lines that `len` cut; they are delivered nevertheless.
  package internal(set) var truncated: UInt64 = 0
  /// How often the transport was lost and had to be opened again.
  package internal(set) var losses: UInt64 = 0
  /// The name of the last errno that the transport met, or a word for what it met instead; nil
  /// where it met nothing.
  package internal(set) var lastError: String?

  /// Whether the sink has a spool.
  package let hasSpool: Bool

  /// A ledger with nothing in it.
  package init(sink: String, hasSpool: Bool = false) {
    self.sink = sink
    self.hasSpool = hasSpool
  }

  /// Lines lost for one reason.
  package func dropped(_ reason: DropReason) -> UInt64 { drops[reason] }

  /// Lines lost for any reason.
  package var dropped: UInt64 { DropReason.allCases.reduce(0) { $0 &+ drops[$1] } }

  /// Whether every line is accounted for.
  package var isBalanced: Bool {
    accepted &+ recovered == delivered &+ queued &+ spooled &+ dropped
  }

  /// Accepts a line that waits from now on.
  mutating func enqueue() {
    accepted &+= 1
    queued &+= 1
  }

  /// Accepts `count` lines that are lost already.
  mutating func lose(_ count: UInt64 = 1, _ reason: DropReason) {
    accepted &+= count
    drops[reason] &+= count
  }

  /// `count` lines that waited have left.
  mutating func deliver(_ count: Int) {
    queued &-= UInt64(count)
    delivered &+= UInt64(count)
  }

  /// `count` lines that waited are lost.
  mutating func drop(_ count: Int = 1, _ reason: DropReason) {
    queued &-= UInt64(count)
    drops[reason] &+= UInt64(count)
  }

  /// Accepts a line that waits in the spool from now on.
  mutating func spool() {
    accepted &+= 1
    spooled &+= 1
  }

  /// A line of the spool waits in memory now.
  mutating func load() {
    spooled &-= 1
    queued &+= 1
  }

  /// `count` lines that waited in memory wait in the spool alone.
  mutating func unload(_ count: Int) {
    queued &-= UInt64(count)
    spooled &+= UInt64(count)
  }

  /// `count` lines of the spool are lost.
  mutating func dropSpooled(_ count: Int, _ reason: DropReason) {
    spooled &-= UInt64(count)
    drops[reason] &+= UInt64(count)
  }

  /// Lines of another run of the program were found in the spool.
  mutating func recover(_ count: Int) {
    recovered &+= UInt64(count)
    spooled &+= UInt64(count)
  }

  /// A line that had left was refused after all, as an ICMP message told.
  mutating func refuseDelivered() {
    guard delivered > 0 else { return }
    delivered -= 1
    drops[.refused] &+= 1
  }
}

extension SinkLedger: CustomStringConvertible {
  /// The ledger in one line: names and numbers, reasons only where something was lost.
  package var description: String {
    var line = "sink \(sink): accepted=\(accepted) delivered=\(delivered)"
    line += " queued=\(queued)"
    if hasSpool { line += " spooled=\(spooled)" }
    line += " dropped=\(dropped)"
    for reason in DropReason.allCases where dropped(reason) > 0 {
      line += " \(reason.word)=\(dropped(reason))"
    }
    if recovered > 0 { line += " recovered=\(recovered)" }
    if unspooled > 0 { line += " unspooled=\(unspooled)" }
    if truncated > 0 { line += " truncated=\(truncated)" }
    if limited > 0 { line += " limited=\(limited)" }
    if losses > 0 { line += " losses=\(losses)" }
    if let lastError { line += " last_error=\(lastError)" }
    return line
  }
}

extension SinkLedger {
  /// The sums over all sinks in a few words, as for `systemctl status`.
  package static func summary(_ ledgers: [SinkLedger]) -> String {
    func sum(_ value: (SinkLedger) -> UInt64) -> UInt64 { ledgers.reduce(0) { $0 &+ value($1) } }
    return "\(sum(\.accepted)) lines accepted, \(sum(\.delivered)) delivered,"
      + " \(sum { $0.queued &+ $0.spooled }) queued, \(sum(\.dropped)) dropped"
  }

  /// What was lost since an earlier state of the ledger, by reason, as in the ledger's line.
  func reasons(since earlier: SinkLedger?) -> String {
    DropReason.allCases.compactMap { reason -> String? in
      let known = earlier?.dropped(reason) ?? 0
      let count = dropped(reason)
      return count > known ? "\(reason.word)=\(count - known)" : nil
    }.joined(separator: " ")
  }

  /// The ledger as an event of now.
  var event: LogEvent {
    LogEvent(
      .ledger, text: description,
      values: [
        .text(.sink, sink), .integer(.accepted, accepted), .integer(.delivered, delivered),
        .integer(.held, queued &+ spooled), .integer(.dropped, dropped),
      ] + (limited > 0 ? [.integer(.leftOut, limited)] : [])
        + (dropped > 0 ? [.text(.reason, reasons(since: nil))] : []),
      nanoseconds: Clock.realtimeNanoseconds())
  }
}
