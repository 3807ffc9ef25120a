internal import LogRecords

/// `log-limit` of one proxy at work: a bucket for each kind of message that is limited, and what
/// was left out since it was last told.
final class MessageLimits {
  /// What was left out of one kind.
  struct Summary {
    /// The kind's name.
    var kind: String
    /// How many messages.
    var count: UInt64
    /// How severe the worst of them was.
    var severity: Severity
    /// When the first was left out, in nanoseconds since 1970, and on the loop's clock.
    var sinceNanoseconds: UInt64
    var sinceMicroseconds: Int64
  }

  private struct Entry {
    var bucket: TokenBucket
    var leftOut: Summary?

    /// When what was left out is to be told.
    var due: Int64? { leftOut.map { $0.sinceMicroseconds + bucket.periodMicroseconds } }
  }

  private let kinds: [LogLimitSettings.Kind]
  private var entries: [Entry]
  /// When something is to be told, in microseconds on the loop's clock; nil where nothing is.
  private(set) var deadline: Int64?

  /// Limits of these kinds, with full buckets.
  init(_ settings: [LogLimitSettings.Kind: LogLimitSettings]) {
    // A proxy limits a handful of kinds: they are looked for one by one.
    let sorted = settings.sorted { $0.key.name < $1.key.name }
    kinds = sorted.map(\.key)
    entries = sorted.map { _, limit in
      Entry(
        bucket: TokenBucket(count: limit.count, periodMilliseconds: limit.periodMilliseconds))
    }
  }

  /// Whether a message may go out; where not, it is counted. `now` is the loop's clock in
  /// microseconds, `nanoseconds` the message's own time.
  func admits(
    _ kind: LogLimitSettings.Kind, severity: Severity, now: Int64, nanoseconds: UInt64
  ) -> Bool {
    guard let place = kinds.firstIndex(of: kind) else { return true }
    if entries[place].bucket.take(now: now) { return true }
    var summary =
      entries[place].leftOut
      ?? Summary(
        kind: kind.name, count: 0, severity: severity, sinceNanoseconds: nanoseconds,
        sinceMicroseconds: now)
    summary.count += 1
    if severity.rawValue < summary.severity.rawValue { summary.severity = severity }
    entries[place].leftOut = summary
    if summary.count == 1 { deadline = entries.compactMap(\.due).min() }
    return false
  }

  /// What was left out of kinds whose time is over, or of all.
  func takeSummaries(now: Int64, all: Bool = false) -> [Summary] {
    guard let deadline, all || deadline <= now else { return [] }
    var summaries: [Summary] = []
    for place in entries.indices {
      guard let due = entries[place].due, all || due <= now else { continue }
      if let leftOut = entries[place].leftOut.take() { summaries.append(leftOut) }
    }
    self.deadline = entries.compactMap(\.due).min()
    return summaries
  }
}

extension LogLimitSettings.Kind {
  /// The name that the file and the summary call it by.
  package var name: String {
    switch self {
    case .event(let kind): kind.description.name
    case .error: "error"
    case .start: "start"
    case .interim: "interim"
    case .end: "end"
    }
  }

  /// The kind of a record.
  init(_ event: ConnectionRecord.Event) {
    switch event {
    case .start: self = .start
    case .interim: self = .interim
    case .end: self = .end
    case .error: self = .error
    }
  }
}

extension MessageLimits.Summary {
  /// The one line that tells of them. `proxy` is the name of the proxy whose limit it was, nil
  /// for the process's own.
  func text(proxy: String?, now: Int64) -> String {
    let tenths = (max(now - sinceMicroseconds, 0) + 50_000) / 100_000
    return (proxy.map { "Proxy \($0): " } ?? "") + "\(count) messages of kind \(kind) were left out"
      + " in \(tenths / 10).\(tenths % 10) s (log-limit)."
  }
}
