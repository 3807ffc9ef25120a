import Kernel
import Reactor
import Testing

@testable import LogSinks

/// A sink and the loop that drives it, as the log thread does.
final class SinkBench {
  var loop: EventLoop
  let sink: Sink
  private(set) var notices: [Sink.Notice] = []

  init(_ way: Sink.Way, queue: MessageQueue? = nil) throws {
    Process.ignoreBrokenPipes()
    loop = try EventLoop()
    sink = Sink(name: "test", way: way, token: EventToken(kind: 1), queue: queue)
  }

  func accept(_ line: String) { sink.accept(Array(line.utf8), in: loop) }

  /// One turn of the loop, then what sinks want.
  func turn(milliseconds: Int = 10) {
    for index in 0..<loop.wait(atMost: milliseconds) {
      sink.ready(loop.event(index).readiness, in: loop)
    }
    sink.flush(in: loop)
    notices += sink.takeNotices()
    #expect(sink.ledger.isBalanced)
  }

  /// Turns until `condition` holds; at most ten seconds.
  func turn(until condition: () -> Bool) -> Bool {
    let end = Clock.monotonicMicroseconds() + 10_000_000
    while !condition() {
      guard Clock.monotonicMicroseconds() < end else { return false }
      turn()
    }
    return true
  }
}
