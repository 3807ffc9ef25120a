internal import Kernel

/// How numbers are written for people.
package enum Wording {
  /// A number with commas: `8,391,001`.
  package static func count(_ number: UInt64) -> String {
    let digits = Array(String(number).utf8)
    var text: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(UInt8(ascii: ",")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// A number and what it counts: `1 line`, `2,000 lines`.
  package static func count(_ number: UInt64, _ noun: String) -> String {
    "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A number with three digits that count: `1.25`, `12.5`, `125`, `12500`.
  static func short(_ number: Double) -> String {
    let scale: Double = number < 9.995 ? 100 : number < 99.95 ? 10 : 1
    let whole = UInt64((number * scale).rounded())
    let divisor = UInt64(scale)
    guard divisor > 1, whole % divisor != 0 else { return count(whole / divisor) }
    var fraction = String(whole % divisor)
    if divisor == 100, fraction.utf8.count == 1 { fraction = "0" + fraction }
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(whole / divisor).\(fraction)"
  }

  /// A time in µs: `850 µs`, `12.3 ms`, `1.25 s`, `3 min 20 s`, `2 h 5 min`.
  package static func time(_ microseconds: UInt64, isUTF8: Bool = true) -> String {
    switch microseconds {
    case 0: return "0"
    case ..<1000: return "\(microseconds) \(isUTF8 ? "µ" : "u")s"
    case ..<1_000_000: return short(Double(microseconds) / 1e3) + " ms"
    case ..<120_000_000: return short(Double(microseconds) / 1e6) + " s"
    case ..<7_200_000_000:
      return "\(microseconds / 60_000_000) min \(microseconds / 1_000_000 % 60) s"
    case ..<172_800_000_000:
      return "\(microseconds / 3_600_000_000) h \(microseconds / 60_000_000 % 60) min"
    default:
      return "\(microseconds / 86_400_000_000) d \(microseconds / 3_600_000_000 % 24) h"
    }
  }

  /// A number of bytes: `455 B`, `12.3 kB`, `1.21 GB`.
  package static func bytes(_ number: UInt64) -> String {
    var value = Double(number)
    guard number >= 1000 else { return "\(number) B" }
    for unit in ["kB", "MB", "GB", "TB", "PB"] {
      value /= 1000
      if value < 999.5 { return "\(short(value)) \(unit)" }
    }
    return "\(short(value / 1000)) EB"
  }

  /// A share in percent, with a decimal so that columns align: `99.9 %`; what is not nothing is
  /// never told as 0.
  package static func share(_ part: UInt64, of whole: UInt64) -> String {
    guard whole > 0, part > 0 else { return "0 %" }
    // Only what is all of it is 100 %.
    guard part < whole else { return "100 %" }
    let thousandths = min((Double(part) / Double(whole) * 1000).rounded(), 999)
    guard thousandths >= 1 else { return "<0.1 %" }
    return "\(UInt64(thousandths) / 10).\(UInt64(thousandths) % 10) %"
  }

  /// A date and time in the system's zone: `2026-11-23 10:39:34`.
  package static func date(_ microseconds: Int64, milliseconds: Bool = false) -> String {
    let time = CalendarTime(local: microseconds / 1_000_000)
    let text =
      "\(time.year)-\(two(time.month))-\(two(time.day)) "
      + "\(two(time.hour)):\(two(time.minute)):\(two(time.second))"
    guard milliseconds else { return text }
    let rest = String(1000 + microseconds / 1000 % 1000)
    return text + "." + rest.dropFirst()
  }

  /// The time of the day of a date: `10:39:34`.
  static func clock(_ microseconds: Int64) -> String { String(date(microseconds).dropFirst(11)) }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
