internal import Kernel
internal import Memory

/// Reads the dates of log lines.
///
/// Lines that follow each other have the hour in common: its beginning is kept, so that a date
/// costs a comparison and some digits.
struct DateReader: Sendable {
  /// Whether dates without a zone are of the system's time zone rather than UTC.
  private let isLocal: Bool
  private var hourLow: UInt64 = 0
  private var hourHigh: UInt64 = 0
  private var hourMicroseconds: Int64 = 0

  init(isLocal: Bool) { self.isLocal = isLocal }

  /// A date as `23/Nov/2026:10:39:34` at a place, in µs since 1970; nil where there is none.
  mutating func common(_ bytes: Span<UInt8>, at place: Int, isUTC: Bool) -> Int64? {
    guard place &+ 20 <= bytes.count else { return nil }
    // The hour is the first 14 bytes: two overlapping words.
    let low = bytes.word(at: place)
    let high = bytes.word(at: place &+ 6) ^ (isUTC ? 1 << 63 : 0)
    if low != hourLow || high != hourHigh {
      guard let begin = Self.hour(bytes, at: place, isLocal: isLocal && !isUTC) else { return nil }
      hourLow = low
      hourHigh = high
      hourMicroseconds = begin
    }
    guard
      let minute = Self.two(bytes, place &+ 15), let second = Self.two(bytes, place &+ 18),
      bytes[place &+ 14] == UInt8(ascii: ":"), bytes[place &+ 17] == UInt8(ascii: ":")
    else { return nil }
    return hourMicroseconds &+ (minute &* 60 &+ second) &* 1_000_000
  }

  private static func hour(_ bytes: Span<UInt8>, at place: Int, isLocal: Bool) -> Int64? {
    guard
      let day = two(bytes, place), let month = month(bytes, place + 3),
      let century = two(bytes, place + 7), let year = two(bytes, place + 9),
      let hour = two(bytes, place + 12), (1...31).contains(day), hour < 24
    else { return nil }
    let seconds = daysSince1970(century * 100 + year, month, day) * 86_400 + hour * 3600
    return (isLocal ? localToEpoch(seconds) : seconds) * 1_000_000
  }

  /// A date of RFC 3339 (`2026-11-23T10:39:34.463Z`, `…+01:00`) in a range, in µs since 1970; one
  /// without a zone is of the system's, where that was asked for.
  func iso(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    let place = range.lowerBound
    guard range.count >= 19, range.upperBound <= bytes.count else { return nil }
    guard
      let century = Self.two(bytes, place), let year = Self.two(bytes, place + 2),
      let month = Self.two(bytes, place + 5), let day = Self.two(bytes, place + 8),
      let hour = Self.two(bytes, place + 11), let minute = Self.two(bytes, place + 14),
      let second = Self.two(bytes, place + 17), (1...12).contains(month), (1...31).contains(day),
      hour < 24, bytes[place + 4] == UInt8(ascii: "-")
    else { return nil }
    var seconds =
      Self.daysSince1970(century * 100 + year, month, day) * 86_400 + hour * 3600 + minute * 60
      + second
    var next = place + 19
    var microseconds: Int64 = 0
    if next < range.upperBound, bytes[next] == UInt8(ascii: ".") {
      next += 1
      var scale: Int64 = 100_000
      while next < range.upperBound, bytes[next] &- 0x30 < 10 {
        microseconds += Int64(bytes[next] &- 0x30) * scale
        scale /= 10
        next += 1
      }
    }
    guard next < range.upperBound else {
      if isLocal { seconds = Self.localToEpoch(seconds) }
      return seconds * 1_000_000 + microseconds
    }
    let sign = bytes[next]
    if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      let hasColon = next + 3 < range.upperBound && bytes[next + 3] == UInt8(ascii: ":")
      guard let hours = Self.two(bytes, next + 1),
        let minutes = Self.two(bytes, next + (hasColon ? 4 : 3))
      else { return nil }
      let offset = hours * 3600 + minutes * 60
      seconds += sign == UInt8(ascii: "+") ? -offset : offset
    }
    return seconds * 1_000_000 + microseconds
  }

  /// Two digits.
  @inline(__always)
  private static func two(_ bytes: Span<UInt8>, _ place: Int) -> Int64? {
    guard place &+ 2 <= bytes.count else { return nil }
    let (tens, ones) = (bytes[place] &- 0x30, bytes[place &+ 1] &- 0x30)
    return tens < 10 && ones < 10 ? Int64(tens) &* 10 &+ Int64(ones) : nil
  }

  private static func month(_ bytes: Span<UInt8>, _ place: Int) -> Int64? {
    let letters =
      UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2])
    return months.firstIndex(of: letters).map { Int64($0) + 1 }
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ].map { $0.utf8.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }

  /// The days from 1970 to a date of the Gregorian calendar.
  static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    // Years begin in March here, so that the leap day comes last.
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Seconds since 1970 of what a clock in the system's time zone shows as these seconds.
  static func localToEpoch(_ shown: Int64) -> Int64 {
    let guess = shown - Int64(CalendarTime(local: shown).offsetSeconds)
    return shown - Int64(CalendarTime(local: guess).offsetSeconds)
  }
}

/// Dates for those who read a log.
package enum LogDate {
  /// Microseconds since 1970 of what a clock in the system's time zone shows as these seconds.
  package static func epochMicroseconds(localSeconds: Int64) -> Int64 {
    DateReader.localToEpoch(localSeconds) * 1_000_000
  }

  /// Microseconds since 1970 of a date of RFC 3339, with a space or a T in its middle; without a
  /// zone it is of the system's. Nil where it is no date.
  package static func epochMicroseconds(iso text: String) -> Int64? {
    let bytes = Array(text.utf8)
    return DateReader(isLocal: true).iso(bytes.span, 0..<bytes.count)
  }
}
