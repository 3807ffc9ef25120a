internal import LogRecords

extension FuzzTarget {
  /// Files of named formats: whatever stands in one and whatever a record says, a line is valid in
  /// its encoding at every length.
  static let namedFormat = FuzzTarget("named-format", otherFolders: ["logformats"]) { bytes in
    for line in NamedFormatFuzz.run(bytes) {
      switch line.encoding {
      case .json:
        var reader = StrictReader(bytes: line.bytes)
        precondition(reader.json() && reader.isAtEnd, "no JSON")
        precondition(line.bytes.allSatisfy { $0 >= 32 }, "a control byte")
      case .cbor(let isBinary):
        var reader = StrictReader(bytes: isBinary ? line.bytes : StrictReader.raw(line.bytes))
        precondition(reader.cbor(depth: 0) && reader.isAtEnd, "no CBOR")
      case .logfmt, .structuredData, .csv:
        precondition(line.bytes.allSatisfy { $0 >= 32 }, "a control byte")
        precondition(
          String(validating: line.bytes, as: UTF8.self) != nil, "bytes that are no UTF-8")
        if line.encoding == .csv, line.columns > 0 {
          precondition(StrictReader.columns(line.bytes) == line.columns, "columns are missing")
        }
      case .text: break
      }
    }
  }
}

/// Reads JSON and CBOR as strictly as their standards.
private struct StrictReader {
  let bytes: [UInt8]
  var place = 0
  var isAtEnd: Bool { place == bytes.count }

  init(bytes: [UInt8]) { self.bytes = bytes }

  static func raw(_ digits: [UInt8]) -> [UInt8] {
    precondition(digits.count % 2 == 0, "half a byte")
    return stride(from: 0, to: digits.count, by: 2).map { index in
      let text = String(decoding: digits[index..<index + 2], as: UTF8.self)
      guard let byte = UInt8(text, radix: 16) else { preconditionFailure("no digits") }
      return byte
    }
  }

  /// How many fields a line of CSV has.
  static func columns(_ line: [UInt8]) -> Int {
    var (isQuoted, count) = (false, 1)
    for byte in line {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: ","), !isQuoted { count += 1 }
    }
    precondition(!isQuoted, "a quote is open")
    return count
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  private mutating func skipSpaces() { while take(32) {} }

  mutating func json() -> Bool {
    skipSpaces()
    guard place < bytes.count else { return false }
    switch bytes[place] {
    case UInt8(ascii: "{"): return jsonList(UInt8(ascii: "}"), hasKeys: true)
    case UInt8(ascii: "["): return jsonList(UInt8(ascii: "]"), hasKeys: false)
    case UInt8(ascii: "\""): return jsonString()
    default: return jsonWord()
    }
  }

  private mutating func jsonList(_ end: UInt8, hasKeys: Bool) -> Bool {
    place += 1
    skipSpaces()
    if take(end) { return true }
    while true {
      skipSpaces()
      if hasKeys {
        guard jsonString() else { return false }
        skipSpaces()
        guard take(UInt8(ascii: ":")) else { return false }
      }
      guard json() else { return false }
      skipSpaces()
      if take(end) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
    }
  }

  private mutating func jsonString() -> Bool {
    let start = place
    guard take(UInt8(ascii: "\"")) else { return false }
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        return String(validating: bytes[start..<place], as: UTF8.self) != nil
      case 0..<32: return false
      case UInt8(ascii: "\\"):
        guard place < bytes.count, "\"\\/bfnrtu".utf8.contains(bytes[place]) else { return false }
        place += bytes[place] == UInt8(ascii: "u") ? 5 : 1
      default: break
      }
    }
    return false
  }

  private mutating func jsonWord() -> Bool {
    let start = place
    while place < bytes.count, !",]} ".utf8.contains(bytes[place]) { place += 1 }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    return ["true", "false", "null"].contains(word) || Double(word) != nil
  }

  mutating func cbor(depth: Int) -> Bool {
    guard place < bytes.count, depth < 8 else { return false }
    let head = bytes[place]
    place += 1
    switch head {
    case 0xF4, 0xF5, 0xF6: return true
    case 0xFB:
      place += 8
      return place <= bytes.count
    case 0xBF, 0x7F, 0x5F:
      while place < bytes.count, bytes[place] != 0xFF {
        guard head == 0xBF || bytes[place] >> 5 == head >> 5 else { return false }
        guard cbor(depth: depth + 1), head != 0xBF || cbor(depth: depth + 1) else { return false }
      }
      return take(0xFF)
    default: break
    }
    guard let length = length(head & 31) else { return false }
    switch head >> 5 {
    case 0, 1: return true
    case 2, 3:
      guard length <= bytes.count - place else { return false }
      let part = bytes[place..<place + length]
      place += length
      return head >> 5 == 2 || String(validating: part, as: UTF8.self) != nil
    case 4:
      for _ in 0..<length where !cbor(depth: depth + 1) { return false }
      return true
    default: return false
    }
  }

  private mutating func length(_ bits: UInt8) -> Int? {
    if bits < 24 { return Int(bits) }
    guard bits < 28 else { return nil }
    let count = 1 << Int(bits - 24)
    guard place + count <= bytes.count else { return nil }
    defer { place += count }
    return Int(clamping: bytes[place..<place + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}
