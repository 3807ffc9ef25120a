/// What converters between encodings do.
extension SampleRegister {
  private static let base64Digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

  /// base64 with padding, or base64url without (RFC 4648, 4 and 5).
  mutating func encodeBase64(isURL: Bool) {
    spare.removeAll(keepingCapacity: true)
    var start = 0
    while start < bytes.count {
      let count = min(3, bytes.count - start)
      var group: UInt32 = 0
      for offset in 0..<3 {
        group = group << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0)
      }
      for digit in 0...count {
        spare.append(Self.base64Digit(UInt8(group >> UInt32(18 - 6 * digit) & 63), isURL: isURL))
      }
      if !isURL { for _ in count..<3 { spare.append(UInt8(ascii: "=")) } }
      start += count
    }
    takeSpare(as: .text)
  }

  private static func base64Digit(_ value: UInt8, isURL: Bool) -> UInt8 {
    switch value {
    case 62: UInt8(ascii: isURL ? "-" : "+")
    case 63: UInt8(ascii: isURL ? "_" : "/")
    default: base64Digits[Int(value)]
    }
  }

  /// The bytes that base64 text stands for; none where it is not well formed.
  mutating func decodeBase64(isURL: Bool) {
    var count = bytes.count
    if !isURL, count % 4 != 0 { return setNone() }
    while count > 0, bytes.count - count < 2, bytes[count - 1] == UInt8(ascii: "=") { count -= 1 }
    guard count % 4 != 1 else { return setNone() }
    spare.removeAll(keepingCapacity: true)
    var group: UInt32 = 0
    var bits = 0
    for byte in bytes[..<count] {
      guard let value = Self.base64Value(byte, isURL: isURL) else { return setNone() }
      group = group << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        spare.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
      }
    }
    takeSpare(as: .binary)
  }

  private static func base64Value(_ byte: UInt8, isURL: Bool) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: isURL ? "-" : "+"): 62
    case UInt8(ascii: isURL ? "_" : "/"): 63
    default: nil
    }
  }

  /// Percent-encodes all but letters, digits and `-._~` (RFC 3986, 2.3).
  mutating func encodeURL() {
    spare.removeAll(keepingCapacity: true)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        spare.append(byte)
      default:
        spare.append(UInt8(ascii: "%"))
        spare.append(hexadecimal: UInt64(byte), digits: 2)
      }
    }
    takeSpare(as: .text)
  }

  /// Undoes percent-encoding; `+` is a space in a form, or after a question mark.
  mutating func decodeURL(inForm: Bool) {
    spare.removeAll(keepingCapacity: true)
    var isQuery = inForm
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "%"):
        guard index + 1 < bytes.count, let high = Self.hexadecimalDigit(bytes[index]),
          let low = Self.hexadecimalDigit(bytes[index + 1])
        else { return setNone() }
        spare.append(high << 4 | low)
        index += 2
      case UInt8(ascii: "+") where isQuery: spare.append(UInt8(ascii: " "))
      default:
        if byte == UInt8(ascii: "?") { isQuery = true }
        spare.append(byte)
      }
    }
    takeSpare(as: .text)
  }

  /// Makes ASCII text fit for a JSON string; none where the input's encoding is broken and the
  /// way of reading it forbids that.
  mutating func escapeJSON(_ input: SampleConverter.JSONInput) {
    spare.removeAll(keepingCapacity: true)
    var index = 0
    while index < bytes.count {
      if input == .ascii || bytes[index] < 0x80 {
        appendJSON(UInt32(bytes[index]))
        index += 1
        continue
      }
      let (scalar, length, isOverlong) = Self.decodeUTF8(bytes[index...])
      index += length
      let isPermissive = input == .utf8p || input == .utf8ps
      let isGood = scalar.map { $0 <= 0xFFFF } ?? false
      if let scalar, isGood, !isOverlong || isPermissive {
        appendJSON(scalar)
      } else if input == .utf8 || input == .utf8p {
        return setNone()
      }
    }
    takeSpare(as: .text)
  }

  private mutating func appendJSON(_ scalar: UInt32) {
    switch scalar {
    case 0x22, 0x5C, 0x2F:
      spare.append(UInt8(ascii: "\\"))
      spare.append(UInt8(scalar))
    case 8: spare.append("\\b")
    case 9: spare.append("\\t")
    case 10: spare.append("\\n")
    case 12: spare.append("\\f")
    case 13: spare.append("\\r")
    case 0x20..<0x7F: spare.append(UInt8(scalar))
    default:
      spare.append("\\u")
      for shift in [12, 8, 4, 0] as [UInt32] {
        let digit = UInt8(truncatingIfNeeded: scalar >> shift) & 15
        spare.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
  }

  /// The scalar that a sequence begins with (nil where it is broken), its length, at least 1, and
  /// whether it is longer than it has to be.
  private static func decodeUTF8(
    _ bytes: ArraySlice<UInt8>
  ) -> (scalar: UInt32?, length: Int, isOverlong: Bool) {
    guard let first = bytes.first else { return (nil, 1, false) }
    let length: Int
    var scalar: UInt32
    switch first {
    case 0xC0..<0xE0: (length, scalar) = (2, UInt32(first & 0x1F))
    case 0xE0..<0xF0: (length, scalar) = (3, UInt32(first & 0x0F))
    case 0xF0..<0xF8: (length, scalar) = (4, UInt32(first & 0x07))
    default: return (nil, 1, false)
    }
    guard bytes.count >= length else { return (nil, 1, false) }
    for byte in bytes.dropFirst().prefix(length - 1) {
      guard byte & 0xC0 == 0x80 else { return (nil, 1, false) }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
    }
    let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x1_0000
    if (0xD800..<0xE000).contains(scalar) || scalar > 0x10_FFFF { return (nil, length, false) }
    return (scalar, length, scalar < least)
  }
}
