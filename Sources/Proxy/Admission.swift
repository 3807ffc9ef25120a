internal import Synchronization

/// A count of connections with a limit: a process, a frontend or a listener.
///
/// Room is taken before a connection is accepted, for there may be none; the connection counts once
/// it is there. So what is told of the count is never an attempt of another worker that came to
/// nothing.
package final class Admission: Sendable {
  /// The room that is taken.
  private let taken = Atomic<Int>(0)
  private let present = Atomic<Int>(0)
  private let highest = Atomic<Int>(0)
  private let total = Atomic<Int>(0)
  /// Whether a listener waits for room.
  private let isAwaited = Atomic<Bool>(false)
  /// The limit; nil for none.
  package let limit: Int?

  /// A count at 0.
  package init(limit: Int?) { self.limit = limit }

  /// Connections now.
  package var count: Int { present.load(ordering: .relaxed) }
  /// The most connections there were at once.
  package var maximum: Int { highest.load(ordering: .relaxed) }
  /// All connections there ever were.
  package var cumulative: Int { total.load(ordering: .relaxed) }

  /// Takes room for a connection to come; false, and nothing is taken, at the limit.
  func reserve() -> Bool {
    guard let limit else {
      taken.wrappingAdd(1, ordering: .sequentiallyConsistent)
      return true
    }
    // What is taken never passes the limit, not even for a moment: another worker would take the
    // passing for a lack of room, and wait for a leave that does not come.
    var known = taken.load(ordering: .relaxed)
    while true {
      guard known < limit else { return false }
      let (exchanged, found) = taken.compareExchange(
        expected: known, desired: known + 1, ordering: .sequentiallyConsistent)
      if exchanged { return true }
      known = found
    }
  }

  /// Takes room as `reserve` does; at the limit, says that a listener waits for it.
  func reserveOrAwait() -> Bool {
    if reserve() { return true }
    isAwaited.store(true, ordering: .sequentiallyConsistent)
    // Room that was made before the store told nobody: ask once more.
    return reserve()
  }

  /// Counts the connection in for which room was taken.
  func enter() {
    let count = present.wrappingAdd(1, ordering: .relaxed).newValue
    total.wrappingAdd(1, ordering: .relaxed)
    if count > highest.load(ordering: .relaxed) { highest.max(count, ordering: .relaxed) }
  }

  /// Gives the room back of a connection that did not come; true where a listener waits for it.
  func withdraw() -> Bool {
    taken.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    guard isAwaited.load(ordering: .sequentiallyConsistent) else { return false }
    return isAwaited.exchange(false, ordering: .sequentiallyConsistent)
  }

  /// Counts one out. Gives the connections there were with it, so that of two that leave at the
  /// same moment each is told another number, and whether a listener waits for the room.
  func leave() -> (count: Int, isAwaited: Bool) {
    let count = present.wrappingSubtract(1, ordering: .relaxed).oldValue
    return (count, withdraw())
  }
}
