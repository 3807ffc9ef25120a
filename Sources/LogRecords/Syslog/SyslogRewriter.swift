package import Memory
internal import Kernel

/// What becomes of the host of one message.
package enum SyslogHost: BitwiseCopyable, Hashable, Sendable {
  /// It stays as it is.
  case kept
  /// The sender's address stands in its place.
  case source
  /// The sender's address is added behind a comma.
  case appended
}

/// Makes of messages that came in the lines that one logger of a `log-forward` section sends.
///
/// Where a message's own header is the one that is wanted, its bytes are copied as they lie. The
/// bytes of all others are HAProxy's: its `build_log_header` takes a part where the message has it
/// and a stand-in where not.
package struct SyslogRewriter: Sendable {
  /// The header that is wanted; nil keeps the one that each message has.
  package let format: HeaderFormat?
  /// The facility of messages that have none.
  package let facility: Facility
  /// More severe messages are lowered to this level.
  package let minimumLevel: Severity
  /// The longest line in bytes, its newline included.
  package let length: Int
  private var dates = DateCache()
  /// The second that `year` and `month` are of, in local time.
  private var calendarSecond: UInt64?
  private var year = 1970
  private var month = 1

  /// A rewriter of one logger's lines.
  package init(
    format: HeaderFormat?, facility: Facility, minimumLevel: Severity = .emergency,
    length: Int = 1024
  ) {
    self.format = format
    self.facility = facility
    self.minimumLevel = minimumLevel
    self.length = length
  }

  /// The level that a message is sent with.
  package func level(of message: SyslogMessage) -> Severity {
    message.severity.map { max($0, minimumLevel) } ?? minimumLevel
  }

  /// The number of the facility that a message is sent with.
  package func facilityNumber(of message: SyslogMessage) -> UInt32 {
    message.facilityNumber ?? UInt32(facility.rawValue)
  }

  /// The header that a message is sent with: the one that is wanted, else the one that it has.
  package func format(of message: SyslogMessage, host: SyslogHost) -> HeaderFormat {
    if let format { return format }
    if !message.host.isEmpty || (host != .kept && !message.time.isEmpty) {
      return message.time.count == SyslogMessage.legacyTimeLength ? .rfc3164 : .rfc5424
    }
    if !message.tag.isEmpty { return .local }
    return message.priority == nil ? .raw : .priority
  }

  /// Appends the line of a message whose bytes these are, its newline included. `source` is the
  /// sender's address as text. Gives whether something was cut.
  ///
  /// A line that is too long loses its structured data first, which would be worth nothing in part,
  /// and then its end, between two characters of UTF-8.
  package mutating func append(
    _ message: SyslogMessage, _ bytes: Span<UInt8>, host: SyslogHost, source: Span<UInt8>,
    nanoseconds: UInt64, into buffer: inout ByteWriter
  ) -> Bool {
    let start = buffer.count
    let limit = start + max(1, length) - 1
    let format = format(of: message, host: host)
    appendPriority(message, format, &buffer)
    if host == .kept, message.isVerbatim, Self.isOwn(format, of: message),
      buffer.count + message.text.end - message.priorityEnd <= limit
    {
      buffer.append(bytes.extracting(message.priorityEnd..<message.text.end))
      buffer.append(UInt8(ascii: "\n"))
      return false
    }
    appendTime(message, bytes, format, nanoseconds, &buffer)
    var isCut = false
    switch format {
    case .rfc3164, .local:
      if format == .rfc3164 {
        appendHost(message, bytes, host, source, standIn: "localhost", &buffer)
      }
      appendTag(message, bytes, &buffer)
    case .rfc5424:
      appendHost(message, bytes, host, source, standIn: "-", &buffer)
      appendWord(message.tag, bytes, &buffer)
      appendWord(message.processIdentifier, bytes, &buffer)
      appendWord(message.messageIdentifier, bytes, &buffer)
      isCut = buffer.count + message.structuredData.count + 1 > limit
      appendWord(isCut ? .none : message.structuredData, bytes, &buffer)
      isCut = isCut && !message.structuredData.isEmpty
    case .priority, .short, .timed, .iso, .raw: break
    }
    buffer.append(bytes.extracting(message.text.start..<message.text.end))
    if buffer.count > limit {
      isCut = true
      Self.cut(&buffer, at: limit, from: start)
    }
    buffer.append(UInt8(ascii: "\n"))
    return isCut
  }

  /// Cuts a line at a limit, and back to the beginning of a character that the limit falls into.
  private static func cut(_ buffer: inout ByteWriter, at limit: Int, from start: Int) {
    var end = limit
    while end > start, limit - end < 3, buffer[end] & 0xC0 == 0x80 { end -= 1 }
    if buffer[end] & 0xC0 == 0x80 { end = limit }
    buffer.removeLast(buffer.count - end)
  }

  /// Whether this is the header that the message has itself.
  private static func isOwn(_ format: HeaderFormat, of message: SyslogMessage) -> Bool {
    switch format {
    case .rfc3164: message.time.count == SyslogMessage.legacyTimeLength
    case .rfc5424: message.time.count != SyslogMessage.legacyTimeLength
    case .local, .priority, .short, .timed, .iso, .raw: false
    }
  }

  private func appendPriority(
    _ message: SyslogMessage, _ format: HeaderFormat, _ buffer: inout ByteWriter
  ) {
    var number = UInt64(level(of: message).rawValue)
    switch format {
    case .local, .rfc3164, .rfc5424, .priority:
      number += UInt64(facilityNumber(of: message)) << 3
    case .short, .timed: break
    case .iso, .raw: return
    }
    // HAProxy has room for three digits.
    buffer.append(UInt8(ascii: "<"))
    if number >= 1000 {
      buffer.append(decimal: Int(number % 1000), digits: 3)
    } else {
      buffer.append(decimal: number)
    }
    buffer.append(UInt8(ascii: ">"))
  }

  private func appendHost(
    _ message: SyslogMessage, _ bytes: Span<UInt8>, _ host: SyslogHost, _ source: Span<UInt8>,
    standIn: String, _ buffer: inout ByteWriter
  ) {
    let own = bytes.extracting(message.host.start..<message.host.end)
    switch host {
    case .kept:
      if own.isEmpty { buffer.append(standIn) } else { buffer.append(own) }
    case .source: buffer.append(source)
    case .appended:
      buffer.append(own)
      if !own.isEmpty { buffer.append(UInt8(ascii: ",")) }
      buffer.append(source)
    }
    buffer.append(UInt8(ascii: " "))
  }

  private func appendTag(
    _ message: SyslogMessage, _ bytes: Span<UInt8>, _ buffer: inout ByteWriter
  ) {
    guard !message.tag.isEmpty else { return }
    buffer.append(bytes.extracting(message.tag.start..<message.tag.end))
    let process = message.processIdentifier
    if !process.isEmpty {
      buffer.append(UInt8(ascii: "["))
      buffer.append(bytes.extracting(process.start..<process.end))
      buffer.append(UInt8(ascii: "]"))
    }
    buffer.append(UInt8(ascii: ":"))
    buffer.append(UInt8(ascii: " "))
  }

  /// Appends a part, or `-` where the message does not have it, and a space.
  private func appendWord(
    _ part: SyslogMessage.Part, _ bytes: Span<UInt8>, _ buffer: inout ByteWriter
  ) {
    if part.isEmpty {
      buffer.append(UInt8(ascii: "-"))
    } else {
      buffer.append(bytes.extracting(part.start..<part.end))
    }
    buffer.append(UInt8(ascii: " "))
  }
}

extension SyslogRewriter {
  /// Appends the moment and the space behind it, converted where the message has it in the other
  /// style, and now where it has none.
  private mutating func appendTime(
    _ message: SyslogMessage, _ bytes: Span<UInt8>, _ format: HeaderFormat,
    _ nanoseconds: UInt64, _ buffer: inout ByteWriter
  ) {
    let time = bytes.extracting(message.time.start..<message.time.end)
    switch format {
    case .local, .rfc3164:
      if time.count == SyslogMessage.legacyTimeLength {
        buffer.append(time)
      } else if !Self.appendLegacy(ofStandard: time, &buffer) {
        dates.append(.header, Int64(nanoseconds / 1_000_000_000), to: &buffer)
      }
    case .rfc5424, .timed, .iso:
      if format == .rfc5424 {
        buffer.append(UInt8(ascii: "1"))
        buffer.append(UInt8(ascii: " "))
      }
      if time.count >= SyslogMessage.standardTimeLength || (format == .rfc5424 && time.count == 1) {
        buffer.append(time)
      } else if !appendStandard(ofLegacy: time, nanoseconds, &buffer) {
        appendNow(nanoseconds, &buffer)
      }
    case .priority, .short, .raw: return
    }
    buffer.append(UInt8(ascii: " "))
  }

  /// `2026-11-03T10:39:34…` as `Nov  3 10:39:34`; false, and nothing, where the month is none.
  private static func appendLegacy(
    ofStandard time: Span<UInt8>, _ buffer: inout ByteWriter
  ) -> Bool {
    guard time.count >= SyslogMessage.standardTimeLength else { return false }
    let zero = Int(UInt8(ascii: "0"))
    let number = 10 * (Int(time[5]) - zero) + (Int(time[6]) - zero)
    // HAProxy takes month 00 for January.
    guard (0...12).contains(number) else { return false }
    for byte in DateNames.shortMonth(max(number, 1)) { buffer.append(byte) }
    buffer.append(UInt8(ascii: " "))
    buffer.append(time[8] == UInt8(ascii: "0") ? UInt8(ascii: " ") : time[8])
    buffer.append(time[9])
    buffer.append(UInt8(ascii: " "))
    buffer.append(time.extracting(11..<19))
    return true
  }

  /// `Nov  3 10:39:34` as `2026-11-03T10:39:34-00:00`: RFC 5424 has the zone unknown. The year is
  /// this one, or the one before where the month has not come yet.
  private mutating func appendStandard(
    ofLegacy time: Span<UInt8>, _ nanoseconds: UInt64, _ buffer: inout ByteWriter
  ) -> Bool {
    guard time.count == SyslogMessage.legacyTimeLength,
      let number = Month.number(time[0], time[1], time[2])
    else { return false }
    let second = nanoseconds / 1_000_000_000
    if second != calendarSecond {
      let now = CalendarTime(local: Int64(second))
      (calendarSecond, year, month) = (second, now.year, now.month)
    }
    buffer.append(decimal: month < number ? year - 1 : year, digits: 4)
    buffer.append(UInt8(ascii: "-"))
    buffer.append(decimal: number, digits: 2)
    buffer.append(UInt8(ascii: "-"))
    buffer.append(time[4] == UInt8(ascii: " ") ? UInt8(ascii: "0") : time[4])
    buffer.append(time[5])
    buffer.append(UInt8(ascii: "T"))
    buffer.append(time.extracting(7..<15))
    buffer.append("-00:00")
    return true
  }

  private mutating func appendNow(_ nanoseconds: UInt64, _ buffer: inout ByteWriter) {
    let second = Int64(nanoseconds / 1_000_000_000)
    dates.append(.iso, second, to: &buffer)
    buffer.append(UInt8(ascii: "."))
    buffer.append(decimal: Int(nanoseconds / 1000 % 1_000_000), digits: 6)
    dates.append(.isoOffset, second, to: &buffer)
  }
}
