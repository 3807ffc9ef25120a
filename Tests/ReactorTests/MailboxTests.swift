import Kernel
import Reactor
import Testing

@Suite struct MailboxTests {
  @Test("orders come in their order, and wake the loop once")
  func order() throws {
    let mailbox = try Mailbox<Int>()
    var loop = try EventLoop()
    try mailbox.register(in: loop, token: EventToken(kind: 5))
    for order in 0..<3 { mailbox.post(order) }
    var count = loop.wait()
    #expect(count == 1)
    #expect(mailbox.take() == [0, 1, 2])
    #expect(mailbox.take() == [])
    count = loop.wait(atMost: 0)
    #expect(count == 0)
    mailbox.post(3)
    count = loop.wait()
    #expect(count == 1)
    #expect(mailbox.take() == [3])
  }

  @Test("from many threads none is lost, none comes twice, and each sender's keep their order")
  func threads() throws {
    let mailbox = try Mailbox<(sender: Int, number: Int)>()
    let (senders, each) = (4, 5000)
    for sender in 0..<senders {
      try Thread(name: "sender \(sender)") {
        for number in 0..<each { mailbox.post((sender, number)) }
      }.detach()
    }
    var loop = try EventLoop()
    try mailbox.register(in: loop, token: EventToken(kind: 1))
    var next = Array(repeating: 0, count: senders)
    var faults = 0
    let end = Clock.monotonicMicroseconds() + 30_000_000
    while next.reduce(0, +) < senders * each, Clock.monotonicMicroseconds() < end {
      // Only the event tells of orders: one that is lost stops the test at its deadline.
      guard loop.wait() > 0 else { continue }
      for order in mailbox.take() {
        if next[order.sender] != order.number { faults += 1 }
        next[order.sender] = order.number + 1
      }
    }
    #expect(next == Array(repeating: each, count: senders))
    #expect(faults == 0)
  }
}
