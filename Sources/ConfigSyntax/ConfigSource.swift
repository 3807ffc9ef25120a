/// One configuration file: its name, for messages, and its bytes.
package struct ConfigSource: Sendable {
  /// The name as it was given.
  package var name: String
  /// What the file holds.
  package var bytes: [UInt8]

  /// Makes a source of bytes.
  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Makes a source of text.
  package init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The limits on what a file may hold.
  package enum Limit {
    /// The most bytes of a line, and of a statement that goes on over several lines.
    package static let lineBytes = 65_536
    /// The most bytes that a statement may grow to by the variables in it.
    package static let expandedBytes = 1_048_576
    /// The most words of a statement.
    package static let words = 1024
    /// How deep `.if` blocks may nest.
    package static let nestedConditions = 64
    /// How deep the parentheses and negations of a condition may nest.
    package static let conditionDepth = 64
  }

  /// Whether the file starts with the byte order mark that some editors put before UTF-8 text.
  var hasByteOrderMark: Bool { bytes.starts(with: [0xEF, 0xBB, 0xBF]) }
}

/// A line of a file as bytes: what stands between two line feeds.
struct PhysicalLine {
  /// The bytes, without the line feed and the carriage return before it.
  var range: Range<Int>
  /// Where the next line starts.
  var next: Int
  /// Whether a line feed ended it; false only for a last line that was cut off.
  var isTerminated: Bool
  /// Whether all bytes are ASCII, so that columns are offsets.
  var isASCII: Bool
  /// The first byte that no configuration may hold, if there is one.
  var fault: Fault?

  /// What makes a line unreadable.
  enum Fault: Equatable {
    /// A NUL at this offset.
    case zeroByte(Int)
    /// A carriage return within the line, at this offset.
    case carriageReturn(Int)
    /// No valid UTF-8 at this offset.
    case invalidText(Int)
    /// More bytes than a line may have.
    case tooLong
  }

  /// Finds the line that starts at `start`, and what is wrong with its bytes.
  init(of bytes: [UInt8], at start: Int) {
    var index = start
    var seen: UInt8 = 0
    var zero: Int?
    var carriageReturn: Int?
    let count = bytes.count
    while index < count {
      let byte = bytes[index]
      if byte == Ascii.lineFeed { break }
      seen |= byte
      if byte <= Ascii.carriageReturn {
        if byte == 0, zero == nil { zero = index }
        if byte == Ascii.carriageReturn, carriageReturn == nil { carriageReturn = index }
      }
      index += 1
    }
    isTerminated = index < count
    next = isTerminated ? index + 1 : count
    isASCII = seen < 0x80
    var end = index
    if let first = carriageReturn, first == end - 1, isTerminated {
      end -= 1
      carriageReturn = nil
    }
    range = start..<end
    if end - start > ConfigSource.Limit.lineBytes {
      fault = .tooLong
    } else if let zero {
      fault = .zeroByte(zero)
    } else if let carriageReturn {
      fault = .carriageReturn(carriageReturn)
    } else if !isASCII, let offset = firstInvalidByte(of: bytes, in: range) {
      fault = .invalidText(offset)
    } else {
      fault = nil
    }
  }

  /// The column, from 1, of the byte at `offset`.
  func column(of offset: Int, in bytes: [UInt8]) -> Int {
    if isASCII { return offset - range.lowerBound + 1 }
    let upper = min(max(offset, range.lowerBound), bytes.count)
    return bytes[range.lowerBound..<upper].count { $0 & 0xC0 != 0x80 } + 1
  }
}

/// The bytes that mean something to the lexer.
enum Ascii {
  static let tab: UInt8 = 9
  static let lineFeed: UInt8 = 10
  static let carriageReturn: UInt8 = 13
  static let space: UInt8 = 32
  static let quote: UInt8 = 34
  static let hash: UInt8 = 35
  static let dollar: UInt8 = 36
  static let apostrophe: UInt8 = 39
  static let minus: UInt8 = 45
  static let dot: UInt8 = 46
  static let backslash: UInt8 = 92
  static let underscore: UInt8 = 95
  static let openBrace: UInt8 = 123
  static let closeBrace: UInt8 = 125

  static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= 97 && lower <= 122
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  static func hexValue(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte - 48 }
    let lower = byte | 0x20
    return lower >= 97 && lower <= 102 ? lower - 87 : nil
  }
}

/// The offset of the first byte that is not part of valid UTF-8 (RFC 3629, 4), if there is one.
func firstInvalidByte(of bytes: [UInt8], in range: Range<Int>) -> Int? {
  var index = range.lowerBound
  while index < range.upperBound {
    let first = bytes[index]
    if first < 0x80 {
      index += 1
      continue
    }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0:
      length = 3
      second = 0xA0...0xBF
    case 0xED:
      length = 3
      second = 0x80...0x9F
    case 0xE1...0xEF: length = 3
    case 0xF0:
      length = 4
      second = 0x90...0xBF
    case 0xF1...0xF3: length = 4
    case 0xF4:
      length = 4
      second = 0x80...0x8F
    default: return index
    }
    guard range.upperBound - index >= length, second.contains(bytes[index + 1]) else {
      return index
    }
    for step in 2..<max(length, 2) where bytes[index + step] & 0xC0 != 0x80 { return index }
    index += length
  }
  return nil
}
