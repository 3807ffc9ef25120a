internal import Memory

/// Reads the element `[weir@… name="value" …]` of RFC 5424 (6.3), which may stand beside a text.
struct StructuredDataReader: Sendable {
  private let fields: FieldReader

  init(fields: FieldReader) { self.fields = fields }

  /// Where the element's first parameter begins; nil where there is no such element.
  static func start(_ line: Span<UInt8>) -> Int? {
    var from = 0
    while let at = line.firstIndex(of: UInt8(ascii: "@"), from: from) {
      if at >= 5, line.has("[weir", at: at - 5) {
        return line.firstIndex(of: 0x20, from: at).map { $0 + 1 }
      }
      from = at + 1
    }
    return nil
  }

  /// Reads the parameters from there on.
  func read(_ line: Span<UInt8>, at start: Int, into record: inout ReadRecord) -> LineKind {
    var found = FieldReader.Found()
    var place = start
    while place < line.count, line[place] != UInt8(ascii: "]") {
      if line[place] == 0x20 {
        place += 1
        continue
      }
      var hash = KeyTable.begin
      while place < line.count, line[place] != UInt8(ascii: "=") {
        hash = KeyTable.hash(hash, line[place])
        place += 1
      }
      place += 2
      let begin = place
      while place < line.count, line[place] != UInt8(ascii: "\"") {
        place += line[place] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard place < line.count else { return .unknown }
      fields.take(hash, line, begin..<place, &record, &found)
      place += 1
    }
    if found.isMessage { return .message }
    return found.fields > 1 ? .record : .unknown
  }
}
