internal import Kernel
internal import LogReading

/// A moment as people name it on a command line.
package enum TimeArgument {
  /// Microseconds since 1970 of `2026-11-23 10:39:34`, `2026-11-23`, `10:39`, `@1795430400`,
  /// `-2h`, `now`, `today`, `yesterday`; in the system's time zone unless the text names one.
  package static func parse(_ text: String, nowMicroseconds: Int64) throws(CommandError) -> Int64 {
    let day: Int64 = 86_400
    let now = nowMicroseconds / 1_000_000
    let local = now + Int64(CalendarTime(local: now).offsetSeconds)
    let midnight = local / day * day
    switch text {
    case "now": return nowMicroseconds
    case "today": return LogDate.epochMicroseconds(localSeconds: midnight)
    case "yesterday": return LogDate.epochMicroseconds(localSeconds: midnight - day)
    default: break
    }
    if text.hasPrefix("@"), let seconds = Int64(text.dropFirst()) {
      return seconds.multipliedReportingOverflow(by: 1_000_000).partialValue
    }
    if text.hasPrefix("-"), let span = span(text.dropFirst()) { return nowMicroseconds - span }
    if text.hasSuffix(" ago"), let span = span(text.dropLast(4)) { return nowMicroseconds - span }
    if let seconds = clock(text) {
      return LogDate.epochMicroseconds(localSeconds: midnight + seconds)
    }
    var whole = text
    if whole.utf8.count == 10 { whole += " 00:00:00" }
    if whole.utf8.count == 16 { whole += ":00" }
    if let moment = LogDate.epochMicroseconds(iso: whole) { return moment }
    throw CommandError(
      "'\(text)' is no time: give '2026-11-23 10:39:34', '2026-11-23', '10:39', '@SECONDS', '-2h', "
        + "'30min ago', 'now', 'today' or 'yesterday'")
  }

  /// `10:39` or `10:39:34`, in seconds of the day.
  private static func clock(_ text: String) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3 else { return nil }
    var seconds: Int64 = 0
    for (part, limit) in zip(parts, [24, 60, 61] as [Int64]) {
      guard part.utf8.count <= 2, let number = Int64(part), number >= 0, number < limit else {
        return nil
      }
      seconds = seconds * 60 + number
    }
    return parts.count == 2 ? seconds * 60 : seconds
  }

  /// `2h30m`, `15min`, `45s`, `7d`, in µs.
  private static func span(_ text: some StringProtocol) -> Int64? {
    let units: [String: Int64] = [
      "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "day": 86_400, "days": 86_400,
      "w": 604_800,
    ]
    var total: Int64 = 0
    var rest = String(text)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
      guard let number = Int64(digits), number < 1_000_000_000, let factor = units[String(unit)]
      else { return nil }
      total += number * factor
      rest = String(rest.dropFirst(digits.count + unit.count).drop { $0 == " " })
    }
    return total * 1_000_000
  }
}
