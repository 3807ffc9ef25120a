package import Memory

/// What stands before the text of a line for one logger, and how long the line may be.
package struct LineHeader: Sendable, Hashable {
  /// The format of the `log` line.
  package var format: HeaderFormat
  /// The facility.
  package var facility: Facility
  /// More severe messages are lowered to this level.
  package var minimumLevel: Severity
  /// The longest line in bytes, header and final newline included.
  package var length: Int
  /// `log-send-hostname`: the host's name, resolved; nil where none is sent.
  package var hostname: String?
  /// The tag.
  package var tag: String

  /// Makes a header.
  package init(
    format: HeaderFormat, facility: Facility, minimumLevel: Severity = .emergency,
    length: Int = 1024, hostname: String? = nil, tag: String
  ) {
    self.format = format
    self.facility = facility
    self.minimumLevel = minimumLevel
    self.length = length
    self.hostname = hostname
    self.tag = tag
  }

  /// The level that a message of a severity is sent with.
  package func level(of severity: Severity) -> Severity { max(severity, minimumLevel) }

  /// Appends a whole line: header, text, newline.
  ///
  /// A line that is too long loses its structured data first, which would be worth nothing in
  /// part, and then the end of its text, between two characters of UTF-8. Gives whether it was.
  @discardableResult
  package func append(
    text: [UInt8], structuredData: [UInt8] = [], severity: Severity, nanoseconds: UInt64,
    context: inout RenderContext, into buffer: inout [UInt8]
  ) -> Bool {
    let start = buffer.count
    let dropsData = appendBeginning(
      structuredData.span, severity, nanoseconds, nil, &context, &buffer)
    return finish(text.span, from: start, &buffer) || dropsData
  }

  /// Whether the beginning of a line changes with the second and the level alone.
  var isSteady: Bool {
    switch format {
    case .local, .rfc3164, .priority, .short, .raw: true
    case .rfc5424, .timed, .iso: false
    }
  }

  /// Appends what stands before the text; whether structured data were left out.
  func appendBeginning(
    _ structuredData: Span<UInt8>, _ severity: Severity, _ nanoseconds: UInt64,
    _ messageName: String?, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    var dropsData = false
    let limit = buffer.count + max(1, length) - 1
    let level = level(of: severity)
    let second = Int64(nanoseconds / 1_000_000_000)
    appendPriority(level, &buffer)
    switch format {
    case .local:
      context.dates.append(.header, second, to: &buffer)
      buffer.append(UInt8(ascii: " "))
      if let hostname {
        buffer.append(hostname)
        buffer.append(UInt8(ascii: " "))
      }
      appendTag(context, &buffer)
    case .rfc3164:
      context.dates.append(.header, second, to: &buffer)
      buffer.append(UInt8(ascii: " "))
      buffer.append(hostname ?? "localhost")
      buffer.append(UInt8(ascii: " "))
      appendTag(context, &buffer)
    case .rfc5424:
      buffer.append("1 ")
      appendDate(nanoseconds, &context, &buffer)
      buffer.append(UInt8(ascii: " "))
      Self.append(field: hostname ?? "", limit: 255, &buffer)
      buffer.append(UInt8(ascii: " "))
      Self.append(field: tag, limit: 48, &buffer)
      buffer.append(UInt8(ascii: " "))
      buffer.append(decimal: Int64(context.processIdentifier))
      buffer.append(UInt8(ascii: " "))
      Self.append(field: messageName ?? "", limit: 32, &buffer)
      buffer.append(UInt8(ascii: " "))
      if structuredData.isEmpty || buffer.count + structuredData.count + 1 > limit {
        dropsData = !structuredData.isEmpty
        buffer.append(UInt8(ascii: "-"))
      } else {
        buffer.append(structuredData)
      }
      buffer.append(UInt8(ascii: " "))
    case .timed, .iso:
      appendDate(nanoseconds, &context, &buffer)
      buffer.append(UInt8(ascii: " "))
    case .priority, .short, .raw: break
    }
    return dropsData
  }

  /// How many bytes structured data and text have room for beside the rest of a line; `buffer` is
  /// used to find out.
  package func room(
    severity: Severity, nanoseconds: UInt64, context: inout RenderContext,
    into buffer: inout ByteWriter
  ) -> Int {
    buffer.removeAll()
    let none: [UInt8] = []
    // The longest name of a message stands for each.
    _ = appendBeginning(
      none.span, severity, nanoseconds, "configuration.reloaded", &context, &buffer)
    // The data stand in the place of the `-`.
    return max(0, max(1, length) - 1 - buffer.count + 1)
  }

  /// A field of RFC 5424's header: so many characters of printable ASCII at most, others as `_`; `-`
  /// where there is nothing.
  private static func append(
    field text: String, limit: Int, _ buffer: inout some TextOutput & ~Copyable
  ) {
    if text.isEmpty { return buffer.append(UInt8(ascii: "-")) }
    let bytes = text.utf8Span.span
    for index in 0..<min(limit, bytes.count) {
      let byte = bytes[index]
      buffer.append(byte > 32 && byte < 127 ? byte : UInt8(ascii: "_"))
    }
  }

  /// Appends the text and the newline of a line that began at `start`; whether it was cut.
  @inline(__always)
  func finish(
    _ text: Span<UInt8>, from start: Int, _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    let limit = start + max(1, length) - 1
    buffer.append(text)
    let isTooLong = buffer.count > limit
    if isTooLong { Self.cut(&buffer, at: limit, from: start) }
    buffer.append(UInt8(ascii: "\n"))
    return isTooLong
  }

  private func appendPriority(
    _ level: Severity, _ buffer: inout some TextOutput & ~Copyable
  ) {
    let priority: UInt8
    switch format {
    case .local, .rfc3164, .rfc5424, .priority: priority = facility.rawValue << 3 | level.rawValue
    case .short, .timed: priority = level.rawValue
    case .iso, .raw: return
    }
    buffer.append(UInt8(ascii: "<"))
    buffer.append(decimal: UInt64(priority))
    buffer.append(UInt8(ascii: ">"))
  }

  private func appendTag(
    _ context: RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) {
    buffer.append(tag)
    buffer.append(UInt8(ascii: "["))
    buffer.append(decimal: Int64(context.processIdentifier))
    buffer.append("]: ")
  }

  /// `2026-11-23T11:28:59.050710+00:00`.
  private func appendDate(
    _ nanoseconds: UInt64, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    let second = Int64(nanoseconds / 1_000_000_000)
    context.dates.append(.iso, second, to: &buffer)
    buffer.append(UInt8(ascii: "."))
    buffer.append(decimal: Int(nanoseconds / 1000 % 1_000_000), digits: 6)
    context.dates.append(.isoOffset, second, to: &buffer)
  }

  /// Cuts a line at a limit, and back to the beginning of a character that the limit falls into.
  private static func cut(
    _ buffer: inout some TextOutput & ~Copyable, at limit: Int, from start: Int
  ) {
    var end = limit
    while end > start, limit - end < 3, buffer[end] & 0xC0 == 0x80 { end -= 1 }
    if buffer[end] & 0xC0 == 0x80 { end = limit }
    buffer.removeLast(buffer.count - end)
  }
}
