internal import Kernel

/// How an item's text, number or address becomes bytes of a line under its flags.
extension FormatProgram {
  static func append(_ text: String, _ flags: FormatFlags, _ buffer: inout [UInt8]) {
    if text.isEmpty { return appendNothing(flags, &buffer) }
    if flags.contains(.quoted) { buffer.append(UInt8(ascii: "\"")) }
    if flags.contains(.escaped) {
      for byte in text.utf8 { appendEscaped(byte, &buffer) }
    } else {
      buffer.append(text)
    }
    if flags.contains(.quoted) { buffer.append(UInt8(ascii: "\"")) }
  }

  /// Text that does not come from the file alone: whatever would end a line or hide in it is
  /// written as `#XX`.
  static func appendText(
    _ text: ArraySlice<UInt8>, _ flags: FormatFlags, _ buffer: inout [UInt8]
  ) {
    if text.isEmpty { return appendNothing(flags, &buffer) }
    if flags.contains(.quoted) { buffer.append(UInt8(ascii: "\"")) }
    for byte in text {
      if byte < 32 || byte == 127 {
        buffer.append(UInt8(ascii: "#"))
        buffer.append(hexadecimal: UInt64(byte), digits: 2)
      } else if flags.contains(.escaped) {
        appendEscaped(byte, &buffer)
      } else {
        buffer.append(byte)
      }
    }
    if flags.contains(.quoted) { buffer.append(UInt8(ascii: "\"")) }
  }

  private static func appendEscaped(_ byte: UInt8, _ buffer: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "]"):
      buffer.append(UInt8(ascii: "\\"))
    default: break
    }
    buffer.append(byte)
  }

  static func appendNothing(_ flags: FormatFlags, _ buffer: inout [UInt8]) {
    if flags.contains(.quoted) {
      buffer.append("\"\"")
    } else if flags.contains(.mandatory) {
      buffer.append(UInt8(ascii: "-"))
    }
  }

  static func append(_ endpoint: Endpoint, _ flags: FormatFlags, _ buffer: inout [UInt8]) {
    if endpoint.family == .none { return appendNothing(flags, &buffer) }
    let isHexadecimal = flags.contains(.hexadecimal) && endpoint.family != .unix
    let isQuoted = flags.contains(.quoted) && !isHexadecimal
    if isQuoted { buffer.append(UInt8(ascii: "\"")) }
    switch endpoint.family {
    case .ipv4 where isHexadecimal: buffer.append(hexadecimal: endpoint.low, digits: 8)
    case .ipv6 where isHexadecimal:
      buffer.append(hexadecimal: endpoint.high, digits: 16)
      buffer.append(hexadecimal: endpoint.low, digits: 16)
    case .unix: buffer.append("unix")
    default: buffer.append(address: endpoint)
    }
    if isQuoted { buffer.append(UInt8(ascii: "\"")) }
  }

  /// A port; for a UNIX socket the listener's number stands in its place.
  static func appendPort(
    _ endpoint: Endpoint, _ flags: FormatFlags, _ record: ConnectionRecord,
    _ context: inout RenderContext, _ buffer: inout [UInt8]
  ) {
    switch endpoint.family {
    case .none: buffer.append(UInt8(ascii: "-"))
    case .unix:
      let number = context.listener(of: record)?.identifier ?? 0
      appendNumber(UInt64(max(0, number)), flags, digits: 4, &buffer)
    case .ipv4, .ipv6: appendNumber(UInt64(endpoint.port), flags, digits: 4, &buffer)
    }
  }

  static func appendNumber(
    _ value: UInt64, _ flags: FormatFlags, digits: Int, _ buffer: inout [UInt8]
  ) {
    if flags.contains(.hexadecimal) {
      buffer.append(hexadecimal: value, digits: digits)
    } else {
      buffer.append(decimal: value)
    }
  }

  /// A number that goes on growing: a line made before the end says so by a `+`.
  static func appendGrowing(
    _ value: UInt64, _ record: ConnectionRecord, _ buffer: inout [UInt8]
  ) {
    if record.isPartial { buffer.append(UInt8(ascii: "+")) }
    buffer.append(decimal: value)
  }
}
