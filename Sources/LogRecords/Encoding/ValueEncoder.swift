internal import Memory

/// Writes values as an encoding has them. Text of any bytes comes out valid.
extension FormatEncoding {
  /// Text; whatever a client said may stand in it.
  @inline(__always)
  func append(
    text: Span<UInt8>, _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch self {
    case .json: buffer.append(json: text)
    case .cbor: appendCBOR(text: text, &buffer)
    case .logfmt: buffer.append(logfmt: text)
    case .csv: buffer.append(csv: text)
    case .structuredData: buffer.append(parameter: text)
    case .text: buffer.append(text)
    }
  }

  /// Text of printable ASCII without quotes, backslashes, brackets, commas, spaces and `=`: what the
  /// program itself writes, such as addresses, times and words. `write` is told where.
  @inline(__always)
  func beginWord(_ buffer: inout some TextOutput & ~Copyable) {
    switch self {
    case .json, .structuredData: buffer.append(UInt8(ascii: "\""))
    case .cbor, .logfmt, .csv, .text: break
    }
  }

  /// The end of what `beginWord` began.
  @inline(__always)
  func endWord(_ buffer: inout some TextOutput & ~Copyable) { beginWord(&buffer) }

  /// Such a word that stands somewhere as a whole.
  @inline(__always)
  func append(word: Span<UInt8>, _ buffer: inout some TextOutput & ~Copyable) {
    if case .cbor = self { CBOR.appendHead(.text, UInt64(word.count), &buffer) }
    beginWord(&buffer)
    buffer.append(word)
    endWord(&buffer)
  }

  /// A word of the program's own.
  @inline(__always)
  func append(word: String, _ buffer: inout some TextOutput & ~Copyable) {
    append(word: word.utf8Span.span, &buffer)
  }

  /// A number; text where it is wanted so.
  @inline(__always)
  func append(
    number: UInt64, asText: Bool = false, _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch self {
    case .json where !asText: buffer.append(decimal: number)
    case .cbor: CBOR.appendHead(.unsigned, number, &buffer)
    case .json, .structuredData:
      buffer.append(UInt8(ascii: "\""))
      buffer.append(decimal: number)
      buffer.append(UInt8(ascii: "\""))
    case .logfmt, .csv, .text: buffer.append(decimal: number)
    }
  }

  /// A number that may be below 0.
  func append(
    signed number: Int64, asText: Bool = false, _ buffer: inout some TextOutput & ~Copyable
  ) {
    if number >= 0 { return append(number: UInt64(number), asText: asText, &buffer) }
    switch self {
    case .cbor: CBOR.appendHead(.negative, UInt64(bitPattern: ~number), &buffer)
    case .json where asText, .structuredData:
      buffer.append(UInt8(ascii: "\""))
      buffer.append(decimal: number)
      buffer.append(UInt8(ascii: "\""))
    case .json, .logfmt, .csv, .text: buffer.append(decimal: number)
    }
  }

  /// True or false.
  func append(truth: Bool, _ buffer: inout some TextOutput & ~Copyable) {
    switch self {
    case .json: buffer.append(truth ? "true" : "false")
    case .cbor: buffer.append(truth ? 0xF5 : 0xF4)
    default: append(word: truth ? "true" : "false", &buffer)
    }
  }

  /// That nothing is known, where HAProxy's encodings say so.
  func appendNull(_ buffer: inout some TextOutput & ~Copyable) {
    switch self {
    case .json: buffer.append("null")
    case .cbor: buffer.append(0xF6)
    default: break
    }
  }

  /// HAProxy's way to tell of text that is empty.
  func appendEmpty(_ buffer: inout some TextOutput & ~Copyable) {
    if case .json = self { buffer.append("\"\"") } else { appendNull(&buffer) }
  }

  /// The share of lines that a sample takes.
  func append(share facts: LoggerFacts, _ buffer: inout some TextOutput & ~Copyable) {
    switch self {
    case .cbor:
      buffer.append(0xFB)
      CBOR.appendBigEndian(facts.sampleRate.bitPattern, bytes: 8, &buffer)
    case .structuredData:
      beginWord(&buffer)
      facts.appendSampleRate(to: &buffer)
      endWord(&buffer)
    default: facts.appendSampleRate(to: &buffer)
    }
  }

  /// A short list of words.
  func append(list: [String], _ buffer: inout some TextOutput & ~Copyable) {
    switch self {
    case .json: buffer.append(UInt8(ascii: "["))
    case .cbor: CBOR.appendHead(.array, UInt64(list.count), &buffer)
    default: return append(word: list.joined(separator: "+"), &buffer)
    }
    for (index, word) in list.enumerated() {
      if case .json = self, index > 0 { buffer.append(UInt8(ascii: ",")) }
      append(word: word, &buffer)
    }
    if case .json = self { buffer.append(UInt8(ascii: "]")) }
  }

  private func appendCBOR(
    text: Span<UInt8>, _ buffer: inout some TextOutput & ~Copyable
  ) {
    if UTF8Check.isValid(text) {
      CBOR.appendHead(.text, UInt64(text.count), &buffer)
      return buffer.append(text)
    }
    var clean: [UInt8] = []
    clean.appendReplacing(text)
    CBOR.appendHead(.text, UInt64(clean.count), &buffer)
    buffer.append(clean.span)
  }
}

/// The heads of CBOR's data items (RFC 8949, 3).
enum CBOR {
  enum Major: UInt8 {
    case unsigned = 0x00
    case negative = 0x20
    case bytes = 0x40
    case text = 0x60
    case array = 0x80
  }

  static let openMap: UInt8 = 0xBF
  static let openText: UInt8 = 0x7F
  static let openBytes: UInt8 = 0x5F
  static let close: UInt8 = 0xFF

  /// A head in as few bytes as it can be.
  static func appendHead(
    _ major: Major, _ value: UInt64, _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch value {
    case ..<24: buffer.append(major.rawValue | UInt8(truncatingIfNeeded: value))
    case ..<0x100:
      buffer.append(major.rawValue | 24)
      appendBigEndian(value, bytes: 1, &buffer)
    case ..<0x1_0000:
      buffer.append(major.rawValue | 25)
      appendBigEndian(value, bytes: 2, &buffer)
    case ..<0x1_0000_0000:
      buffer.append(major.rawValue | 26)
      appendBigEndian(value, bytes: 4, &buffer)
    default:
      buffer.append(major.rawValue | 27)
      appendBigEndian(value, bytes: 8, &buffer)
    }
  }

  static func appendBigEndian(
    _ value: UInt64, bytes: Int, _ buffer: inout some TextOutput & ~Copyable
  ) {
    var shift = UInt64(bytes) * 8
    while shift > 0 {
      shift -= 8
      buffer.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
