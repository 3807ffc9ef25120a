internal import Glibc

/// A moment as calendars and clocks on the wall show it.
package struct CalendarTime: Hashable, Sendable {
  /// The year, such as 2026.
  package var year = 1970
  /// The month, 1…12.
  package var month = 1
  /// The day of the month, 1…31.
  package var day = 1
  /// The hour, 0…23.
  package var hour = 0
  /// The minute, 0…59.
  package var minute = 0
  /// The second, 0…60.
  package var second = 0
  /// The day of the week, 0 for Sunday.
  package var weekday = 4
  /// The day of the year, from 0.
  package var yearDay = 0
  /// How far local time is ahead of UTC, in seconds.
  package var offsetSeconds = 0

  /// The epoch, in UTC.
  package init() {}

  /// The moment in UTC, by arithmetic alone.
  package init(utc epochSeconds: Int64) {
    let days = epochSeconds.quotientRoundedDown(by: 86_400)
    let rest = Int(epochSeconds &- days &* 86_400)
    (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
    weekday = Int((days &+ 4) % 7)
    if weekday < 0 { weekday += 7 }
    // Years begin in March here, so that the leap day comes last (days since 0000-03-01).
    let shifted = days &+ 719_468
    let era = shifted.quotientRoundedDown(by: 146_097)
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = Int(dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100))
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = Int(yearOfEra &+ era &* 400) + (month <= 2 ? 1 : 0)
    yearDay =
      shiftedMonth < 10 ? dayOfYear + 59 + (Self.isLeap(year) ? 1 : 0) : dayOfYear - 306
  }

  /// The moment in the time zone of the process (localtime_r(3)); UTC where the C library
  /// refuses. The zone is read once, at the first use or by `loadTimeZone`.
  package init(local epochSeconds: Int64) {
    var seconds = time_t(epochSeconds)
    var parts = unsafe tm()
    // SAFETY: both pointers are to values of this frame and are not kept by localtime_r.
    guard unsafe localtime_r(&seconds, &parts) != nil else {
      self.init(utc: epochSeconds)
      return
    }
    self.init()
    year = unsafe Int(parts.tm_year) + 1900
    month = unsafe Int(parts.tm_mon) + 1
    day = unsafe Int(parts.tm_mday)
    hour = unsafe Int(parts.tm_hour)
    minute = unsafe Int(parts.tm_min)
    second = unsafe Int(parts.tm_sec)
    weekday = unsafe Int(parts.tm_wday)
    yearDay = unsafe Int(parts.tm_yday)
    offsetSeconds = unsafe Int(parts.tm_gmtoff)
  }

  /// Reads the time zone now (tzset(3)): what a process does before it changes its root.
  package static func loadTimeZone() { tzset() }

  /// The letters of the local time zone at a moment, such as CET; UTC where none are known.
  package static func localZoneName(at epochSeconds: Int64) -> String {
    var seconds = time_t(epochSeconds)
    var parts = unsafe tm()
    // SAFETY: both pointers are to values of this frame; tm_zone is a C string that the C library
    // keeps as long as the zone is not read anew, and is copied here.
    guard unsafe localtime_r(&seconds, &parts) != nil, let zone = unsafe parts.tm_zone else {
      return "UTC"
    }
    return unsafe String(cString: zone)
  }

  /// Whether a year has a 29 February.
  package static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }
}

extension Int64 {
  fileprivate func quotientRoundedDown(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
