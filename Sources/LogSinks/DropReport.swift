internal import LogRecords

/// What one sink dropped, and who was told of it.
///
/// Others are told at once. The sink's own loggers are told when it takes lines, and until such a
/// line was followed by no further loss: where the line about the loss is lost as well, as on UDP
/// to a host without a receiver, the next one tells the whole again.
struct DropReport {
  /// The least time between two lines about one sink, in microseconds.
  static let pause: Int64 = 5_000_000
  /// The longest time between two lines that are lost themselves, in microseconds.
  static let longestPause: Int64 = 60_000_000

  /// What one side was told.
  private struct Account {
    /// The ledger that it knows of; nil before it was told anything.
    var known: SinkLedger?
    /// Since when it was told of nothing, in nanoseconds since 1970.
    var since: UInt64
    /// When it may be told next, in microseconds.
    var next: Int64 = 0

    /// The lost lines that it knows of.
    var count: UInt64 { known?.dropped ?? 0 }
  }

  private var others: Account
  private var itself: Account
  /// What the sink's own loggers were told last and when, where it is not known yet whether the line
  /// got through.
  private var unsettled: (ledger: SinkLedger, nanoseconds: UInt64)?
  private var itselfPause = Self.pause

  /// A report of a sink that dropped nothing yet; `now` is in nanoseconds since 1970.
  init(now: UInt64) {
    others = Account(since: now)
    itself = Account(since: now)
  }

  /// Whether there may be something to tell. It costs little where nothing was dropped.
  func isDue(_ ledger: SinkLedger, _ now: Int64) -> Bool {
    let dropped = ledger.dropped
    guard dropped > others.count || dropped > itself.count else { return false }
    return now >= others.next || now >= itself.next
  }

  /// The event for the loggers of other sinks; nil where they know all, or it is too early.
  mutating func tellOthers(_ ledger: SinkLedger, now: Int64, _ nanoseconds: UInt64) -> LogEvent? {
    guard ledger.dropped > others.count, now >= others.next else { return nil }
    others.next = now + Self.pause
    let event = event(ledger, others, nanoseconds)
    others.known = ledger
    others.since = nanoseconds
    return event
  }

  /// The event for the sink's own loggers; nil where they know all, or it is too early.
  mutating func tellItself(_ ledger: SinkLedger, now: Int64, _ nanoseconds: UInt64) -> LogEvent? {
    guard now >= itself.next else { return nil }
    if let told = unsettled {
      unsettled = nil
      if told.ledger.dropped == ledger.dropped {
        itself.known = told.ledger
        itself.since = told.nanoseconds
        itselfPause = Self.pause
      } else {
        itselfPause = min(itselfPause * 2, Self.longestPause)
      }
    }
    guard ledger.dropped > itself.count else { return nil }
    itself.next = now + itselfPause
    unsettled = (ledger, nanoseconds)
    return event(ledger, itself, nanoseconds)
  }

  private func event(_ ledger: SinkLedger, _ told: Account, _ nanoseconds: UInt64) -> LogEvent {
    let count = ledger.dropped - told.count
    let reasons = ledger.reasons(since: told.known)
    let tenths = (nanoseconds &- told.since) / 100_000_000
    return LogEvent(
      .recordsDropped,
      text: "Sink \(ledger.sink) dropped \(count) lines in \(tenths / 10).\(tenths % 10) s"
        + " (\(reasons)). \(ledger.remedy(since: told.known))",
      values: [
        .text(.sink, ledger.sink), .integer(.dropped, count), .text(.reason, reasons),
        .integer(.since, told.since),
      ], nanoseconds: nanoseconds)
  }
}
