internal import Kernel
internal import Memory

/// How an item's text, number or address becomes bytes of a line under its flags.
extension FormatProgram {
  static func append(
    _ text: String, _ flags: FormatFlags, _ buffer: inout some TextOutput & ~Copyable
  ) {
    append(text.utf8Span.span, flags, &buffer)
  }

  static func append(
    _ text: Span<UInt8>, _ flags: FormatFlags, _ buffer: inout some TextOutput & ~Copyable
  ) {
    if text.isEmpty { return appendNothing(flags, &buffer) }
    if flags.contains(.quoted) { buffer.append(UInt8(ascii: "\"")) }
    if flags.contains(.escaped) {
      for index in text.indices { appendEscaped(text[index], &buffer) }
    } else {
      buffer.append(text)
    }
    if flags.contains(.quoted) { buffer.append(UInt8(ascii: "\"")) }
  }

  /// Text that does not come from the file alone: whatever would end a line or hide in it is
  /// written as `#XX`.
  static func appendText(
    _ text: Span<UInt8>, _ flags: FormatFlags, _ buffer: inout some TextOutput & ~Copyable
  ) {
    if text.isEmpty { return appendNothing(flags, &buffer) }
    if flags.contains(.quoted) { buffer.append(UInt8(ascii: "\"")) }
    for index in text.indices {
      let byte = text[index]
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

  private static func appendEscaped(
    _ byte: UInt8, _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "]"):
      buffer.append(UInt8(ascii: "\\"))
    default: break
    }
    buffer.append(byte)
  }

  static func appendNothing(
    _ flags: FormatFlags, _ buffer: inout some TextOutput & ~Copyable
  ) {
    if flags.contains(.quoted) {
      buffer.append("\"\"")
    } else if flags.contains(.mandatory) {
      buffer.append(UInt8(ascii: "-"))
    }
  }

  static func append(
    _ endpoint: Endpoint, _ flags: FormatFlags, _ buffer: inout some TextOutput & ~Copyable
  ) {
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
    default: buffer.write(address: endpoint)
    }
    if isQuoted { buffer.append(UInt8(ascii: "\"")) }
  }

  /// A port; for a UNIX socket the listener's number stands in its place.
  static func appendPort(
    _ endpoint: Endpoint, _ flags: FormatFlags, listener: UInt32,
    _ context: borrowing RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch endpoint.family {
    case .none: buffer.append(UInt8(ascii: "-"))
    case .unix:
      let number = context.listener(listener)?.identifier ?? 0
      appendNumber(UInt64(max(0, number)), flags, digits: 4, &buffer)
    case .ipv4, .ipv6: appendNumber(UInt64(endpoint.port), flags, digits: 4, &buffer)
    }
  }

  static func appendNumber(
    _ value: UInt64, _ flags: FormatFlags, digits: Int, _ buffer: inout some TextOutput & ~Copyable
  ) {
    if flags.contains(.hexadecimal) {
      buffer.append(hexadecimal: value, digits: digits)
    } else {
      buffer.append(decimal: value)
    }
  }

  /// A number that goes on growing: a line made before the end says so by a `+`.
  static func appendGrowing(
    _ value: UInt64, isPartial: Bool, _ buffer: inout some TextOutput & ~Copyable
  ) {
    if isPartial { buffer.append(UInt8(ascii: "+")) }
    buffer.append(decimal: value)
  }
}
