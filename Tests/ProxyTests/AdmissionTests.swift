import Kernel
import Testing

@testable import Proxy

@Suite struct AdmissionTests {
  /// Takes room and fills it; false where there is none.
  private func admit(_ admission: Admission) -> Bool {
    guard admission.reserve() else { return false }
    admission.enter()
    return true
  }

  @Test("it counts up to its limit, and keeps the highest and the sum")
  func counts() {
    let admission = Admission(limit: 2)
    #expect([admit(admission), admit(admission), admit(admission)] == [true, true, false])
    #expect(admission.count == 2)
    #expect(!admission.leave().isAwaited)
    let again = admit(admission)
    #expect(again)
    #expect(admission.maximum == 2)
    #expect(admission.cumulative == 3)
  }

  @Test("a connection that does not come was never counted, yet had its room")
  func withdrawn() {
    let admission = Admission(limit: 1)
    #expect(admission.reserve())
    #expect(!admission.reserve())
    #expect((admission.count, admission.maximum, admission.cumulative) == (0, 0, 0))
    #expect(!admission.withdraw())
    #expect(admission.reserve())
  }

  @Test("without a limit there is always room")
  func unlimited() {
    let admission = Admission(limit: nil)
    for _ in 0..<100 where !admit(admission) { Issue.record("there is no limit") }
    #expect(admission.count == 100)
  }

  @Test("who finds no room is told of by the next leave, and of no other")
  func awaited() {
    let admission = Admission(limit: 1)
    #expect(admission.reserveOrAwait())
    #expect(!admission.reserveOrAwait())
    admission.enter()
    #expect(admission.leave().isAwaited)
    #expect(admission.reserveOrAwait())
    admission.enter()
    #expect(!admission.leave().isAwaited)
    #expect(admission.reserveOrAwait())
    #expect(!admission.reserveOrAwait())
    #expect(admission.withdraw())
  }

  @Test("from many threads it never passes its limit, and nobody waits in vain")
  func threads() throws {
    let admission = Admission(limit: 3)
    let rounds = 20_000
    let ended = Locked(0)
    let faults = Locked([String]())
    var threads: [JoinableThread] = []
    for number in 0..<4 {
      threads.append(
        JoinableThread(
          try Thread(name: "admission \(number)") {
            for _ in 0..<rounds {
              if admission.reserve() {
                admission.enter()
                if admission.count > 3 { faults.withLock { $0.append("passed the limit") } }
                _ = admission.leave()
              }
            }
            ended.withLock { $0 += 1 }
          }))
    }
    for thread in threads { thread.join() }
    #expect(ended.withLock { $0 } == 4)
    #expect(faults.withLock { $0 } == [])
    #expect(admission.count == 0)
    #expect(admission.maximum <= 3)
  }

  @Test("tells each of those who leave another number")
  func departures() {
    let admission = Admission(limit: nil)
    for _ in 0..<3 {
      #expect(admission.reserve())
      admission.enter()
    }
    #expect((0..<3).map { _ in admission.leave().count } == [3, 2, 1])
    #expect(admission.count == 0)
  }
}

/// A thread that several can hold until it is joined.
final class JoinableThread: Sendable {
  private let thread: Locked<Thread?>
  init(_ thread: consuming sending Thread) { self.thread = Locked(thread) }
  func join() {
    let thread = thread.withLock { $0.take() }
    if let thread { thread.join() }
  }
}
