internal import Synchronization

/// A count of connections with a limit: a process, a frontend or a listener.
package final class Admission: Sendable {
  private let current = Atomic<Int>(0)
  private let highest = Atomic<Int>(0)
  private let total = Atomic<Int>(0)
  /// Whether a listener waits for room.
  private let isAwaited = Atomic<Bool>(false)
  /// The limit; nil for none.
  package let limit: Int?

  /// A count at 0.
  package init(limit: Int?) { self.limit = limit }

  /// Connections now.
  package var count: Int { current.load(ordering: .relaxed) }
  /// The most connections there were at once.
  package var maximum: Int { highest.load(ordering: .relaxed) }
  /// All connections there ever were.
  package var cumulative: Int { total.load(ordering: .relaxed) }

  /// Counts one in; false, and nothing is counted, at the limit.
  func enter() -> Bool {
    let count: Int
    if let limit {
      // The count never passes the limit, not even for a moment: another worker would take the
      // passing for a lack of room, and wait for a leave that does not come.
      var known = current.load(ordering: .relaxed)
      while true {
        guard known < limit else { return false }
        let (exchanged, found) = current.compareExchange(
          expected: known, desired: known + 1, ordering: .sequentiallyConsistent)
        if exchanged { break }
        known = found
      }
      count = known + 1
    } else {
      count = current.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    }
    total.wrappingAdd(1, ordering: .relaxed)
    if count > highest.load(ordering: .relaxed) { highest.max(count, ordering: .relaxed) }
    return true
  }

  /// Counts one in as `enter` does; at the limit, says that a listener waits for room.
  func enterOrAwait() -> Bool {
    if enter() { return true }
    isAwaited.store(true, ordering: .sequentiallyConsistent)
    // Room that was made before the store told nobody: ask once more.
    return enter()
  }

  /// Takes back an `enter` of a connection that never was; true where a listener waits for room.
  func withdraw() -> Bool {
    total.wrappingSubtract(1, ordering: .relaxed)
    return leave()
  }

  /// Counts one out; true where a listener waits for the room.
  func leave() -> Bool {
    current.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    guard isAwaited.load(ordering: .sequentiallyConsistent) else { return false }
    return isAwaited.exchange(false, ordering: .sequentiallyConsistent)
  }
}
