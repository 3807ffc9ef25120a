internal import Kernel
internal import LogRecords

/// What stands before the text of a line, in HAProxy's bytes.
struct LineHeader {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `log-tag`
  let tag: String
  /// `log-send-hostname`; nil where none is sent.
  let hostName: String?
  /// The number of this process.
  let processIdentifier: Int32

  /// Appends the header of a logger's format for a moment in nanoseconds since 1970.
  func append(
    _ logger: LoggerSettings, _ severity: Severity, _ nanoseconds: UInt64,
    structuredData: [UInt8], to bytes: inout [UInt8]
  ) {
    let priority = Int(logger.facility.rawValue) * 8 + Int(severity.rawValue)
    var text: String
    switch logger.format {
    case .raw: return
    case .priority: text = "<\(priority)>"
    case .short: text = "<\(severity.rawValue)>"
    case .local: text = "<\(priority)>\(legacyDate(nanoseconds)) \(tag)[\(processIdentifier)]: "
    case .rfc3164:
      text = "<\(priority)>\(legacyDate(nanoseconds)) \(hostName ?? "localhost")"
      text += " \(tag)[\(processIdentifier)]: "
    case .rfc5424:
      text = "<\(priority)>1 \(isoDate(nanoseconds)) \(hostName ?? "-") \(tag)"
      text += " \(processIdentifier) - "
      text += structuredData.isEmpty ? "- " : String(decoding: structuredData, as: UTF8.self) + " "
    case .timed: text = "<\(severity.rawValue)>\(isoDate(nanoseconds)) "
    case .iso: text = "\(isoDate(nanoseconds)) "
    }
    bytes.append(contentsOf: text.utf8)
  }

  /// `Nov  3 10:39:34`, local time.
  private func legacyDate(_ nanoseconds: UInt64) -> String {
    let time = CalendarTime(local: Int64(nanoseconds / 1_000_000_000))
    let month = Self.months[min(max(time.month - 1, 0), 11)]
    return "\(month) \(padded(time.day, 2, " ")) \(clock(time))"
  }

  /// `2026-11-23T10:39:34.463001+01:00`, local time.
  private func isoDate(_ nanoseconds: UInt64) -> String {
    let time = CalendarTime(local: Int64(nanoseconds / 1_000_000_000))
    let fraction = padded(Int(nanoseconds % 1_000_000_000 / 1000), 6, "0")
    let minutes = abs(time.offsetSeconds) / 60
    let offset =
      (time.offsetSeconds < 0 ? "-" : "+") + padded(minutes / 60, 2, "0") + ":"
      + padded(minutes % 60, 2, "0")
    let day = "\(padded(time.year, 4, "0"))-\(padded(time.month, 2, "0"))-\(padded(time.day, 2, "0"))"
    return day + "T" + clock(time) + "." + fraction + offset
  }

  private func clock(_ time: CalendarTime) -> String {
    "\(padded(time.hour, 2, "0")):\(padded(time.minute, 2, "0")):\(padded(time.second, 2, "0"))"
  }

  private func padded(_ number: Int, _ digits: Int, _ padding: Character) -> String {
    let text = String(number)
    return String(repeating: padding, count: max(0, digits - text.utf8.count)) + text
  }
}
