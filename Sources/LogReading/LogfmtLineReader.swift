/// Reads `key=value key="a value"` lines.
struct LogfmtLineReader: Sendable {
  private let fields: FieldReader

  init(fields: FieldReader) { self.fields = fields }

  func read(_ line: Span<UInt8>, into record: inout ReadRecord) -> LineKind {
    var found = FieldReader.Found()
    var place = 0
    while place < line.count {
      while place < line.count, line[place] == 0x20 { place += 1 }
      var hash = KeyTable.begin
      while place < line.count, line[place] != UInt8(ascii: "="), line[place] != 0x20 {
        hash = KeyTable.hash(hash, line[place])
        place += 1
      }
      guard place < line.count else { break }
      guard line[place] == UInt8(ascii: "=") else { continue }
      place += 1
      let range = Self.value(line, &place)
      fields.take(hash, line, range, &record, &found)
    }
    if found.isMessage { return .message }
    return found.fields > 1 ? .record : .unknown
  }

  private static func value(_ line: Span<UInt8>, _ place: inout Int) -> Range<Int> {
    guard place < line.count, line[place] == UInt8(ascii: "\"") else {
      let start = place
      while place < line.count, line[place] != 0x20 { place += 1 }
      return start..<place
    }
    place += 1
    let start = place
    while place < line.count, line[place] != UInt8(ascii: "\"") {
      place += line[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    let end = min(place, line.count)
    place = min(place + 1, line.count)
    return start..<end
  }
}
