import Synchronization

/// A number that goes up and down, and the highest it ever was.
package struct Gauge: ~Copyable, Sendable {
  private let current = Atomic<Int>(0)
  private let highest = Atomic<Int>(0)

  /// A gauge at 0.
  package init() {}

  /// What it is now.
  package var value: Int { current.load(ordering: .relaxed) }
  /// The highest it was.
  package var maximum: Int { highest.load(ordering: .relaxed) }

  /// One more; tells the new value.
  @discardableResult
  package func increment() -> Int {
    let value = current.wrappingAdd(1, ordering: .relaxed).newValue
    raise(to: value)
    return value
  }

  /// One less; tells the new value.
  @discardableResult
  package func decrement() -> Int {
    current.wrappingSubtract(1, ordering: .relaxed).newValue
  }

  /// Becomes `value`.
  package func set(_ value: Int) {
    current.store(value, ordering: .relaxed)
    raise(to: value)
  }

  /// The highest is read first: a gauge seldom passes it, and a load costs less than an exchange.
  private func raise(to value: Int) {
    if value > highest.load(ordering: .relaxed) { highest.max(value, ordering: .relaxed) }
  }
}
