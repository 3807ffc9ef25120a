internal import Memory

/// How messages follow one another on a stream (RFC 6587, 3.4): found anew for each message.
///
/// A message that begins with `<` ends with a line feed, before which a carriage return may stand;
/// one that begins with a digit other than 0 is a length, a space and so many bytes; anything else
/// is an error, after which nothing on the connection can be trusted.
package struct SyslogFraming: Hashable, Sendable {
  /// The most digits of a length.
  package static let lengthDigits = 9

  /// What the bytes at hand begin with.
  package enum Step: Hashable, Sendable {
    /// A message: where it begins and ends, and how many bytes it takes with its framing.
    case message(start: Int, end: Int, consumed: Int)
    /// A part of a message, with no more to be said before there are so many bytes in all, or, for
    /// a line, one more.
    case incomplete(wanted: Int)
    /// No framing that there is.
    case failed(Failure)
  }

  /// Why bytes are no message.
  package enum Failure: String, Hashable, Sendable {
    /// They begin with neither `<` nor a digit.
    case unknown = "begins with neither '<' nor a length"
    /// What begins like a length is none.
    case length = "has a length that is no number"
    /// The message is longer than may be.
    case tooLong = "is longer than a message may be"
  }

  /// The longest message.
  package var limit: Int
  /// Whether every message is a line, whatever it begins with (`option assume-rfc6587-ntf`).
  package var assumesLines: Bool

  /// The framing of a stream.
  package init(limit: Int = SyslogMessage.lengthLimit, assumesLines: Bool = false) {
    self.limit = limit
    self.assumesLines = assumesLines
  }

  /// Looks at the bytes from `start` on. `searched` is how many bytes behind `start` are known to
  /// hold no line feed: what an earlier call was given and said `incomplete` to.
  package func next(_ bytes: Span<UInt8>, from start: Int, searched: Int = 0) -> Step {
    guard start < bytes.count else { return .incomplete(wanted: start + 1) }
    let first = bytes[start]
    if assumesLines || first == UInt8(ascii: "<") { return line(bytes, start, searched) }
    if first >= UInt8(ascii: "1"), first <= UInt8(ascii: "9") { return counted(bytes, start) }
    return .failed(.unknown)
  }

  private func line(_ bytes: Span<UInt8>, _ start: Int, _ searched: Int) -> Step {
    // The line may be as long as the limit, and a carriage return stands behind it.
    let limit = min(bytes.count, start + self.limit + 2)
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start + searched, to: limit)
    else {
      return bytes.count - start > self.limit + 1
        ? .failed(.tooLong) : .incomplete(wanted: bytes.count + 1)
    }
    let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
    let textEnd = hasReturn ? end - 1 : end
    guard textEnd - start <= self.limit else { return .failed(.tooLong) }
    return .message(start: start, end: textEnd, consumed: end + 1 - start)
  }

  private func counted(_ bytes: Span<UInt8>, _ start: Int) -> Step {
    var length = 0
    var place = start
    while place < bytes.count, bytes[place] != UInt8(ascii: " ") {
      let digit = bytes[place] &- UInt8(ascii: "0")
      guard digit <= 9 else { return .failed(.length) }
      guard place - start < Self.lengthDigits else { return .failed(.tooLong) }
      length = length * 10 + Int(digit)
      place += 1
    }
    guard place < bytes.count else {
      return length > limit ? .failed(.tooLong) : .incomplete(wanted: bytes.count + 1)
    }
    guard length <= limit else { return .failed(.tooLong) }
    let end = place + 1 + length
    guard end <= bytes.count else { return .incomplete(wanted: end) }
    return .message(start: place + 1, end: end, consumed: end - start)
  }
}
