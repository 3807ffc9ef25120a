import Testing

@testable import LogSinks

@Suite("The ledger of a sink")
struct SinkLedgerTests {
  @Test("It is balanced after every movement")
  func balance() {
    var ledger = SinkLedger(sink: "udp@127.0.0.1:514")
    let steps: [(inout SinkLedger) -> Void] = [
      { $0.enqueue() }, { $0.enqueue() }, { $0.enqueue() }, { $0.deliver(2) },
      { $0.drop(1, .refused) }, { $0.lose(4, .ringFull) }, { $0.lose(1, .queueFull) },
      { $0.refuseDelivered() }, { $0.refuseDelivered() }, { $0.refuseDelivered() },
      { $0.enqueue() }, { $0.drop(1, .stopped) },
    ]
    for step in steps {
      step(&ledger)
      #expect(ledger.isBalanced)
    }
    #expect(ledger.accepted == 9)
    #expect(ledger.delivered == 0)
    #expect(ledger.dropped(.refused) == 3)
    #expect(ledger.dropped(.ringFull) == 4)
    #expect(ledger.dropped == 9)
  }

  @Test("Its line names what was lost and why, and is silent on what was not")
  func line() {
    var ledger = SinkLedger(sink: "unix@/dev/log")
    #expect(
      ledger.description == "sink unix@/dev/log: accepted=0 delivered=0 queued=0 dropped=0")
    ledger.enqueue()
    ledger.deliver(1)
    ledger.lose(2, .queueFull)
    ledger.losses = 1
    ledger.lastError = "ECONNREFUSED"
    #expect(
      ledger.description
        == "sink unix@/dev/log: accepted=3 delivered=1 queued=0 dropped=2 queue_full=2 losses=1"
        + " last_error=ECONNREFUSED")
  }
}

@Suite("Samples and pauses")
struct SampleCounterTests {
  @Test("The first and third of each five are taken by sample 1,3:5")
  func rounds() {
    var counter = SampleCounter(.init(ranges: [1...1, 3...3], size: 5))
    let taken = (1...10).filter { _ in counter.takesNext() }
    #expect(taken == [1, 3, 6, 8])
  }

  @Test("Without a sample every message is taken")
  func all() {
    var counter = SampleCounter(nil)
    let taken = (1...3).filter { _ in counter.takesNext() }
    #expect(taken.count == 3)
  }

  @Test("A pause doubles up to a second and starts anew after a success")
  func pauses() {
    var pause = RetryPause()
    let pauses = (0..<8).map { _ in pause.afterFailure() / 1_000_000 }
    #expect(pauses == [20, 40, 80, 160, 320, 640, 1000, 1000])
    pause.succeeded()
    #expect(pause.afterFailure() == RetryPause.shortest)
  }
}
