internal import Memory

/// Reads lines of `option tcplog csv`: columns at fixed places, quotes as RFC 4180 has them.
struct CSVLineReader: Sendable {
  private let fields: FieldReader
  /// The columns of logformats/csv in their order; a test holds them to that file.
  static let columnNames = [
    "accepted", "event", "sequence", "boot_id", "client", "client_port", "frontend", "backend",
    "server", "server_address", "server_port", "queue_ms", "connect_ms", "data_ms", "total_ms",
    "bytes_in", "bytes_out", "termination", "reason", "errno", "retries", "redispatched",
    "connections", "frontend_connections", "backend_connections", "server_connections",
    "server_queue", "backend_queue", "host", "pid", "level", "connection", "sample", "truncated",
    "message",
  ]
  /// Their hashes; the message of an event is none of a record's values.
  private let columns = Self.columnNames.filter { $0 != "message" }
    .map { $0.utf8.reduce(KeyTable.begin, KeyTable.hash) }

  init(fields: FieldReader) { self.fields = fields }

  /// Where the first column may begin: at a date of RFC 3339 with a comma behind it.
  private static func start(_ line: Span<UInt8>) -> Int? {
    guard let comma = line.firstIndex(of: UInt8(ascii: ",")), comma >= 20,
      line[comma - 1] == UInt8(ascii: "Z")
    else { return nil }
    var start = comma
    while start > 0, line[start - 1] != 0x20 { start -= 1 }
    return line[start] &- 0x30 < 10 ? start : nil
  }

  func read(_ line: Span<UInt8>, into record: inout ReadRecord) -> LineKind {
    guard let start = Self.start(line) else { return .unknown }
    var found = FieldReader.Found()
    var place = start
    for column in columns {
      guard place <= line.count else { break }
      fields.take(column, line, Self.value(line, &place), &record, &found)
    }
    if found.isMessage { return .message }
    return found.fields > 1 ? .record : .unknown
  }

  /// The value of a column, and the place behind its comma.
  private static func value(_ line: Span<UInt8>, _ place: inout Int) -> Range<Int> {
    let comma = UInt8(ascii: ",")
    let quote = UInt8(ascii: "\"")
    guard place < line.count, line[place] == quote else {
      let start = place
      while place < line.count, line[place] != comma { place += 1 }
      place += 1
      return start..<(place - 1)
    }
    place += 1
    let start = place
    while place < line.count {
      if line[place] == quote {
        guard place + 1 < line.count, line[place + 1] == quote else { break }
        place += 1
      }
      place += 1
    }
    let end = min(place, line.count)
    place = end + 2
    return start..<end
  }
}
