internal import Memory

/// Reads a line of whichever format it is of: each line tells by itself.
package struct LogLineReader: Sendable {
  private var text: TextLineReader
  private let json: JSONLineReader
  private let logfmt: LogfmtLineReader
  private let csv: CSVLineReader
  private let structured: StructuredDataReader

  /// A reader; dates that name no zone are of the system's, or else of UTC.
  package init(datesAreLocal: Bool = true) {
    let dates = DateReader(isLocal: datesAreLocal)
    let fields = FieldReader(dates: dates)
    text = TextLineReader(dates: dates)
    json = JSONLineReader(fields: fields)
    logfmt = LogfmtLineReader(fields: fields)
    csv = CSVLineReader(fields: fields)
    structured = StructuredDataReader(fields: fields)
  }

  /// Reads a line without its end; `record` is what it says where the answer is `record`.
  package mutating func read(_ line: Span<UInt8>, into record: inout ReadRecord) -> LineKind {
    record = ReadRecord()
    if let brace = Self.object(line) {
      var message = 0..<0
      let kind = json.read(line, at: brace, into: &record, message: &message)
      if kind == .record { return kind }
      // An object that only wraps a text, as journalctl's and cee's may.
      guard kind == .message, !message.isEmpty else {
        if brace == 0 { return kind }
        record = ReadRecord()
        return readText(line, &record)
      }
      var inner = ReadRecord()
      guard readText(line.extracting(message), &inner) == .record else { return kind }
      inner.move(by: message.lowerBound)
      inner.boot = record.boot
      inner.sequence = record.sequence
      record = inner
      return .record
    }
    return readText(line, &record)
  }

  /// Reads a line that is no object; `record` says nothing yet.
  private mutating func readText(_ line: Span<UInt8>, _ record: inout ReadRecord) -> LineKind {
    if let start = StructuredDataReader.start(line) {
      // The element has all fields; the text beside it says the same.
      let kind = structured.read(line, at: start, into: &record)
      if kind != .unknown { return kind }
      record = ReadRecord()
    }
    let kind = text.read(line, into: &record)
    guard kind == .unknown else { return kind }
    record = ReadRecord()
    let logfmtKind = logfmt.read(line, into: &record)
    guard logfmtKind == .unknown else { return logfmtKind }
    record = ReadRecord()
    return csv.read(line, into: &record)
  }

  /// Where an object begins that the line consists of, but for a header.
  @inline(__always)
  private static func object(_ line: Span<UInt8>) -> Int? {
    guard let first = line.first else { return nil }
    if first == UInt8(ascii: "{") { return 0 }
    guard line[line.count - 1] == UInt8(ascii: "}") else { return nil }
    return line.firstIndex(of: UInt8(ascii: "{"))
  }
}

extension Span where Element == UInt8 {
  fileprivate var first: UInt8? { isEmpty ? nil : self[0] }
}

extension ReadRecord {
  /// Moves every range, for a record that was read from a part of the bytes.
  mutating func move(by distance: Int) {
    func moved(_ range: Range<Int>) -> Range<Int> {
      range.isEmpty ? range : (range.lowerBound + distance)..<(range.upperBound + distance)
    }
    client = moved(client)
    frontend = moved(frontend)
    backend = moved(backend)
    server = moved(server)
    boot = moved(boot)
  }
}
