/// Reading and writing of the wire's integers and texts; nothing here traps on any bytes.
extension Span<UInt8> {
  /// The unsigned 32-bit number at an offset; nil where the bytes do not reach.
  func bigEndian32(at offset: Int) -> UInt32? {
    guard offset >= 0, offset <= count - 4 else { return nil }
    var value: UInt32 = 0
    for index in offset..<offset + 4 { value = value << 8 | UInt32(self[index]) }
    return value
  }

  /// The text up to the next NUL, of which `position` is then behind; nil where there is no NUL.
  func text(from position: inout Int) -> String? {
    guard let end = firstNul(from: position) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(end - position)
    for index in position..<end { bytes.append(self[index]) }
    position = end + 1
    return String(decoding: bytes, as: UTF8.self)
  }

  private func firstNul(from start: Int) -> Int? {
    var index = start
    while index < count {
      if self[index] == 0 { return index }
      index += 1
    }
    return nil
  }
}

extension [UInt8] {
  mutating func appendBigEndian(_ value: UInt32) {
    for shift in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
  }
}
