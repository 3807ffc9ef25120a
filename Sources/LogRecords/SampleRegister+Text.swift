internal import Kernel

/// What converters of text and addresses do.
extension SampleRegister {
  mutating func changeCase(from letters: ClosedRange<UInt8>) {
    for index in bytes.indices where letters.contains(bytes[index]) { bytes[index] ^= 0x20 }
  }

  mutating func readHexadecimal() {
    var value: UInt64 = 0
    guard !bytes.isEmpty else { return setNone() }
    for byte in bytes {
      guard let digit = Self.hexadecimalDigit(byte) else { return setNone() }
      value = value << 4 | UInt64(digit)
    }
    set(Int64(bitPattern: value))
  }

  static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  mutating func mask(_ mask4: UInt32, _ high: UInt64?, _ low: UInt64) {
    switch address.family {
    case .ipv4: address.low &= UInt64(mask4)
    case .ipv6:
      // A mapped IPv4 address is masked as one.
      if address.high == 0, address.low >> 32 == 0xFFFF {
        set(Endpoint.ipv4(UInt32(truncatingIfNeeded: address.low) & mask4, port: 0))
      } else if let high {
        address.high &= high
        address.low &= low
      } else {
        setNone()
      }
    case .unix, .none: setNone()
    }
  }

  /// Keeps `count` fields from the one numbered `index` on (from the end, and towards the
  /// beginning, where negative); all that is left where the count is 0 or not reached.
  mutating func keepField(
    _ index: Int, _ delimiters: [UInt8], _ count: Int, skipsEmpty: Bool
  ) {
    let wanted = index.magnitude
    var found: UInt = 0
    var first = 0
    var last = bytes.count
    // Fields are walked from the side that the index counts from; `position` is the distance.
    let length = bytes.count
    var start = 0
    while start <= length {
      var end = start
      while end < length, !delimiters.contains(byte(at: end, fromEnd: index < 0)) { end += 1 }
      if !(skipsEmpty && end == start) {
        found += 1
        if found == wanted { first = start }
        if found >= wanted, count > 0, found - wanted + 1 == UInt(count) {
          last = end
          break
        }
      }
      start = end + 1
    }
    spare.removeAll(keepingCapacity: true)
    if found < wanted {
      // HAProxy has no value for a missing field, and an empty one for a missing word.
      if !skipsEmpty { return setNone() }
    } else if index > 0 {
      spare.append(contentsOf: bytes[first..<last])
    } else {
      spare.append(contentsOf: bytes[(length - last)..<(length - first)])
    }
    takeSpare(as: .text)
  }

  private func byte(at distance: Int, fromEnd: Bool) -> UInt8 {
    fromEnd ? bytes[bytes.count - 1 - distance] : bytes[distance]
  }

  mutating func writeChunks(
    _ chunks: SampleConverter.Chunks, _ separator: [UInt8], _ size: Int, truncates: Bool
  ) {
    spare.removeAll(keepingCapacity: true)
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + size)
      if truncates, end - start < size { break }
      if start > 0 { spare.append(contentsOf: separator) }
      if chunks == .hexadecimal {
        for byte in bytes[start..<end] { spare.append(hexadecimal: UInt64(byte), digits: 2) }
      } else {
        var value: UInt64 = 0
        for offset in 0..<(end - start) {
          let index = chunks == .bigDecimal ? start + offset : end - 1 - offset
          value = value << 8 | UInt64(bytes[index])
        }
        spare.append(decimal: value)
      }
      start = end
    }
    takeSpare(as: .text)
  }

  /// The date of HTTP headers (RFC 9110, 5.6.7). HAProxy writes what is below a second as a plain
  /// number after a point, without zeros before it.
  mutating func writeHTTPDate(offset: Int64, unit: SampleTimeUnit) {
    let value = integer.saturatingAdded(offset)
    let format = "%a, %d %b %Y %T" + (unit == .seconds ? " GMT" : ".")
    writeTime(Array(format.utf8), offset: offset, unit: unit, isLocal: false)
    guard type != nil, unit != .seconds else { return }
    let rest = value % unit.perSecond
    bytes.append(decimal: rest < 0 ? rest + unit.perSecond : rest)
    bytes.append(" GMT")
  }

  mutating func writeTime(
    _ format: [UInt8], offset: Int64, unit: SampleTimeUnit, isLocal: Bool
  ) {
    let value = integer.saturatingAdded(offset)
    var seconds = value / unit.perSecond
    var rest = value % unit.perSecond
    if rest < 0 {
      rest += unit.perSecond
      seconds -= 1
    }
    // Beyond these years (one billion) calendars have no meaning and tm no room.
    guard seconds.magnitude < 30_000_000_000_000_000 else { return setNone() }
    spare.removeAll(keepingCapacity: true)
    var writer = TimeFormatter(
      seconds: seconds, nanoseconds: rest * (1_000_000_000 / unit.perSecond), isLocal: isLocal)
    writer.write(format, to: &spare)
    takeSpare(as: .text)
  }
}
