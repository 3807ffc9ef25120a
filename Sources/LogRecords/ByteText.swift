internal import Kernel

/// Text written by hand at the end of bytes: no allocation once they have grown.
extension TextOutput where Self: ~Copyable {
  /// A decimal number with its sign.
  mutating func append(decimal value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: value.magnitude)
  }

  /// A decimal number of at least so many digits, with zeros before it.
  mutating func append(decimal value: Int, digits: Int, padding: UInt8 = UInt8(ascii: "0")) {
    var bound = 10
    var length = 1
    while length < digits {
      if value < bound { break }
      bound *= 10
      length += 1
    }
    for _ in length..<Swift.max(digits, length) { append(padding) }
    append(decimal: Int64(value))
  }

  /// Three digits of a number below 1000.
  mutating func append(thousandths value: Int) {
    let value = UInt32(truncatingIfNeeded: value)
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 100))
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10 % 10))
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
  }

  /// A number in upper-case hexadecimal of at least so many digits.
  mutating func append(hexadecimal value: UInt64, digits: Int) {
    let needed = Swift.max(1, (67 - value.leadingZeroBitCount) / 4)
    var shift = Swift.max(digits, needed) * 4
    while shift > 0 {
      shift -= 4
      append(hexDigit: shift < 64 ? UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15 : 0)
    }
  }

  /// One upper-case hexadecimal digit.
  mutating func append(hexDigit digit: UInt8) {
    append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
  }

  /// Text as it is.
  mutating func append(_ text: String) { append(text.utf8Span.span) }

  /// An IPv4 or IPv6 address as people write it (RFC 5952); nothing for other families.
  mutating func write(address endpoint: Endpoint) {
    switch endpoint.family {
    case .ipv4: append(ipv4: UInt32(truncatingIfNeeded: endpoint.low))
    case .ipv6: append(ipv6: endpoint.high, endpoint.low)
    case .unix, .none: break
    }
  }

  /// Four decimal octets.
  mutating func append(ipv4 address: UInt32) {
    var shift: UInt32 = 32
    while shift > 0 {
      shift -= 8
      append(decimal: UInt64((address >> shift) & 255))
      if shift > 0 { append(UInt8(ascii: ".")) }
    }
  }

  /// Eight groups, the first longest run of zero groups as `::`; mapped IPv4 addresses end in
  /// decimal octets, as inet_ntop(3) has them.
  mutating func append(ipv6 high: UInt64, _ low: UInt64) {
    if high == 0, low >> 32 == 0xFFFF || (low >> 32 == 0 && low > 0xFFFF) {
      append(low >> 32 == 0 ? "::" : "::ffff:")
      append(ipv4: UInt32(truncatingIfNeeded: low))
      return
    }
    var (gap, gapLength, run) = (8, 1, 0)
    for index in 0..<8 {
      run = ByteText.group(high, low, index) == 0 ? run + 1 : 0
      if run > gapLength { (gap, gapLength) = (index + 1 - run, run) }
    }
    var index = 0
    while index < 8 {
      if index == gap {
        append("::")
        index += gapLength
        continue
      }
      if index > 0, index != gap + gapLength { append(UInt8(ascii: ":")) }
      appendLowerHexadecimal(ByteText.group(high, low, index))
      index += 1
    }
  }

  private mutating func appendLowerHexadecimal(_ value: UInt16) {
    var shift = Swift.max(4, (19 - value.leadingZeroBitCount) / 4 * 4)
    while shift > 0 {
      shift -= 4
      let digit = UInt8(truncatingIfNeeded: value >> UInt16(shift)) & 15
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}

/// Parts of addresses.
private enum ByteText {
  static func group(_ high: UInt64, _ low: UInt64, _ index: Int) -> UInt16 {
    let half = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: half >> UInt64(48 - index % 4 * 16))
  }
}
