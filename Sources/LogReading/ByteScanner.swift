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
    let start = place
    while place < bytes.count {
      if bytes[place] == end {
        guard place > start else { return nil }
        place &+= 1
        return start..<(place &- 1)
      }
      place &+= 1
    }
    return nil
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
