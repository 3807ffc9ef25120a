import LogRecords
import Testing

@testable import LogSinks

@Suite("Limits of messages")
struct MessageLimitsTests {
  @Test("a full bucket gives its count at once, and then one token a share of the period")
  func bucket() {
    for (count, period) in [(1, 1000), (3, 10), (5, 1000), (7, 60_000), (1000, 1000)] {
      var bucket = TokenBucket(count: count, periodMilliseconds: period)
      var now: Int64 = 5_000_000_000
      for _ in 0..<count { expect(bucket.take(now: now), true) }
      expect(bucket.take(now: now), false)
      let share = Int64(period) * 1000 / Int64(count)
      now += share - 1
      expect(bucket.take(now: now), false)
      now += 2
      expect(bucket.take(now: now), true)
      expect(bucket.take(now: now), false)
      now += Int64(period) * 1000 + 1
      for _ in 0..<count { expect(bucket.take(now: now), true) }
      expect(bucket.take(now: now), false)
    }
  }

  @Test("numbers beyond reason neither trap nor stop all")
  func extremes() {
    var bucket = TokenBucket(count: .max, periodMilliseconds: .max)
    expect(bucket.take(now: 1), true)
    var none = TokenBucket(count: 0, periodMilliseconds: 0)
    expect(none.take(now: 1), true)
    expect(none.take(now: 1), false)
  }

  @Test(
    "what is left out is told once, when the time since the first is over, as severe as its worst")
  func summary() {
    let limits = MessageLimits([
      .event(.serverDown): LogLimitSettings(count: 2, periodMilliseconds: 1000)
    ])
    func admits(_ now: Int64, _ severity: Severity) -> Bool {
      limits.admits(
        .event(.serverDown), severity: severity, now: now, nanoseconds: UInt64(now) * 1000)
    }
    #expect(admits(1_000_000, .alert) && admits(1_000_001, .alert))
    #expect(limits.deadline == nil)
    #expect(
      !admits(1_000_002, .notice) && !admits(1_000_003, .alert) && !admits(1_000_004, .notice))
    #expect(limits.admits(.end, severity: .information, now: 1_000_005, nanoseconds: 0))
    #expect(limits.deadline == 2_000_002)
    #expect(limits.takeSummaries(now: 2_000_001).isEmpty)
    let summaries = limits.takeSummaries(now: 2_000_002)
    #expect(summaries.map(\.count) == [3])
    #expect(summaries.map(\.severity) == [.alert])
    #expect(summaries.first?.sinceNanoseconds == 1_000_002_000)
    #expect(
      summaries.first?.text(proxy: "b", now: 2_000_002)
        == "Proxy b: 3 messages of kind server.down were left out in 1.0 s (log-limit).")
    #expect(limits.deadline == nil)
    #expect(limits.takeSummaries(now: 9_000_000, all: true).isEmpty)
  }

  @Test("each kind has its own time, and the end waits for none")
  func kinds() {
    let one = LogLimitSettings(count: 1, periodMilliseconds: 1000)
    let limits = MessageLimits([.start: one, .error: one])
    for now in [Int64(0), 10] {
      _ = limits.admits(.start, severity: .information, now: now, nanoseconds: 0)
      _ = limits.admits(.error, severity: .information, now: now + 500, nanoseconds: 0)
    }
    #expect(limits.deadline == 1_000_010)
    #expect(limits.takeSummaries(now: 1_000_010).map(\.kind) == ["start"])
    #expect(limits.deadline == 1_000_510)
    #expect(limits.takeSummaries(now: 1_000_011, all: true).map(\.kind) == ["error"])
  }
}

/// Expects a value that a mutating call gave, which `#expect` cannot look into.
private func expect<Value: Equatable>(
  _ value: Value, _ expected: Value, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(value == expected, sourceLocation: sourceLocation)
}
