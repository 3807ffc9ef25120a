import Reactor
import Testing

@testable import Runtime

@Suite struct ProgressWatchTests {
  @Test("a thread that stands for longer than an idle loop waits is named")
  func standing() {
    let (log, worker) = (TurnCounter(), TurnCounter())
    let interval = EventLoop.waitLimitMilliseconds * 4 / 5
    var watch = ProgressWatch(
      intervalMilliseconds: interval, watched: [("log thread", log), ("worker 0", worker)])
    var told: [String?] = []
    // Nothing is known at first; then a loop may wait for longer than one interval.
    for _ in 0..<3 { told.append(watch.standing()) }
    log.turn()
    told.append(watch.standing())
    log.turn()
    worker.turn()
    for _ in 0..<2 { told.append(watch.standing()) }
    #expect(told == [nil, nil, "log thread", "worker 0", nil, nil])
  }

  @Test("an interval of nothing is a millisecond")
  func interval() {
    #expect(ProgressWatch(intervalMilliseconds: 0, watched: []).intervalMilliseconds == 1)
  }
}
