import Synchronization

/// How many events a second there are, and the most there ever were.
///
/// Two seconds are kept: the one that runs and the one before it. The rate is what the running
/// second has, plus the share of the one before that the last 1000 ms still reach into; it is
/// even, as HAProxy's is, and needs no history. Time is a parameter, in milliseconds of any clock
/// that does not go back.
package struct EventRate: ~Copyable, Sendable {
  /// Each holds a second's number in the upper 32 bits and its count in the lower.
  private let running = Atomic<UInt64>(0)
  private let before = Atomic<UInt64>(0)
  private let highest = Atomic<UInt64>(0)

  /// A rate of none.
  package init() {}

  /// Counts `amount` events at `milliseconds`.
  package func add(_ amount: UInt32 = 1, at milliseconds: UInt64) {
    let second = Self.second(of: milliseconds)
    while true {
      let old = running.load(ordering: .relaxed)
      let isSame = old >> 32 == second
      let count = isSame ? UInt64(UInt32(truncatingIfNeeded: old)) : 0
      let sum = min(count + UInt64(amount), UInt64(UInt32.max))
      let new = second << 32 | sum
      guard
        running.weakCompareExchange(expected: old, desired: new, ordering: .relaxed).exchanged
      else { continue }
      if !isSame { before.store(old, ordering: .relaxed) }
      break
    }
    let rate = perSecond(at: milliseconds)
    if rate > highest.load(ordering: .relaxed) { highest.max(rate, ordering: .relaxed) }
  }

  /// The events of the 1000 ms before `milliseconds`.
  package func perSecond(at milliseconds: UInt64) -> UInt64 {
    let second = Self.second(of: milliseconds)
    let now = running.load(ordering: .relaxed)
    let last = before.load(ordering: .relaxed)
    let rest = 1000 - milliseconds % 1000
    if now >> 32 == second {
      let carried = last >> 32 == (second &- 1) & 0xFFFF_FFFF ? Self.count(last) * rest / 1000 : 0
      return Self.count(now) + carried
    }
    return now >> 32 == (second &- 1) & 0xFFFF_FFFF ? Self.count(now) * rest / 1000 : 0
  }

  /// The highest rate seen when an event was counted.
  package var maximum: UInt64 { highest.load(ordering: .relaxed) }

  private static func second(of milliseconds: UInt64) -> UInt64 {
    milliseconds / 1000 & 0xFFFF_FFFF
  }

  private static func count(_ packed: UInt64) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: packed))
  }
}
