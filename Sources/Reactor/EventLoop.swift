package import Kernel
package import Memory
internal import Synchronization

/// One thread's events and timers (epoll(7)).
///
/// The owner pulls: it calls `wait`, goes through the events, then through the timers that have
/// expired, and carries out what each means. So the loop knows no handler and holds no closure.
package struct EventLoop: ~Copyable {
  /// The longest wait, in milliseconds, so that an idle loop proves that it lives.
  package static var waitLimitMilliseconds: Int { 1000 }

  private var epoll: Epoll
  private var timers: TimerWheel
  private let turns: TurnCounter
  /// Microseconds on the monotonic clock when the last wait ended.
  package private(set) var now: Int64

  /// A loop that counts its turns in `turns`.
  package init(turns: TurnCounter = TurnCounter()) throws(Errno) {
    epoll = try Epoll()
    now = Clock.monotonicMicroseconds()
    timers = TimerWheel(now: now / 1000)
    self.turns = turns
  }

  /// Begins to watch a descriptor; the caller keeps it open. Closing it ends the watch.
  package func watch(
    _ descriptor: borrowing Descriptor, for interest: Readiness, token: EventToken
  ) throws(Errno) {
    try epoll.add(descriptor.number, interest, token: token.bits)
  }

  /// Asks for something else of a watched descriptor.
  package func change(
    _ descriptor: borrowing Descriptor, to interest: Readiness, token: EventToken
  ) throws(Errno) {
    try epoll.modify(descriptor.number, interest, token: token.bits)
  }

  /// Stops watching a descriptor that stays open.
  package func unwatch(_ descriptor: borrowing Descriptor) { epoll.remove(descriptor.number) }

  /// Waits until there are events or a timer expires, at most `milliseconds` (nil: as long as a
  /// turn may be), and gives the number of events.
  package mutating func wait(atMost milliseconds: Int? = nil) -> Int {
    var limit = min(milliseconds ?? Self.waitLimitMilliseconds, Self.waitLimitMilliseconds)
    if limit > 0, let timer = timers.wait(from: Clock.monotonicMicroseconds() / 1000) {
      limit = min(limit, Int(timer))
    }
    let count = epoll.wait(milliseconds: limit)
    now = Clock.monotonicMicroseconds()
    turns.turn()
    return count
  }

  /// The event at `index`, below the number that the last wait gave.
  package func event(_ index: Int) -> (token: EventToken, readiness: Readiness) {
    let event = epoll.event(index)
    return (EventToken(bits: event.token), event.readiness)
  }

  /// The token of a timer that has expired; nil when there is none left.
  package mutating func expiredTimer() -> EventToken? {
    timers.expire(at: now / 1000).map { EventToken(bits: $0) }
  }

  /// Sets a timer `milliseconds` from now.
  package mutating func setTimer(after milliseconds: Int, token: EventToken) -> TimerIndex {
    timers.set(deadline: deadline(after: milliseconds), token: token.bits)
  }

  /// Moves a timer to `milliseconds` from now; false when it has expired or was cleared.
  @discardableResult
  package mutating func moveTimer(_ timer: TimerIndex, after milliseconds: Int) -> Bool {
    timers.move(timer, to: deadline(after: milliseconds))
  }

  /// Milliseconds until a timer expires, 0 where it is due; nil when it is no longer set.
  package func remainingMilliseconds(_ timer: TimerIndex) -> Int? {
    timers.deadline(timer).map { Int(max($0 - now / 1000, 0)) }
  }

  /// Clears a timer; nothing happens when it has expired.
  package mutating func clearTimer(_ timer: TimerIndex) { timers.clear(timer) }

  private func deadline(after milliseconds: Int) -> Int64 {
    // One more than the whole milliseconds that have passed, so that a timer is never early.
    now / 1000 + Int64(min(max(milliseconds, 0), Int(Int32.max))) + 1
  }
}

/// How often a loop has turned: the proof that its thread makes progress.
package final class TurnCounter: Sendable {
  private let turns = Atomic<UInt64>(0)

  /// A loop that has not turned yet.
  package init() {}

  /// The number of turns so far.
  package var count: UInt64 { turns.load(ordering: .relaxed) }

  /// Counts a turn.
  package func turn() { turns.wrappingAdd(1, ordering: .relaxed) }
}
