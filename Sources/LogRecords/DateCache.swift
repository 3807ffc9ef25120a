internal import Kernel
internal import Memory

/// Texts of a second, kept until another second is asked for.
struct DateCache: Sendable {
  /// One way to write a second, and the second it is written for.
  private struct Entry: Sendable {
    var second: Int64?
    var text: [UInt8] = []
  }

  /// How a second is written.
  enum Style {
    /// `23/Nov/2026:10:39:34`, local time.
    case local
    /// `23/Nov/2026:10:39:34 +0100`, local time.
    case localZone
    /// `23/Nov/2026:09:39:34 +0000`.
    case universal
    /// `Nov  3 10:39:34`, local time (RFC 3164).
    case header
    /// `2026-11-23T10:39:34`, local time (RFC 5424, without fraction and offset).
    case iso
    /// `+01:00`, the offset of local time.
    case isoOffset
    /// `2026-11-23T09:39:34`.
    case isoUniversal
  }

  private var local = Entry()
  private var localZone = Entry()
  private var universal = Entry()
  private var header = Entry()
  private var iso = Entry()
  private var isoOffset = Entry()
  /// A record has several times, which may lie seconds apart.
  private var isoUniversal = InlineArray<4, Entry>(repeating: Entry())

  /// Appends a second.
  @inline(__always)
  mutating func append(
    _ style: Style, _ second: Int64, to buffer: inout some TextOutput & ~Copyable
  ) {
    switch style {
    case .local: Self.append(style, second, &local, to: &buffer)
    case .localZone: Self.append(style, second, &localZone, to: &buffer)
    case .universal: Self.append(style, second, &universal, to: &buffer)
    case .header: Self.append(style, second, &header, to: &buffer)
    case .iso: Self.append(style, second, &iso, to: &buffer)
    case .isoOffset: Self.append(style, second, &isoOffset, to: &buffer)
    case .isoUniversal: Self.append(style, second, &isoUniversal[Int(second & 3)], to: &buffer)
    }
  }

  @inline(__always)
  private static func append(
    _ style: Style, _ second: Int64, _ entry: inout Entry,
    to buffer: inout some TextOutput & ~Copyable
  ) {
    if entry.second != second { remake(style, second, &entry) }
    buffer.append(entry.text.span)
  }

  private static func remake(_ style: Style, _ second: Int64, _ entry: inout Entry) {
    entry.second = second
    entry.text.removeAll(keepingCapacity: true)
    let isUniversal = style == .universal || style == .isoUniversal
    let time = isUniversal ? CalendarTime(utc: second) : CalendarTime(local: second)
    write(style, time, to: &entry.text)
  }

  private static func write(_ style: Style, _ time: CalendarTime, to text: inout [UInt8]) {
    switch style {
    case .local: write(time, to: &text)
    case .localZone, .universal:
      write(time, to: &text)
      text.append(UInt8(ascii: " "))
      writeOffset(time.offsetSeconds, separator: nil, to: &text)
    case .header:
      text.append(contentsOf: DateNames.shortMonth(time.month))
      text.append(UInt8(ascii: " "))
      text.append(decimal: time.day, digits: 2, padding: UInt8(ascii: " "))
      text.append(UInt8(ascii: " "))
      writeClock(time, to: &text)
    case .iso, .isoUniversal:
      text.append(decimal: time.year, digits: 4)
      text.append(UInt8(ascii: "-"))
      text.append(decimal: time.month, digits: 2)
      text.append(UInt8(ascii: "-"))
      text.append(decimal: time.day, digits: 2)
      text.append(UInt8(ascii: "T"))
      writeClock(time, to: &text)
    case .isoOffset: writeOffset(time.offsetSeconds, separator: UInt8(ascii: ":"), to: &text)
    }
  }

  private static func write(_ time: CalendarTime, to text: inout [UInt8]) {
    text.append(decimal: time.day, digits: 2)
    text.append(UInt8(ascii: "/"))
    text.append(contentsOf: DateNames.shortMonth(time.month))
    text.append(UInt8(ascii: "/"))
    text.append(decimal: time.year, digits: 4)
    text.append(UInt8(ascii: ":"))
    writeClock(time, to: &text)
  }

  private static func writeClock(_ time: CalendarTime, to text: inout [UInt8]) {
    text.append(decimal: time.hour, digits: 2)
    text.append(UInt8(ascii: ":"))
    text.append(decimal: time.minute, digits: 2)
    text.append(UInt8(ascii: ":"))
    text.append(decimal: time.second, digits: 2)
  }

  /// `+0100` or, with a separator, `+01:00`.
  static func writeOffset(_ seconds: Int, separator: UInt8?, to text: inout [UInt8]) {
    text.append(seconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    let minutes = abs(seconds) / 60
    text.append(decimal: minutes / 60, digits: 2)
    if let separator { text.append(separator) }
    text.append(decimal: minutes % 60, digits: 2)
  }
}

/// English names of days and months, as logs have them whatever the locale.
enum DateNames {
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let days = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  static func month(_ number: Int) -> String {
    months.indices.contains(number - 1) ? months[number - 1] : ""
  }

  static func shortMonth(_ number: Int) -> Substring.UTF8View {
    month(number).utf8.prefix(3)
  }

  static func day(_ number: Int) -> String { days.indices.contains(number) ? days[number] : "" }
}
