internal import Memory

/// Reads numbers out of bytes, a place moving along.
struct ByteScanner: ~Escapable {
  let bytes: Span<UInt8>
  var place: Int

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, at place: Int = 0) {
    self.bytes = bytes
    self.place = place
  }

  /// The byte at the place; 0 behind the end.
  @inline(__always)
  var byte: UInt8 { place < bytes.count ? bytes[place] : 0 }

  /// Steps over a byte if it is this one.
  @inline(__always)
  mutating func skip(_ expected: UInt8) -> Bool {
    guard place < bytes.count, bytes[place] == expected else { return false }
    place &+= 1
    return true
  }

  /// A decimal number; nil where there is no digit, or too many of them.
  @inline(__always)
  mutating func number() -> UInt64? {
    // Eight bytes at a time: how many digits there are decides no branch.
    if place &+ 8 <= bytes.count {
      let values = bytes.word(at: place) ^ 0x3030_3030_3030_3030
      // What is no digit has a high bit left; its carry reaches only what stands behind it.
      let others = ((values &+ 0x0606_0606_0606_0606) | values) & 0xF0F0_F0F0_F0F0_F0F0
      if others != 0 {
        let bits = others.trailingZeroBitCount & ~7
        guard bits > 0 else { return nil }
        place &+= bits / 8
        return Self.eightDigits(values << UInt64(64 &- bits))
      }
    }
    return longNumber()
  }

  /// The number that eight digits make, of which the first is the lowest byte: pairs, then fours.
  @inline(__always)
  private static func eightDigits(_ digits: UInt64) -> UInt64 {
    let pairs = digits &* 10 &+ digits >> 8
    let mask: UInt64 = 0x0000_00FF_0000_00FF
    let odd = (pairs & mask) &* (1_000_000 << 32 | 100)
    let even = (pairs >> 16 & mask) &* (10_000 << 32 | 1)
    return (odd &+ even) >> 32
  }

  /// A number at the end of the bytes, or of eight digits and more.
  private mutating func longNumber() -> UInt64? {
    let start = place
    var value: UInt64 = 0
    while place < bytes.count {
      let digit = bytes[place] &- 0x30
      guard digit < 10 else { break }
      value = value &* 10 &+ UInt64(digit)
      place &+= 1
    }
    let digits = place &- start
    return digits > 0 && digits < 20 ? value : nil
  }

  /// A number that may be `-1`, for nothing, or bear a `+`; false where it is none.
  @inline(__always)
  mutating func optionalNumber(_ value: inout UInt64?, hasPlus: inout Bool) -> Bool {
    if byte == UInt8(ascii: "-") {
      place &+= 1
      value = nil
      return number() != nil
    }
    if byte == UInt8(ascii: "+") {
      place &+= 1
      hasPlus = true
    }
    value = number()
    return value != nil
  }

  /// The range up to a byte, over which it steps; nil where the byte does not come, or at once.
  @inline(__always)
  mutating func range(until end: UInt8) -> Range<Int>? {
    guard place <= bytes.count,
      let found = bytes.firstIndex(of: end, from: place, to: bytes.count), found > place
    else { return nil }
    let range = place..<found
    place = found &+ 1
    return range
  }

  /// The range up to a space or the end.
  mutating func word() -> Range<Int> {
    let start = place
    while place < bytes.count, bytes[place] != 0x20 { place &+= 1 }
    let range = start..<place
    if place < bytes.count { place &+= 1 }
    return range
  }
}

extension Span where Element == UInt8 {
  /// Whether these bytes stand at a place.
  func has(_ text: String, at place: Int) -> Bool {
    let wanted = text.utf8
    guard place >= 0, place + wanted.count <= count else { return false }
    var next = place
    for byte in wanted {
      guard self[next] == byte else { return false }
      next += 1
    }
    return true
  }

  /// The bytes of a range as text, mended where they are not UTF-8.
  package func text(_ range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    for index in range { bytes.append(self[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether the bytes of a range are these.
  package func equals(_ range: Range<Int>, _ text: [UInt8]) -> Bool {
    guard range.count == text.count else { return false }
    for index in text.indices where self[range.lowerBound + index] != text[index] { return false }
    return true
  }
}
