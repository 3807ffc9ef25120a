/// A block of memory that belongs to one owner, with bytes in it that wait to be taken from the
/// front.
///
/// It is the scratch buffer of a thread, and what a peer did not take at once.
@safe
public struct ByteBuffer: ~Copyable {
  /// Where the memory begins; for `Kernel`'s system calls.
  public let base: UnsafeMutableRawPointer
  /// Its size in bytes.
  public let capacity: Int
  /// Where the bytes that wait begin.
  public internal(set) var start = 0
  /// Where they end.
  public internal(set) var end = 0

  /// Allocates `capacity` bytes (at least 1).
  public init(capacity: Int) {
    self.capacity = max(capacity, 1)
    unsafe base = .allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit { unsafe base.deallocate() }

  /// How many bytes wait.
  @inlinable public var count: Int { end &- start }
  /// Whether none waits.
  @inlinable public var isEmpty: Bool { start == end }
  /// Room behind the bytes that wait.
  @inlinable public var room: Int { capacity &- end }

  /// Says that `count` bytes were written behind those that wait.
  public mutating func produced(_ count: Int) {
    precondition(count >= 0 && count <= room)
    end += count
  }

  /// Takes `count` bytes from the front.
  public mutating func consumed(_ count: Int) {
    precondition(count >= 0 && count <= self.count)
    start += count
    if start == end {
      start = 0
      end = 0
    }
  }

  /// Forgets all bytes.
  public mutating func removeAll() {
    start = 0
    end = 0
  }

  /// Moves the bytes that wait to the beginning of the memory, so that all room is behind them.
  public mutating func moveToFront() {
    guard start > 0 else { return }
    let waiting = count
    // SAFETY: both places lie within the block; memmove(3) allows that they overlap.
    unsafe base.copyMemory(from: base + start, byteCount: waiting)
    start = 0
    end = waiting
  }

  /// Copies bytes behind those that wait; false, and nothing is copied, where there is no room.
  public mutating func append(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count <= room else { return false }
    unsafe bytes.withUnsafeBytes { source in
      // SAFETY: there is room for all of them behind `end`.
      if let from = source.baseAddress {
        unsafe (base + end).copyMemory(from: from, byteCount: source.count)
      }
    }
    end += bytes.count
    return true
  }

  /// Copies the bytes that wait in `other` behind those here; false where there is no room.
  public mutating func append(_ other: borrowing ByteBuffer) -> Bool {
    guard other.count <= room else { return false }
    // SAFETY: `other` has that many bytes from `start`, and there is room for them here.
    unsafe (base + end).copyMemory(from: other.base + other.start, byteCount: other.count)
    end += other.count
    return true
  }

  /// The bytes that wait.
  public var bytes: Span<UInt8> {
    @_lifetime(borrow self) get {
      // SAFETY: the bytes between start and end were written, and live as long as self.
      let pointer = unsafe UnsafePointer((base + start).assumingMemoryBound(to: UInt8.self))
      let span = unsafe Span(_unsafeStart: pointer, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}
