import Memory
import Testing

@testable import Proxy

private func waiter(_ number: Int) -> Waiter {
  Waiter(worker: 0, session: SlabIndex(slot: UInt32(number), generation: 1))
}

@Suite struct WaitQueueTests {
  @Test("who came first is taken first")
  func order() {
    var queue = WaitQueue()
    for number in 1...3 { queue.append(waiter(number), ticket: UInt64(number)) }
    #expect(queue.count == 3)
    expect(queue.firstTicket(), 1)
    let taken = (1...3).map { _ in queue.popFirst()?.session.slot }
    #expect(taken == [1, 2, 3])
    expect(queue.popFirst() == nil, true)
    expect(queue.firstTicket(), nil)
    #expect(queue.count == 0)
  }

  @Test("a place counts those that were served before, not those that gave up or went elsewhere")
  func places() {
    var queue = WaitQueue()
    for number in 1...5 { queue.append(waiter(number), ticket: UInt64(number)) }
    expect(queue.cancel(2), 1)
    let served = [queue.popFirst()?.place, queue.popFirst()?.place]
    #expect(served == [1, 2])
    queue.append(waiter(6), ticket: 6)
    expect(queue.popFirst(isServed: false)?.place, 3)
    let last = [queue.popFirst()?.place, queue.popFirst()?.place]
    #expect(last == [3, 2])
  }

  @Test(
    "who has given up is passed over, and cannot give up twice", arguments: [1, 2, 3] as [UInt64])
  func cancelled(ticket: UInt64) {
    var queue = WaitQueue()
    for number in 1...3 { queue.append(waiter(number), ticket: UInt64(number)) }
    expect(queue.cancel(ticket) != nil, true)
    expect(queue.cancel(ticket) != nil, false)
    expect(queue.cancel(9) != nil, false)
    #expect(queue.count == 2)
    let left = [queue.popFirst()?.session.slot, queue.popFirst()?.session.slot]
    #expect(left == [1, 2, 3].filter { $0 != UInt32(ticket) })
    expect(queue.cancel(ticket) != nil, false)
  }

  @Test("those who gave up behind one who waits on do not pile up")
  func memory() {
    var queue = WaitQueue()
    queue.append(waiter(0), ticket: 1)
    for ticket in 2...20_000 as ClosedRange<UInt64> {
      queue.append(waiter(1), ticket: ticket)
      expect(queue.cancel(ticket) != nil, true)
    }
    #expect(queue.count == 1)
    #expect(queue.entryCount <= WaitQueue.goneLimit + 3)
    let last = queue.popFirst()
    #expect(last?.session.slot == 0)
  }

  @Test("it agrees with a plain list, whatever comes", arguments: [1, 2, 3, 4] as [UInt64])
  func againstList(seed: UInt64) {
    var random = SeededDice(seed: seed)
    var queue = WaitQueue()
    var list: [(ticket: UInt64, number: UInt32)] = []
    var ticket: UInt64 = 0
    for _ in 0..<20_000 {
      switch random.below(5) {
      case 0, 1:
        ticket += 1
        queue.append(waiter(Int(ticket)), ticket: ticket)
        list.append((ticket, UInt32(ticket)))
      case 2, 3:
        let wanted = UInt64(random.below(Int(ticket) + 2))
        let place = list.firstIndex { $0.ticket == wanted }
        expect(queue.cancel(wanted) != nil, (place != nil))
        if let place { list.remove(at: place) }
      default:
        expect(queue.firstTicket(), list.first?.ticket)
        let first = queue.popFirst()
        #expect(first?.session.slot == list.first?.number)
        if !list.isEmpty { list.removeFirst() }
      }
      #expect(queue.count == list.count)
    }
  }
}

/// A small generator whose seed names the whole run (SplitMix64).
struct SeededDice {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(max(limit, 1)))
  }
}
