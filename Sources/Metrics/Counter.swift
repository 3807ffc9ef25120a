import Synchronization

/// A number that only grows, added to by any thread.
///
/// It orders nothing: who reads it sees some moment of the recent past.
package struct Counter: ~Copyable, Sendable {
  private let storage = Atomic<UInt64>(0)

  /// A counter at 0.
  package init() {}

  /// What was counted so far.
  package var value: UInt64 { storage.load(ordering: .relaxed) }

  /// Counts `amount` more, modulo 2^64.
  package func add(_ amount: UInt64 = 1) {
    storage.wrappingAdd(amount, ordering: .relaxed)
  }

  /// Counts one more and tells the number of it, from 1.
  package func next() -> UInt64 {
    storage.wrappingAdd(1, ordering: .relaxed).newValue
  }
}
