import Kernel
import Testing

@testable import Proxy

@Suite struct AdmissionTests {
  @Test("it counts up to its limit, and keeps the highest and the sum")
  func counts() {
    let admission = Admission(limit: 2)
    #expect([admission.enter(), admission.enter(), admission.enter()] == [true, true, false])
    #expect(admission.count == 2)
    #expect(!admission.leave())
    let again = admission.enter()
    #expect(again)
    #expect(admission.maximum == 2)
    #expect(admission.cumulative == 3)
    #expect(!admission.withdraw())
    #expect(admission.cumulative == 2)
    #expect(admission.count == 1)
  }

  @Test("without a limit there is always room")
  func unlimited() {
    let admission = Admission(limit: nil)
    for _ in 0..<100 where !admission.enter() { Issue.record("there is no limit") }
    #expect(admission.count == 100)
  }

  @Test("who finds no room is told of by the next leave, and of no other")
  func awaited() {
    let admission = Admission(limit: 1)
    #expect(admission.enterOrAwait())
    #expect(!admission.enterOrAwait())
    #expect(admission.leave())
    #expect(admission.enterOrAwait())
    #expect(!admission.leave())
    #expect(admission.enterOrAwait())
    #expect(!admission.enterOrAwait())
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
              if admission.enter() {
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
