internal import Glibc

extension Span where Element == UInt8 {
  /// The place of a byte, looked for from `start` on (memchr(3)); nil where it is not there.
  public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    guard start >= 0, start < count else { return nil }
    return unsafe withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return nil }
      // SAFETY: the bytes from `start` to the end of the span are looked at.
      let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
      guard let found = unsafe found else { return nil }
      return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
  }

  /// Eight bytes from a place on as a number, the first one lowest.
  @inlinable @inline(__always)
  public func word(at place: Int) -> UInt64 {
    precondition(place >= 0 && place &+ 8 <= count)
    return unsafe withUnsafeBytes { bytes in
      // SAFETY: the eight bytes lie within the span.
      unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
  }

  /// A hash of the bytes of a range, to be spread over a table; the same in each run.
  @inlinable
  public func hash(_ range: Range<Int>, seed: UInt64 = 0x9E37_79B9_7F4A_7C15) -> UInt64 {
    var state = seed ^ UInt64(truncatingIfNeeded: range.count)
    var place = range.lowerBound
    while place &+ 8 <= range.upperBound {
      state = Self.fold(state ^ word(at: place), 0xA076_1D64_78BD_642F)
      place &+= 8
    }
    var rest: UInt64 = 0
    if place < range.upperBound, range.count >= 8 {
      rest = word(at: range.upperBound &- 8)
    } else {
      while place < range.upperBound {
        rest = rest << 8 | UInt64(self[place])
        place &+= 1
      }
    }
    return Self.fold(state ^ rest, 0xE703_7ED1_A0B4_28DB)
  }

  /// Multiplies and folds the upper half of the product into the lower one.
  @inlinable @inline(__always)
  static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

extension Span where Element == UInt8 {
  /// The last place of a byte; nil where it is not there.
  public func lastIndex(of byte: UInt8) -> Int? {
    var place = count
    while place > 0 {
      place -= 1
      if self[place] == byte { return place }
    }
    return nil
  }
}
