package import Kernel
internal import Synchronization

/// Orders from other threads to the thread of a loop, in the order in which they came.
package final class Mailbox<Order: Sendable>: Sendable {
  private let orders = Locked<[Order]>([])
  private let event: EventDescriptor
  private let isSignalled = Atomic<Bool>(false)

  /// An empty mailbox.
  package init() throws(Errno) { event = try EventDescriptor() }

  /// Lets a loop be woken by this mailbox; its events bear `token`.
  package func register(in loop: borrowing EventLoop, token: EventToken) throws(Errno) {
    try loop.watch(event.descriptor, for: .readable, token: token)
  }

  /// Leaves an order and wakes the thread; any thread may.
  package func post(_ order: Order) {
    orders.withLock { $0.append(order) }
    if !isSignalled.exchange(true, ordering: .acquiringAndReleasing) { event.signal() }
  }

  /// Takes all orders; on the loop's thread, when the mailbox's event comes.
  package func take() -> [Order] {
    event.clear()
    isSignalled.store(false, ordering: .releasing)
    return orders.withLock { waiting in
      var taken: [Order] = []
      swap(&taken, &waiting)
      return taken
    }
  }
}
