import Kernel
import Testing

@Suite("Calendar time")
struct CalendarTimeTests {
  @Test("UTC agrees with the calendar for each day of four hundred years")
  func calendar() {
    var (year, month, day) = (1999, 12, 31)
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    for index in 0..<146_097 {
      day += 1
      let length = lengths[month - 1] + (month == 2 && CalendarTime.isLeap(year) ? 1 : 0)
      if day > length { (day, month) = (1, month + 1) }
      if month > 12 { (month, year) = (1, year + 1) }
      let time = CalendarTime(utc: 946_684_800 + Int64(index) * 86_400 + 86_399)
      let agrees = (time.year, time.month, time.day) == (year, month, day)
      if !agrees || (time.hour, time.minute, time.second) != (23, 59, 59) {
        Issue.record("\(year)-\(month)-\(day) is told as \(time)")
        return
      }
    }
  }

  @Test("Days of the week and of the year go on without a gap")
  func days() {
    var before = CalendarTime(utc: -86_400 * 800)
    for day in -799...20_000 {
      let time = CalendarTime(utc: 86_400 * Int64(day))
      let follows =
        time.weekday == (before.weekday + 1) % 7
        && (time.yearDay == before.yearDay + 1 || time.yearDay == 0 && time.day == 1)
      if !follows {
        Issue.record("\(time) follows \(before)")
        return
      }
      before = time
    }
    #expect(CalendarTime(utc: 0) == CalendarTime())
  }

  @Test("Local time is UTC moved by its offset")
  func local() {
    for second in stride(from: Int64(0), to: 2_000_000_000, by: 86_400 * 30 + 1) {
      var local = CalendarTime(local: second)
      let offset = local.offsetSeconds
      local.offsetSeconds = 0
      #expect(local == CalendarTime(utc: second + Int64(offset)))
    }
    #expect(!CalendarTime.localZoneName(at: 0).isEmpty)
  }

  @Test("No moment is too far away")
  func extremes() {
    for second in [Int64.min, .min + 1, -1, .max - 1, .max] {
      let time = CalendarTime(utc: second)
      #expect((1...12).contains(time.month) && (1...31).contains(time.day))
      #expect((1...12).contains(CalendarTime(local: second).month))
    }
  }
}
