import Kernel
import Memory
import Reactor
import Testing

@Suite struct EventLoopTests {
  /// Turns the loop until a timer gives a token, at most ten seconds long.
  private func nextTimer(_ loop: inout EventLoop) -> EventToken? {
    let end = Clock.monotonicMicroseconds() + 10_000_000
    while Clock.monotonicMicroseconds() < end {
      if let token = loop.expiredTimer() { return token }
      _ = loop.wait()
    }
    return nil
  }

  @Test("timers come in the order of their times, none early")
  func timers() throws {
    var loop = try EventLoop()
    let begin = Clock.monotonicMicroseconds()
    for (number, wait) in [40, 5, 20].enumerated() {
      _ = loop.setTimer(after: wait, token: EventToken(kind: 1, number: number))
    }
    var order: [Int] = []
    for earliest in [5000, 20_000, 40_000] as [Int64] {
      guard let token = nextTimer(&loop) else { break }
      order.append(token.number)
      #expect(Clock.monotonicMicroseconds() - begin >= earliest)
    }
    #expect(order == [1, 2, 0])
    let left = loop.expiredTimer()
    #expect(left == nil)
  }

  @Test("a timer can be moved and cleared until it has expired")
  func changes() throws {
    var loop = try EventLoop()
    let moved = loop.setTimer(after: 60_000, token: EventToken(kind: 1, number: 1))
    let cleared = loop.setTimer(after: 1, token: EventToken(kind: 1, number: 2))
    loop.clearTimer(cleared)
    let couldMove = loop.moveTimer(moved, after: 3)
    #expect(couldMove)
    let remaining = loop.remainingMilliseconds(moved)
    #expect(remaining.map { $0 <= 4 } == true)
    let fired = nextTimer(&loop)
    #expect(fired?.number == 1)
    let couldMoveAgain = loop.moveTimer(moved, after: 3)
    #expect(!couldMoveAgain)
    let gone = loop.remainingMilliseconds(cleared)
    #expect(gone == nil)
  }

  @Test("times out of all bounds are taken to the nearest bound", arguments: [Int.min, -1, .max])
  func bounds(wait: Int) throws {
    var loop = try EventLoop()
    let timer = loop.setTimer(after: wait, token: EventToken(kind: 1))
    let remaining = loop.remainingMilliseconds(timer)
    #expect(remaining.map { $0 >= 0 && $0 <= Int(Int32.max) + 1 } == true)
  }

  @Test("a descriptor that is ready brings its token, and none once it is not watched")
  func events() throws {
    var loop = try EventLoop()
    let event = try EventDescriptor()
    try loop.watch(event.descriptor, for: .readable, token: EventToken(kind: 9, number: 4))
    var count = loop.wait(atMost: 0)
    #expect(count == 0)
    event.signal()
    count = loop.wait()
    #expect(count == 1)
    let (token, readiness) = loop.event(0)
    #expect(token == EventToken(kind: 9, number: 4))
    #expect(readiness.contains(.readable))
    loop.unwatch(event.descriptor)
    count = loop.wait(atMost: 0)
    #expect(count == 0)
  }

  @Test("an edge is told once, a level until it is gone")
  func edges() throws {
    var loop = try EventLoop()
    let edge = try EventDescriptor()
    let level = try EventDescriptor()
    try loop.watch(edge.descriptor, for: [.readable, .edge], token: EventToken(kind: 1))
    try loop.watch(level.descriptor, for: .readable, token: EventToken(kind: 2))
    edge.signal()
    level.signal()
    let first = loop.wait()
    let second = loop.wait()
    #expect((first, second) == (2, 1))
    let kind = loop.event(0).token.kind
    #expect(kind == 2)
  }

  @Test("a descriptor is watched once, and an unknown one not at all")
  func refusals() throws {
    let loop = try EventLoop()
    let event = try EventDescriptor()
    try loop.watch(event.descriptor, for: .readable, token: EventToken(kind: 1))
    var second: Errno?
    do throws(Errno) {
      try loop.watch(event.descriptor, for: .readable, token: EventToken(kind: 1))
    } catch { second = error }
    #expect(second == .exists)
  }

  @Test("each turn is counted, for who watches over the thread")
  func turns() throws {
    let turns = TurnCounter()
    var loop = try EventLoop(turns: turns)
    for _ in 0..<3 { _ = loop.wait(atMost: 0) }
    #expect(turns.count == 3)
  }
}
