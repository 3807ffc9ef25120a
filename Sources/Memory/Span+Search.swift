extension Span<UInt8> {
  /// The first place from `start` on and below `end` that holds this byte; nil where none does. It
  /// looks at eight bytes at a time.
  @inlinable
  public func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
    precondition(start >= 0 && end <= count)
    let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
    var place = start
    return unsafe withUnsafeBytes { bytes in
      while place &+ 8 <= end {
        // SAFETY: eight bytes from `place` on are below `end`, which is within the span.
        let word = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ pattern
        // A byte of the word is 0 where it is the one that is looked for: only there, or above
        // there, does the subtraction leave a high bit that the word itself does not have.
        let hits = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
        if hits != 0 { return place &+ (UInt64(littleEndian: hits).trailingZeroBitCount >> 3) }
        place &+= 8
      }
      while place < end {
        // SAFETY: `place` is below `end`.
        if unsafe bytes[place] == byte { return place }
        place &+= 1
      }
      return nil
    }
  }
}
