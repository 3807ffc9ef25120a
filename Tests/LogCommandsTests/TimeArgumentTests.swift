import LogCommands
import Testing

@Suite("Times on a command line")
struct TimeArgumentTests {
  /// 2026-11-23 10:39:34 UTC.
  static let now: Int64 = 1_795_430_374_000_000

  @Test(
    "Times with a zone, since 1970 or before now are what they say",
    arguments: [
      ("2026-11-23T10:39:34Z", now), ("2026-11-23 11:39:34+01:00", now), ("@1795430374", now),
      ("now", now), ("-2h", now - 7_200_000_000), ("-1h30m", now - 5_400_000_000),
      ("30min ago", now - 1_800_000_000), ("-7d", now - 604_800_000_000),
    ])
  func moments(_ text: String, _ expected: Int64) throws {
    #expect(try TimeArgument.parse(text, nowMicroseconds: Self.now) == expected)
  }

  @Test("Dates and times of the day lie in the system's time zone")
  func local() throws {
    let day = try TimeArgument.parse("2026-11-23", nowMicroseconds: Self.now)
    let minute = try TimeArgument.parse("2026-11-23 10:39", nowMicroseconds: Self.now)
    #expect(minute - day == (10 * 60 + 39) * 60_000_000)
    let today = try TimeArgument.parse("today", nowMicroseconds: Self.now)
    #expect(try TimeArgument.parse("00:00", nowMicroseconds: Self.now) == today)
    #expect(today <= Self.now && Self.now - today < 86_400_000_000)
    let yesterday = try TimeArgument.parse("yesterday", nowMicroseconds: Self.now)
    #expect((23...25).contains((today - yesterday) / 3_600_000_000))
  }

  @Test("What is no time is told", arguments: ["", "soon", "25:00", "2026-13-01", "-", "-5", "@x"])
  func mistakes(_ text: String) {
    #expect(throws: CommandError.self) {
      try TimeArgument.parse(text, nowMicroseconds: Self.now)
    }
  }
}
