package import Kernel

/// Orders from other threads to the thread of a loop, in the order in which they came.
package final class Mailbox<Order: Sendable>: Sendable {
  /// What waits, and whether the loop's thread was woken for it. Both change under one lock: were
  /// the mark an atomic of its own, an order might be left behind a mark that is just being taken
  /// down, and nobody would wake for it.
  private struct State {
    var orders: [Order] = []
    var isSignalled = false
  }

  private let state = Locked(State())
  private let event: EventDescriptor

  /// An empty mailbox.
  package init() throws(Errno) { event = try EventDescriptor() }

  /// Lets a loop be woken by this mailbox; its events bear `token`.
  package func register(in loop: borrowing EventLoop, token: EventToken) throws(Errno) {
    try loop.watch(event.descriptor, for: .readable, token: token)
  }

  /// Leaves an order and wakes the thread; any thread may.
  package func post(_ order: Order) {
    let wakes = state.withLock { state in
      state.orders.append(order)
      defer { state.isSignalled = true }
      return !state.isSignalled
    }
    if wakes { event.signal() }
  }

  /// Takes all orders; on the loop's thread, when the mailbox's event comes.
  package func take() -> [Order] {
    event.clear()
    return state.withLock { state in
      var taken: [Order] = []
      swap(&taken, &state.orders)
      state.isSignalled = false
      return taken
    }
  }
}
