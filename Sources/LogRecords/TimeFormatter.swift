internal import Kernel

/// Writes a moment as strftime(3) does in the C locale, with `%N` for the fraction of a second.
struct TimeFormatter {
  private let seconds: Int64
  private let nanoseconds: Int64
  private let isLocal: Bool
  private let time: CalendarTime

  init(seconds: Int64, nanoseconds: Int64, isLocal: Bool) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.isLocal = isLocal
    time = isLocal ? CalendarTime(local: seconds) : CalendarTime(utc: seconds)
  }

  /// Appends the moment in a format.
  mutating func write(_ format: [UInt8], to text: inout [UInt8]) {
    var index = 0
    while index < format.count {
      let byte = format[index]
      index += 1
      guard byte == UInt8(ascii: "%"), index < format.count else {
        text.append(byte)
        continue
      }
      let start = index - 1
      var padding: UInt8? = UInt8(ascii: "0")
      var isDefault = true
      if format[index] == UInt8(ascii: "-") || format[index] == UInt8(ascii: "_") {
        padding = format[index] == UInt8(ascii: "_") ? UInt8(ascii: " ") : nil
        isDefault = false
        index += 1
      }
      var digits = 0
      while index < format.count, digits < 100, let digit = decimalDigit(format[index]) {
        digits = min(digits * 10 + digit, 255)
        index += 1
      }
      while index < format.count,
        format[index] == UInt8(ascii: "E") || format[index] == UInt8(ascii: "O")
      {
        index += 1
      }
      guard index < format.count else { return text.append(contentsOf: format[start...]) }
      let conversion = Character(UnicodeScalar(format[index]))
      index += 1
      write(conversion, digits: digits, padding: padding, isDefault: isDefault, to: &text)
    }
  }

  private func decimalDigit(_ byte: UInt8) -> Int? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
  }

  private func write(
    _ conversion: Character, digits: Int, padding: UInt8?, isDefault: Bool, to text: inout [UInt8]
  ) {
    func number(_ value: Int, _ width: Int, space: Bool = false) {
      guard let padding else { return text.append(decimal: Int64(value)) }
      let fill = space && isDefault ? UInt8(ascii: " ") : padding
      text.append(decimal: value, digits: max(width, digits), padding: fill)
    }
    let hour12 = time.hour % 12 == 0 ? 12 : time.hour % 12
    switch conversion {
    case "a": text.append(contentsOf: DateNames.day(time.weekday).utf8.prefix(3))
    case "A": text.append(DateNames.day(time.weekday))
    case "b", "h": text.append(contentsOf: DateNames.shortMonth(time.month))
    case "B": text.append(DateNames.month(time.month))
    case "C": number(time.year / 100, 2)
    case "d": number(time.day, 2)
    case "e": number(time.day, 2, space: true)
    case "G": number(isoWeek.year, 4)
    case "g": number(abs(isoWeek.year % 100), 2)
    case "H": number(time.hour, 2)
    case "k": number(time.hour, 2, space: true)
    case "I": number(hour12, 2)
    case "l": number(hour12, 2, space: true)
    case "j": number(time.yearDay + 1, 3)
    case "m": number(time.month, 2)
    case "M": number(time.minute, 2)
    case "N": writeFraction(digits: digits, to: &text)
    case "p": text.append(time.hour < 12 ? "AM" : "PM")
    case "P": text.append(time.hour < 12 ? "am" : "pm")
    case "s": text.append(decimal: seconds)
    case "S": number(time.second, 2)
    case "u": number(time.weekday == 0 ? 7 : time.weekday, 1)
    case "U": number((time.yearDay + 7 - time.weekday) / 7, 2)
    case "V": number(isoWeek.week, 2)
    case "w": number(time.weekday, 1)
    case "W": number((time.yearDay + 7 - (time.weekday + 6) % 7) / 7, 2)
    case "y": number(abs(time.year % 100), 2)
    case "Y": number(time.year, 1)
    case "z": DateCache.writeOffset(time.offsetSeconds, separator: nil, to: &text)
    case "Z": text.append(isLocal ? CalendarTime.localZoneName(at: seconds) : "GMT")
    default: writeCompound(conversion, to: &text)
    }
  }

  private func writeCompound(_ conversion: Character, to text: inout [UInt8]) {
    let format: String
    switch conversion {
    case "c": format = "%a %b %e %H:%M:%S %Y"
    case "D", "x": format = "%m/%d/%y"
    case "F": format = "%Y-%m-%d"
    case "R": format = "%H:%M"
    case "r": format = "%I:%M:%S %p"
    case "T", "X": format = "%H:%M:%S"
    case "n": return text.append(10)
    case "t": return text.append(9)
    case "%": return text.append(UInt8(ascii: "%"))
    default:
      text.append(UInt8(ascii: "%"))
      return text.append(String(conversion))
    }
    var inner = self
    inner.write(Array(format.utf8), to: &text)
  }

  /// `%N`: nine digits, or as many as stand before the N.
  private func writeFraction(digits: Int, to text: inout [UInt8]) {
    var divisor: Int64 = 100_000_000
    for _ in 0..<(digits == 0 ? 9 : min(digits, 9)) {
      text.append(UInt8(ascii: "0") + UInt8(nanoseconds / divisor % 10))
      divisor /= 10
      if divisor == 0 { break }
    }
  }

  /// The week and its year as ISO 8601 has them: a week belongs to the year of its Thursday.
  private var isoWeek: (year: Int, week: Int) {
    let weekday = (time.weekday + 6) % 7
    let thursday = time.yearDay + 3 - weekday
    if thursday < 0 {
      let days = CalendarTime.isLeap(time.year - 1) ? 366 : 365
      return (time.year - 1, (thursday + days) / 7 + 1)
    }
    let days = CalendarTime.isLeap(time.year) ? 366 : 365
    if thursday >= days { return (time.year + 1, 1) }
    return (time.year, thursday / 7 + 1)
  }
}
