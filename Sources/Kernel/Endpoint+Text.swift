extension Endpoint {
  /// Reads an IPv4 or IPv6 address as people write it, such as `192.0.2.1` or `2001:db8::1`.
  ///
  /// Nil where the text is no such address: names and brackets are for the caller. An octet has
  /// no leading zero (inet_pton(3)); an IPv6 address may end in an IPv4 one (RFC 4291, 2.2).
  package init?(address text: some StringProtocol, port: UInt16 = 0) {
    let bytes = Array(text.utf8)
    if bytes.contains(UInt8(ascii: ":")) {
      guard let (high, low) = Self.readIPv6(bytes[...]) else { return nil }
      self = .ipv6(high: high, low: low, port: port)
    } else {
      guard let address = Self.readIPv4(bytes[...]) else { return nil }
      self = .ipv4(address, port: port)
    }
  }

  /// Four decimal octets parted by dots.
  private static func readIPv4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    var address: UInt32 = 0
    var value: UInt32 = 0
    var digitCount = 0
    var dotCount = 0
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "."):
        guard digitCount > 0, dotCount < 3 else { return nil }
        address = address << 8 | value
        (value, digitCount) = (0, 0)
        dotCount += 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        // A zero with a digit behind it would be octal to some.
        guard digitCount == 0 || value > 0 else { return nil }
        value = value * 10 + UInt32(byte - UInt8(ascii: "0"))
        digitCount += 1
        guard value <= 255 else { return nil }
      default: return nil
      }
    }
    guard dotCount == 3, digitCount > 0 else { return nil }
    return address << 8 | value
  }

  /// Up to eight groups of hexadecimal digits, one run of zero groups left out as `::`.
  private static func readIPv6(_ bytes: ArraySlice<UInt8>) -> (UInt64, UInt64)? {
    var groups: [UInt16] = []
    var gap: Int?
    var rest = bytes
    let colon = UInt8(ascii: ":")
    if rest.starts(with: [colon, colon]) {
      gap = 0
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      guard groups.count < 8 else { return nil }
      let end = rest.firstIndex(of: colon) ?? rest.endIndex
      let group = rest[rest.startIndex..<end]
      if end == rest.endIndex, group.contains(UInt8(ascii: ".")) {
        guard groups.count <= 6, let address = readIPv4(group) else { return nil }
        groups += [UInt16(truncatingIfNeeded: address >> 16), UInt16(truncatingIfNeeded: address)]
        break
      }
      guard let value = readGroup(group) else { return nil }
      groups.append(value)
      guard end < rest.endIndex else { break }
      rest = rest[(end + 1)...]
      if rest.first == colon {
        guard gap == nil else { return nil }
        gap = groups.count
        rest = rest.dropFirst()
      } else if rest.isEmpty {
        return nil
      }
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    let halves = [groups[..<4], groups[4...]].map { $0.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    return (halves[0], halves[1])
  }

  /// One to four hexadecimal digits.
  private static func readGroup(_ digits: ArraySlice<UInt8>) -> UInt16? {
    guard (1...4).contains(digits.count) else { return nil }
    var value: UInt16 = 0
    for digit in digits {
      let number: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number = digit - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): number = digit - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt16(number)
    }
    return value
  }
}
