/// Bytes of text under way, written one behind the other into memory that grows and is kept.
///
/// It does what an array of bytes does, without a look at who else holds the array at each byte:
/// a log line is some hundred bytes in thirty pieces.
@safe
public struct ByteWriter: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<UInt8>
  @usableFromInline var capacity: Int
  /// How many bytes there are.
  public internal(set) var count: Int {
    @inlinable get { length }
    @inlinable set { length = newValue }
  }
  @usableFromInline var length = 0

  /// Makes a writer with room for `capacity` bytes (at least 1) before it grows.
  public init(capacity: Int = 512) {
    self.capacity = max(capacity, 1)
    unsafe base = .allocate(capacity: self.capacity)
  }

  deinit { unsafe base.deallocate() }

  /// Whether there is no byte.
  @inlinable public var isEmpty: Bool { length == 0 }

  /// The byte at a place below `count`.
  @inlinable public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < length)
    // SAFETY: the bytes below `length` were written.
    return unsafe base[index]
  }

  /// Forgets all bytes and keeps the memory.
  @inlinable public mutating func removeAll() { length = 0 }

  /// Takes bytes away at the end.
  @inlinable
  public mutating func removeLast(_ number: Int) {
    precondition(number >= 0 && number <= length)
    length &-= number
  }

  /// Makes sure that `room` bytes can be written behind the last.
  @inlinable @inline(__always)
  mutating func reserve(_ room: Int) {
    if capacity &- length < room { grow(by: room) }
  }

  @usableFromInline @inline(never)
  mutating func grow(by room: Int) {
    let wanted = max(capacity * 2, length + room)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    // SAFETY: both blocks hold `length` bytes, and the old one is not used after this.
    unsafe larger.update(from: base, count: length)
    unsafe base.deallocate()
    unsafe base = larger
    capacity = wanted
  }

  /// Writes a byte.
  @inlinable @inline(__always)
  public mutating func append(_ byte: UInt8) {
    reserve(1)
    // SAFETY: there is room for one more.
    unsafe base[length] = byte
    length &+= 1
  }

  /// Writes bytes.
  @inlinable
  public mutating func append(_ bytes: Span<UInt8>) {
    let added = bytes.count
    reserve(added)
    unsafe bytes.withUnsafeBufferPointer { source in
      // SAFETY: there is room for all of them, and nobody else has this memory.
      if let from = source.baseAddress {
        unsafe (base + length).update(from: from, count: added)
      }
    }
    length &+= added
  }

  /// Writes the bytes of an array.
  @inlinable
  public mutating func append(contentsOf bytes: [UInt8]) { append(bytes.span) }

  /// Writes a decimal number.
  @inlinable @inline(__always)
  public mutating func append(decimal value: UInt64) {
    if value < 10 {
      append(UInt8(truncatingIfNeeded: value) | 0x30)
    } else {
      append(longDecimal: value)
    }
  }

  @usableFromInline @inline(never)
  mutating func append(longDecimal value: UInt64) {
    var digits = 2
    var bound: UInt64 = 100
    while digits < 20, value >= bound {
      digits &+= 1
      // The bound of 20 digits would be beyond 64 bits, and is not asked for.
      bound = bound &* 10
    }
    reserve(digits)
    length &+= digits
    // SAFETY: there is room for the digits, and the table has two bytes for each number below 100.
    var end = unsafe base + length
    let table = unsafe Self.pairs.utf8Start
    var rest = value
    while rest >= 10 {
      let pair = Int(truncatingIfNeeded: rest % 100) &* 2
      rest /= 100
      unsafe end -= 2
      unsafe end[0] = table[pair]
      unsafe end[1] = table[pair &+ 1]
    }
    if digits & 1 == 1 { unsafe end[-1] = UInt8(truncatingIfNeeded: rest) | 0x30 }
  }

  private static var pairs: StaticString {
    """
    0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
    5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
    """
  }

  /// The bytes.
  public var span: Span<UInt8> {
    @_lifetime(borrow self) @inlinable get {
      // SAFETY: the bytes below `length` were written, and live as long as self.
      let span = unsafe Span(_unsafeStart: UnsafePointer(base), count: length)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

extension [UInt8] {
  /// Appends bytes.
  @inlinable
  public mutating func append(_ bytes: Span<UInt8>) {
    // SAFETY: the buffer is read within the call alone.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
