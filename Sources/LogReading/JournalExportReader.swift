internal import LogRecords
internal import Memory

/// Reads the journal's export format (systemd.io/JOURNAL_EXPORT_FORMATS): what `journalctl -o
/// export` prints, or a file of it.
///
/// Entries are parted by empty lines; a field is `NAME=VALUE`, or the name alone in a line and
/// behind it the length of a value that may hold any byte.
package struct JournalExportReader: Sendable {
  private let fields: FieldReader
  private var line: LogLineReader
  private var record = ReadRecord()
  private var found = FieldReader.Found()
  private var isEmpty = true
  /// The values of the entry at hand that are of use.
  private var values: [UInt8] = []
  private var entries: UInt64 = 0

  /// Values above this size are stepped over.
  private static let valueLimitBytes = 65_536
  private static let realtime = "__REALTIME_TIMESTAMP".utf8.reduce(KeyTable.begin, KeyTable.hash)
  /// When the journal took the entry at hand, in µs since 1970.
  private var received: Int64?

  /// A reader at the beginning of an export.
  package init(datesAreLocal: Bool = true) {
    fields = FieldReader(dates: DateReader(isLocal: datesAreLocal))
    line = LogLineReader(datesAreLocal: datesAreLocal)
  }

  /// Whether bytes begin as an export does.
  package static func isExport(_ bytes: Span<UInt8>) -> Bool {
    bytes.has("__CURSOR=", at: 0) || bytes.has("__REALTIME_TIMESTAMP=", at: 0)
  }

  /// Reads what is whole of these bytes and tells how many that were; the rest is to be given again
  /// with what follows. At the end (`isLast`) the last entry is taken even without an empty line.
  package mutating func read(
    _ bytes: Span<UInt8>, isLast: Bool, into aggregate: inout LogAggregate
  ) -> Int {
    var place = 0
    let before = entries
    while place < bytes.count {
      guard let newline = bytes.firstIndex(of: 10, from: place) else { break }
      if newline == place {
        finish(&aggregate)
        place += 1
        continue
      }
      var end = place
      var hash = KeyTable.begin
      while end < newline, bytes[end] != UInt8(ascii: "=") {
        hash = KeyTable.hash(hash, bytes[end])
        end += 1
      }
      isEmpty = false
      if end < newline {
        take(hash, bytes, (end + 1)..<newline)
        place = newline + 1
      } else {
        guard newline + 9 <= bytes.count else { break }
        let count = bytes.word(at: newline + 1)
        let start = newline + 9
        guard count < UInt64(bytes.count - start) else { break }
        take(hash, bytes, start..<(start + Int(count)))
        place = start + Int(count) + 1
      }
    }
    if isLast { finish(&aggregate) }
    aggregate.count(entries: entries - before, bytes: UInt64(isLast ? bytes.count : place))
    return place
  }

  private mutating func take(_ hash: UInt64, _ bytes: Span<UInt8>, _ range: Range<Int>) {
    guard range.count <= Self.valueLimitBytes else { return }
    if hash == Self.realtime {
      var scanner = ByteScanner(bytes, at: range.lowerBound)
      received = scanner.number().map { Int64(clamping: $0) }
      return
    }
    guard KeyTable.shared.meaning(hash) != nil else { return }
    let start = values.count
    for index in range { values.append(bytes[index]) }
    // A second reference for the time of the call, rather than a copy.
    let held = values
    fields.take(hash, held.span, start..<held.count, &record, &found)
  }

  /// Ends the entry at hand.
  private mutating func finish(_ aggregate: inout LogAggregate) {
    guard !isEmpty else { return }
    entries += 1
    if !found.isMessage, found.fields > 1 || record.event == .error {
      // An entry without a time of accept has at least that of its arrival.
      if record.acceptedMicroseconds == nil { record.acceptedMicroseconds = received }
      aggregate.add(record, of: values.span)
    } else {
      finishText(&aggregate)
    }
    record = ReadRecord()
    found = FieldReader.Found()
    values.removeAll(keepingCapacity: true)
    isEmpty = true
    received = nil
  }

  /// An entry without fields of a connection: its message may be a line of one, as HAProxy sends
  /// it to /dev/log.
  private mutating func finishText(_ aggregate: inout LogAggregate) {
    var inner = ReadRecord()
    let held = values
    let message = held.span.extracting(found.message)
    if !found.isMessage, !message.isEmpty, line.read(message, into: &inner) == .record {
      aggregate.add(inner, of: message)
    } else {
      aggregate.addMessage(record, of: values.span)
    }
  }
}
