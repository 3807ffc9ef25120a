/// Where the parts of a message of syslog lie in its bytes, as HAProxy's `log-forward` reads them.
///
/// Whatever the bytes are, they are a message: what cannot be read is text. Nothing is copied, so
/// reading a message allocates nothing; the bytes must stay where they are while this is used.
package struct SyslogMessage: BitwiseCopyable, Hashable, Sendable {
  /// The most bytes of a message that are read (a UDP datagram has no more).
  package static let lengthLimit = 65_535

  /// A part of the message; it is empty where the message does not have it.
  package struct Part: BitwiseCopyable, Hashable, Sendable {
    private let low: UInt32
    private let high: UInt32

    /// The bytes from `start` up to `end`.
    init(_ start: Int, _ end: Int) {
      low = UInt32(truncatingIfNeeded: start)
      high = UInt32(truncatingIfNeeded: max(start, end))
    }

    /// A part that the message does not have.
    static let none = Part(0, 0)

    /// Where it begins.
    package var start: Int { Int(low) }
    /// Where it ends.
    package var end: Int { Int(high) }
    /// Its length.
    package var count: Int { end - start }
    /// Whether the message does not have it.
    package var isEmpty: Bool { low == high }
  }

  /// What stands between `<` and `>`: facility times eight plus severity; nil where the message does
  /// not begin so. HAProxy takes any number, and so does this.
  package internal(set) var priority: UInt32?
  /// Where the number's `>` ends.
  package internal(set) var priorityEnd = 0
  /// The moment, as it is written: 15 bytes of RFC 3164, 20 and more of RFC 5424, or its `-`.
  package internal(set) var time = Part.none
  /// The host.
  package internal(set) var host = Part.none
  /// The tag (RFC 3164) or APP-NAME (RFC 5424).
  package internal(set) var tag = Part.none
  /// The process's id.
  package internal(set) var processIdentifier = Part.none
  /// MSGID (RFC 5424).
  package internal(set) var messageIdentifier = Part.none
  /// The structured data (RFC 5424).
  package internal(set) var structuredData = Part.none
  /// What is left: the text, without line feeds and zeros at its end.
  package internal(set) var text: Part
  /// Whether the header that these parts make is, byte for byte, the one that the message has.
  package internal(set) var isVerbatim = false

  /// The parts of bytes that are passed on as they are (`option dont-parse-log`).
  package init(unparsed bytes: Span<UInt8>) {
    text = Part(0, Self.textEnd(of: bytes, from: 0))
  }

  /// Reads a message.
  package init(parsing bytes: Span<UInt8>) {
    text = Part(0, bytes.count)
    if readPriority(bytes) {
      let isRead =
        Self.isStandard(bytes, priorityEnd) ? readStandard(bytes) : readLegacy(bytes)
      if !isRead {
        // What was found is not a header after all; the priority stays.
        (time, host, tag) = (.none, .none, .none)
        (processIdentifier, messageIdentifier, structuredData) = (.none, .none, .none)
        text = Part(priorityEnd, bytes.count)
      }
    }
    text = Part(text.start, Self.textEnd(of: bytes, from: text.start))
  }

  /// The severity; nil where the message has none.
  package var severity: Severity? { priority.flatMap { Severity(rawValue: UInt8($0 & 7)) } }

  /// The facility's number, which may be one that no facility has; nil where there is none.
  package var facilityNumber: UInt32? { priority.map { $0 >> 3 } }

  private static func textEnd(of bytes: Span<UInt8>, from start: Int) -> Int {
    var end = bytes.count
    while end > start, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == 0 { end -= 1 }
    return end
  }

  /// Reads `<PRI>`: digits, however many, none included.
  private mutating func readPriority(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 2, bytes[0] == UInt8(ascii: "<") else { return false }
    var value: UInt32 = 0
    var place = 1
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: ">") {
        priority = value
        priorityEnd = place
        text = Part(place, bytes.count)
        return true
      }
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return false }
      value = value &* 10 &+ UInt32(digit)
    }
    return false
  }

  /// Whether the version of RFC 5424 follows the priority.
  private static func isStandard(_ bytes: Span<UInt8>, _ start: Int) -> Bool {
    bytes.count > start + 2 && bytes[start] == UInt8(ascii: "1")
      && bytes[start + 1] == UInt8(ascii: " ")
  }
}
