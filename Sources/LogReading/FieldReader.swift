internal import LogRecords

/// Puts values of a structured record where their keys say that they belong.
struct FieldReader: Sendable {
  private let dates: DateReader
  private let keys = KeyTable.shared
  private let reasons: [UInt64: (UInt8, UInt8)]

  init(dates: DateReader) {
    self.dates = dates
    reasons = Dictionary(
      TerminationState.table.map {
        ($0.reason.utf8.reduce(KeyTable.begin, KeyTable.hash), ($0.cause.letter, $0.phase.letter))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// What is known of the structured record beside the record itself.
  struct Found {
    /// Whether it tells of something else than a connection.
    var isMessage = false
    /// How many fields of a record of a connection there were.
    var fields = 0
    /// The range of its text.
    var message = 0..<0
    /// Whether the accepted time came from a key that only stands in for it.
    var event = 0..<0
  }

  /// Takes a value: the bytes of a range, quotes and the like not among them.
  @inline(__always)
  func take(
    _ key: UInt64, _ bytes: Span<UInt8>, _ range: Range<Int>, _ record: inout ReadRecord,
    _ found: inout Found
  ) {
    guard let meaning = keys.meaning(key), !range.isEmpty else { return }
    switch meaning.field {
    case .event: event(bytes, range, &record, &found)
    case .client:
      record.client = range
      found.fields &+= 1
    case .clientPort: record.clientPort = number(bytes, range)
    case .frontend:
      record.frontend =
        bytes[range.upperBound - 1] == UInt8(ascii: "~")
        ? range.lowerBound..<(range.upperBound - 1) : range
    case .backend: record.backend = range
    case .server: record.server = range
    case .boot: record.boot = range
    case .sequence: record.sequence = number(bytes, range)
    case .accepted: record.acceptedMicroseconds = date(bytes, range) ?? record.acceptedMicroseconds
    case .queue: record.queueMicroseconds = time(bytes, range, meaning)
    case .connect: record.connectMicroseconds = time(bytes, range, meaning)
    case .total:
      record.totalMicroseconds = time(bytes, range, meaning)
      found.fields &+= 1
    case .bytesOut: record.bytesOut = number(bytes, range)
    case .bytesIn: record.bytesIn = number(bytes, range)
    case .state:
      guard range.count >= 2 else { return }
      record.cause = bytes[range.lowerBound]
      record.phase = bytes[range.lowerBound + 1]
      found.fields &+= 1
    case .reason:
      guard record.cause == 0 else { return }
      var hash = KeyTable.begin
      for index in range { hash = KeyTable.hash(hash, bytes[index]) }
      guard let letters = reasons[hash] else { return }
      (record.cause, record.phase) = letters
      found.fields &+= 1
    case .retries:
      record.isRedispatched = bytes[range.lowerBound] == UInt8(ascii: "+")
      record.retries = number(bytes, range) ?? 0
    case .redispatched:
      let first = bytes[range.lowerBound]
      if first == UInt8(ascii: "1") || first == UInt8(ascii: "t") { record.isRedispatched = true }
    case .message: found.message = range
    }
  }

  /// `weir.connection.end`, `connection.interim`, `server.down`…
  private func event(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ record: inout ReadRecord, _ found: inout Found
  ) {
    var start = range.lowerBound
    if bytes.has("weir.", at: start) { start += 5 }
    if bytes.has("connection", at: start) { start += 11 }
    let isWhole = start == range.lowerBound
    let word = start..<max(start, range.upperBound)
    if Self.begins(bytes, word, "end") || Self.begins(bytes, word, "close") {
      record.event = .end
    } else if Self.begins(bytes, word, "interim") {
      record.event = .interim
    } else if Self.begins(bytes, word, "start") {
      record.event = .start
    } else if Self.begins(bytes, word, "error") {
      record.event = .error
      found.fields &+= 1
    } else if isWhole {
      // What `%OG` prints of a log step.
      let step = bytes.text(range)
      if step == "txn_close" { return }
      if step.hasPrefix("txn_") { record.event = .start } else { found.isMessage = true }
    } else {
      found.isMessage = true
    }
  }

  private static func begins(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: String) -> Bool {
    range.count >= text.utf8.count && bytes.has(text, at: range.lowerBound)
  }

  @inline(__always)
  private func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    var scanner = ByteScanner(bytes, at: range.lowerBound)
    _ = scanner.skip(UInt8(ascii: "+"))
    return scanner.number()
  }

  /// A time in µs; nil where it is negative, for "never came to that".
  @inline(__always)
  private func time(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ meaning: KeyMeaning
  ) -> UInt64? {
    guard let number = number(bytes, range) else { return nil }
    let (product, isTooLarge) = number.multipliedReportingOverflow(by: meaning.unitNanoseconds)
    return isTooLarge ? nil : product / 1000
  }

  /// A date in any of the forms that formats have, in µs since 1970.
  private func date(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    let (start, count) = (range.lowerBound, range.count)
    if count >= 19, bytes[start + 4] == UInt8(ascii: "-") { return dates.iso(bytes, range) }
    if count >= 20, bytes[start + 2] == UInt8(ascii: "/") {
      var common = dates
      let rest = start + 20
      let isUTC = bytes.has(" +0000", at: rest)
      guard let seconds = common.common(bytes, at: start, isUTC: isUTC) else { return nil }
      var scanner = ByteScanner(bytes, at: rest)
      guard scanner.skip(UInt8(ascii: ".")), rest + 4 <= range.upperBound,
        let milliseconds = scanner.number()
      else { return seconds }
      return seconds + Int64(milliseconds % 1000) * 1000
    }
    guard let number = number(bytes, range) else { return nil }
    // Seconds, milliseconds, microseconds or nanoseconds since 1970: their sizes tell them apart.
    switch count {
    case ...11: return Int64(clamping: number) &* 1_000_000
    case 12...14: return Int64(clamping: number) &* 1000
    case 15...17: return Int64(clamping: number)
    default: return Int64(clamping: number / 1000)
    }
  }
}
