import Testing

@testable import LogSinks

@Suite("The queue of a sink")
struct MessageQueueTests {
  private func text(_ queue: borrowing MessageQueue, _ index: Int) -> String {
    let lengths = queue.waitingLengths
    var start = 0
    for earlier in 0..<index { start += Int(lengths[earlier]) }
    let bytes = queue.waitingBytes
    var text: [UInt8] = []
    for place in start..<(start + Int(lengths[index])) { text.append(bytes[place]) }
    return String(decoding: text, as: UTF8.self)
  }

  @Test("Messages leave in the order in which they came, whatever is taken between")
  func order() {
    var queue = MessageQueue()
    var expected: [String] = []
    var seed: UInt64 = 7
    for round in 0..<2_000 {
      let message = String(repeating: "x", count: round % 13) + "\(round)"
      #expect(queue.append(Array(message.utf8)) == true)
      expected.append(message)
      seed = seed &* 6_364_136_223_846_793_005 &+ 1
      let taken = min(Int(seed >> 60) % 4, queue.count)
      queue.removeFirst(taken)
      expected.removeFirst(taken)
      #expect(queue.count == expected.count)
      #expect(queue.byteCount == expected.reduce(0) { $0 + $1.utf8.count })
      if let first = expected.first {
        #expect(text(queue, 0) == first)
        #expect(text(queue, expected.count - 1) == expected.last)
      }
    }
  }

  @Test("A message past a limit is refused and changes nothing")
  func limits() {
    var queue = MessageQueue(messageLimit: 2, byteLimit: 10)
    #expect(queue.append(Array("12345".utf8)) == true)
    #expect(queue.append(Array("678901".utf8)) == false)
    #expect(queue.append(Array("6789".utf8)) == true)
    #expect(queue.append([]) == false)
    #expect(queue.count == 2)
    #expect(queue.byteCount == 9)
    queue.removeFirst(1)
    #expect(queue.append(Array("abc".utf8)) == true)
    #expect(text(queue, 0) == "6789")
    #expect(text(queue, 1) == "abc")
  }

  @Test("An empty message is a message")
  func empty() {
    var queue = MessageQueue()
    #expect(queue.append([]) == true)
    #expect(queue.count == 1)
    queue.removeFirst(1)
    #expect(queue.isEmpty)
  }
}
