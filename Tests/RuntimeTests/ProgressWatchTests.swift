import Reactor
import Testing

@testable import Runtime

@Suite struct ProgressWatchTests {
  @Test("a thread that has not turned since it was last asked is named")
  func standing() {
    let (log, worker) = (TurnCounter(), TurnCounter())
    var watch = ProgressWatch(
      intervalMilliseconds: 500, watched: [("log thread", log), ("worker 0", worker)])
    // Nothing is known yet: all have made progress.
    #expect(watch.standing() == nil)
    #expect(watch.standing() == "log thread")
    log.turn()
    #expect(watch.standing() == "worker 0")
    log.turn()
    worker.turn()
    #expect(watch.standing() == nil)
  }

  @Test("an interval of nothing is a millisecond")
  func interval() {
    #expect(ProgressWatch(intervalMilliseconds: 0, watched: []).intervalMilliseconds == 1)
  }
}
