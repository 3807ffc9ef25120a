public import Synchronization

/// A ring of plain values from one producer thread to one consumer thread, without a lock and
/// without allocation.
///
/// The capacity is fixed; a push into a full ring is refused and leaves the ring as it was.
@safe
public final class SingleProducerRing<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  // SAFETY (Sendable): the producer writes slots between tail and head + capacity only, the
  // consumer reads between head and tail only; release and acquire order both.
  @usableFromInline let slots: UnsafeMutablePointer<Element>
  @usableFromInline let mask: Int
  /// Where the consumer reads next; on a cache line of its own.
  @usableFromInline let head: PaddedCounter
  /// Where the producer writes next.
  @usableFromInline let tail: PaddedCounter

  /// Makes a ring of `capacity` elements, a power of two (rounded up where it is not), filled with
  /// `blank` so that its memory is there from the start.
  public init(capacity: Int, blank: Element) {
    var size = 2
    while size < capacity { size *= 2 }
    mask = size - 1
    unsafe slots = .allocate(capacity: size)
    unsafe slots.initialize(repeating: blank, count: size)
    head = PaddedCounter()
    tail = PaddedCounter()
  }

  deinit { unsafe slots.deallocate() }

  /// How many elements it can hold.
  public var capacity: Int { mask + 1 }
  /// How many elements wait; exact on the consumer's thread at worst too low.
  public var count: Int {
    tail.value.load(ordering: .acquiring) - head.value.load(ordering: .acquiring)
  }

  /// Puts a copy of an element behind the others; false where the ring is full. The producer's
  /// thread only.
  ///
  /// It takes the element by its address, which a plain parameter does not: so a value of hundreds
  /// of bytes is copied once.
  @inlinable
  public func push(copyOf element: inout Element) -> Bool {
    let end = tail.value.load(ordering: .relaxed)
    guard end &- head.value.load(ordering: .acquiring) <= mask else { return false }
    // SAFETY: the slot lies outside what the consumer may read until the tail is stored, and the
    // element is no part of the ring.
    unsafe withUnsafePointer(to: &element) {
      unsafe (slots + (end & mask)).update(from: $0, count: 1)
    }
    tail.value.store(end &+ 1, ordering: .releasing)
    return true
  }

  /// Shows the oldest element where it lies, and leaves it there; nil where there is none. The
  /// consumer's thread only.
  @inlinable
  public func first<Result>(_ look: (borrowing Element) -> Result) -> Result? {
    let begin = head.value.load(ordering: .relaxed)
    guard begin != tail.value.load(ordering: .acquiring) else { return nil }
    // SAFETY: as in `take`.
    return unsafe look(slots[begin & mask])
  }

  /// Shows the oldest element where it lies, and then takes it; false where there is none. The
  /// consumer's thread only.
  @inlinable
  public func take(_ look: (borrowing Element) -> Void) -> Bool {
    let begin = head.value.load(ordering: .relaxed)
    guard begin != tail.value.load(ordering: .acquiring) else { return false }
    // SAFETY: the slot was written before the tail that was just read, and is not written again
    // until the head is stored.
    unsafe look(slots[begin & mask])
    head.value.store(begin &+ 1, ordering: .releasing)
    return true
  }
}

/// A counter that shares its cache line with nothing.
@usableFromInline
final class PaddedCounter: Sendable {
  private let before: (Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0)
  @usableFromInline let value = Atomic<Int>(0)
  private let after: (Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0)
  @usableFromInline init() {}
}
