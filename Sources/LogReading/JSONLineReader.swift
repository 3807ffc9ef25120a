internal import Memory

/// Reads one JSON object a line, flat or nested: `{"client":{"address":…}}` is `client.address`.
///
/// It looks at no more than it needs to find the fields: what is no JSON is found to be none, but
/// it is no validator.
struct JSONLineReader: Sendable {
  private let fields: FieldReader
  /// How deep objects may lie in each other.
  private static let depthLimit = 12
  /// Objects whose names are no part of the keys in them.
  private static let wrappers = Set(
    ["Attributes", "attributes", "Resource", "resource"].map {
      $0.utf8.reduce(KeyTable.begin, KeyTable.hash)
    })

  init(fields: FieldReader) { self.fields = fields }

  /// Reads the object that begins at a place; the text of it, if it has one, in `message`.
  func read(
    _ line: Span<UInt8>, at start: Int, into record: inout ReadRecord, message: inout Range<Int>
  ) -> LineKind {
    var found = FieldReader.Found()
    var prefixes: [UInt64] = []
    var prefix = KeyTable.begin
    var place = start + 1
    while place < line.count {
      Self.skipSpace(line, &place)
      guard place < line.count else { return .unknown }
      switch line[place] {
      case UInt8(ascii: ","): place &+= 1
      case UInt8(ascii: "}"):
        place &+= 1
        guard let last = prefixes.popLast() else {
          message = found.message
          return Self.kind(found, record)
        }
        prefix = last
      case UInt8(ascii: "\""):
        guard
          let hash = Self.key(line, &place, prefix),
          Self.value(line, &place, hash, &prefix, &prefixes, fields, &record, &found)
        else { return .unknown }
      default: return .unknown
      }
    }
    return .unknown
  }

  private static func kind(_ found: FieldReader.Found, _ record: ReadRecord) -> LineKind {
    if found.isMessage { return .message }
    if found.fields > 0 && !record.client.isEmpty || found.fields > 1 { return .record }
    return found.message.isEmpty ? .unknown : .message
  }

  @inline(__always)
  private static func skipSpace(_ line: Span<UInt8>, _ place: inout Int) {
    while place < line.count, line[place] <= 0x20 { place &+= 1 }
  }

  /// The hash of a key with what it lies in, and the place of its value.
  @inline(__always)
  private static func key(_ line: Span<UInt8>, _ place: inout Int, _ prefix: UInt64) -> UInt64? {
    place &+= 1
    var hash = prefix
    while place < line.count, line[place] != UInt8(ascii: "\"") {
      if line[place] == UInt8(ascii: "\\") { place &+= 1 }
      guard place < line.count else { return nil }
      hash = KeyTable.hash(hash, line[place])
      place &+= 1
    }
    place &+= 1
    skipSpace(line, &place)
    guard place < line.count, line[place] == UInt8(ascii: ":") else { return nil }
    place &+= 1
    skipSpace(line, &place)
    return place < line.count ? hash : nil
  }

  @inline(__always)
  private static func value(
    _ line: Span<UInt8>, _ place: inout Int, _ key: UInt64, _ prefix: inout UInt64,
    _ prefixes: inout [UInt64], _ fields: FieldReader, _ record: inout ReadRecord,
    _ found: inout FieldReader.Found
  ) -> Bool {
    switch line[place] {
    case UInt8(ascii: "\""):
      guard let range = string(line, &place) else { return false }
      fields.take(key, line, range, &record, &found)
    case UInt8(ascii: "{"):
      guard prefixes.count < depthLimit else { return false }
      place &+= 1
      prefixes.append(prefix)
      prefix = wrappers.contains(key) ? KeyTable.begin : KeyTable.hash(key, UInt8(ascii: "."))
    case UInt8(ascii: "["): return skipArray(line, &place)
    default:
      let start = place
      while place < line.count {
        let byte = line[place]
        if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte <= 0x20 { break }
        place &+= 1
      }
      guard place > start else { return false }
      // null says nothing.
      if line[start] != UInt8(ascii: "n") {
        fields.take(key, line, start..<place, &record, &found)
      }
    }
    return true
  }

  /// The inside of a string, escapes as they are.
  @inline(__always)
  private static func string(_ line: Span<UInt8>, _ place: inout Int) -> Range<Int>? {
    place &+= 1
    let start = place
    while place < line.count {
      let byte = line[place]
      if byte == UInt8(ascii: "\"") {
        place &+= 1
        return start..<(place &- 1)
      }
      place &+= byte == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  private static func skipArray(_ line: Span<UInt8>, _ place: inout Int) -> Bool {
    var depth = 0
    while place < line.count {
      switch line[place] {
      case UInt8(ascii: "\""):
        guard string(line, &place) != nil else { return false }
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      place += 1
      if depth == 0 { return true }
    }
    return false
  }
}
