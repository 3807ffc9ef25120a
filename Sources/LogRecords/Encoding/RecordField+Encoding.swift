internal import Kernel
internal import Memory

/// A record's fields as members of a structured line. What is unknown is not written.
extension RecordField {
  /// Appends the value; false, and nothing, where it is unknown.
  @inline(__always)
  func append(
    _ record: borrowing ConnectionRecord, _ style: FieldStyle, _ encoding: FormatEncoding,
    _ context: inout RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    switch kind {
    case .address: return Self.append(address(of: record), encoding, &context, &buffer)
    case .text: return appendText(record, style, encoding, &context, &buffer)
    case .time:
      guard let time = time(of: record) else { return false }
      return Self.append(time: time, style, encoding, &context, &buffer)
    case .duration:
      guard let duration = duration(of: record, style) else { return false }
      encoding.append(signed: duration, asText: style == .string, &buffer)
    case .truth:
      guard self == .redispatched else { return false }
      encoding.append(truth: record.isRedispatched, &buffer)
    case .list: encoding.append(list: Self.types(of: record.event), &buffer)
    case .share:
      guard context.logger.isSampled else { return false }
      encoding.append(share: context.logger, &buffer)
    case .integer:
      guard let number = number(of: record, context) else { return false }
      encoding.append(number: number, asText: style == .string, &buffer)
    }
    return true
  }

  /// Appends an address; nothing where there is none.
  @inline(__always)
  static func append(
    _ endpoint: Endpoint, _ encoding: FormatEncoding, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    switch endpoint.family {
    case .none: return false
    case .unix: encoding.append(word: "unix", &buffer)
    case .ipv4, .ipv6:
      if case .cbor = encoding {
        context.scratch.removeAll(keepingCapacity: true)
        context.scratch.write(address: endpoint)
        encoding.append(word: context.scratch.span, &buffer)
      } else {
        encoding.beginWord(&buffer)
        buffer.write(address: endpoint)
        encoding.endWord(&buffer)
      }
    }
    return true
  }

  /// Appends a time of so many nanoseconds since 1970.
  static func append(
    time: UInt64, _ style: FieldStyle, _ encoding: FormatEncoding, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    switch style {
    case .seconds: encoding.append(number: time / 1_000_000_000, &buffer)
    case .milliseconds: encoding.append(number: time / 1_000_000, &buffer)
    case .microseconds: encoding.append(number: time / 1000, &buffer)
    case .nanoseconds: encoding.append(number: time, &buffer)
    case .plain, .string, .rfc3339, .qualified:
      if case .cbor = encoding { CBOR.appendHead(.text, 30, &buffer) }
      encoding.beginWord(&buffer)
      context.dates.append(.isoUniversal, Int64(time / 1_000_000_000), to: &buffer)
      buffer.append(UInt8(ascii: "."))
      let fraction = Int(time % 1_000_000_000)
      buffer.append(thousandths: fraction / 1_000_000)
      buffer.append(thousandths: fraction / 1000 % 1000)
      buffer.append(thousandths: fraction % 1000)
      buffer.append(UInt8(ascii: "Z"))
      encoding.endWord(&buffer)
    }
    return true
  }

  /// ECS's types of an event.
  static func types(of event: ConnectionRecord.Event) -> [String] {
    switch event {
    case .start: ["connection", "start"]
    case .interim: ["connection", "info"]
    case .end: ["connection", "end"]
    case .error: ["connection", "denied"]
    }
  }

  private func address(of record: borrowing ConnectionRecord) -> Endpoint {
    switch self {
    case .clientAddress: record.client
    case .peerAddress: record.peer == record.client ? .none : record.peer
    case .frontendAddress: record.frontendAddress
    case .sourceAddress: record.sourceAddress
    default: record.serverAddress
    }
  }

  private func time(of record: borrowing ConnectionRecord) -> UInt64? {
    switch self {
    case .acceptedAt: return record.acceptedNanoseconds
    case .emittedAt: return record.emittedNanoseconds
    default:
      guard record.event == .end else { return nil }
      let total = UInt64(max(0, record.totalMicroseconds)).multipliedReportingOverflow(by: 1000)
      let (time, overflow) = record.acceptedNanoseconds.addingReportingOverflow(total.partialValue)
      return overflow || total.overflow ? nil : time
    }
  }

  /// A duration in the unit of the style; nil where it never came about.
  private func duration(of record: borrowing ConnectionRecord, _ style: FieldStyle) -> Int64? {
    if style == .milliseconds { return milliseconds(of: record) }
    let microseconds: Int64?
    switch self {
    case .handshakeTime: microseconds = record.handshakeMicroseconds
    case .queueTime: microseconds = record.queueMicroseconds
    case .connectTime: microseconds = record.connectMicroseconds
    case .dataTime: microseconds = record.dataMicroseconds
    default: microseconds = record.totalMicroseconds
    }
    guard let microseconds else { return nil }
    switch style {
    case .seconds: return microseconds / 1_000_000
    case .nanoseconds: return microseconds.saturatingMultiplied(by: 1000)
    default: return microseconds
    }
  }

  /// In milliseconds durations are those of HAProxy's aliases, which add up.
  private func milliseconds(of record: borrowing ConnectionRecord) -> Int64? {
    let times = record.milliseconds
    switch self {
    case .handshakeTime: return times.handshake
    case .queueTime: return times.queue
    case .connectTime: return times.connect
    case .dataTime: return times.data
    default: return times.total
    }
  }

  private func port(_ endpoint: Endpoint) -> UInt64? {
    endpoint.family == .ipv4 || endpoint.family == .ipv6 ? UInt64(endpoint.port) : nil
  }

  private func number(of record: borrowing ConnectionRecord, _ context: RenderContext) -> UInt64? {
    switch self {
    case .sequence: record.sequence > 0 ? record.sequence : nil
    case .connection: record.connection > 0 ? record.connection : nil
    case .clientPort: port(record.client)
    case .peerPort: record.peer == record.client ? nil : port(record.peer)
    case .frontendPort: port(record.frontendAddress)
    case .sourcePort: port(record.sourceAddress)
    case .serverPort: port(record.serverAddress)
    case .bytesIn: record.bytesFromClient
    case .bytesOut: record.bytesFromServer
    case .networkBytes: record.bytesFromClient &+ record.bytesFromServer
    case .processConnections: UInt64(record.processConnections)
    case .frontendConnections: UInt64(record.frontendConnections)
    case .backendConnections: UInt64(record.backendConnections)
    case .serverConnections: UInt64(record.serverConnections)
    case .retries: UInt64(record.retries)
    case .serverQueue: UInt64(record.serverQueue)
    case .backendQueue: UInt64(record.backendQueue)
    case .logCounter: UInt64(record.logCounter)
    case .requestCounter: UInt64(record.requestCounter)
    default: number(of: record.severity, context)
    }
  }

  /// Numbers that a record and an event have alike.
  func number(of severity: Severity, _ context: RenderContext) -> UInt64? {
    switch self {
    case .processIdentifier: UInt64(max(0, context.processIdentifier))
    case .facility: UInt64(context.logger.facility.rawValue)
    case .severity: UInt64(context.logger.level(of: severity).rawValue)
    case .severityNumber: context.logger.level(of: severity).openTelemetryNumber
    default: nil
    }
  }

  @inline(__always)
  private func appendText(
    _ record: borrowing ConnectionRecord, _ style: FieldStyle, _ encoding: FormatEncoding,
    _ context: inout RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    let place: Range<Int>?
    let event = record.event
    switch self {
    case .frontend: place = context.texts.frontend(record.frontend)
    case .backend: place = context.texts.backend(record.backend)
    case .server: place = context.texts.server(record.server)
    case .bind: place = context.texts.listener(record.listener)
    case .reason: place = event == .end ? context.texts.reason(record) : nil
    case .errorType:
      let isError = record.cause.isError
      place = event == .end && isError ? context.texts.reason(record) : nil
    case .sentence where event == .end: place = context.texts.sentence(record)
    default: return appendWords(record, style, encoding, &context, &buffer)
    }
    guard let place, !place.isEmpty else { return false }
    encoding.append(text: context.texts.bytes.span.extracting(place), &buffer)
    return true
  }

  private func appendWords(
    _ record: borrowing ConnectionRecord, _ style: FieldStyle, _ encoding: FormatEncoding,
    _ context: inout RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    switch self {
    case .event:
      let name = style == .qualified ? record.event.qualifiedName : record.event.name
      encoding.append(word: name, &buffer)
    case .termination:
      guard record.event == .end else { return false }
      let letters: InlineArray<2, UInt8> = [record.cause.letter, record.phase.letter]
      encoding.append(word: letters.span, &buffer)
    case .errno:
      guard let name = record.endingErrno?.name else { return false }
      encoding.append(word: name, &buffer)
    case .side:
      guard let side = record.endingSide else { return false }
      encoding.append(word: side, &buffer)
    case .outcome:
      guard record.event.isLast else { return false }
      let (event, isError) = (record.event, record.cause.isError)
      let isSuccess = event == .end && !isError
      encoding.append(word: isSuccess ? "success" : "failure", &buffer)
    case .uniqueIdentifier:
      guard context.uniqueIdentifier != nil, !context.uniqueText.isEmpty else { return false }
      let text = context.uniqueText
      encoding.append(text: text.span, &buffer)
    case .sentence:
      let code = ConnectionErrorCode(rawValue: record.clientErrorCode) ?? .success
      let text = record.event == .error ? code.text : record.event.sentence
      encoding.append(text: text.utf8Span.span, &buffer)
    default: return append(of: record.severity, encoding, &context, &buffer)
    }
    return true
  }

  /// Texts that a record and an event have alike.
  func append(
    of severity: Severity, _ encoding: FormatEncoding, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    switch self {
    case .bootIdentifier:
      guard !context.bootIdentifier.isEmpty else { return false }
      encoding.append(word: context.bootIdentifier, &buffer)
    case .hostname:
      guard !context.hostname.isEmpty else { return false }
      let name = context.hostname
      encoding.append(text: name.utf8Span.span, &buffer)
    case .level: encoding.append(word: context.logger.level(of: severity).word, &buffer)
    case .severityText:
      encoding.append(word: context.logger.level(of: severity).openTelemetryText, &buffer)
    default: return false
    }
    return true
  }
}

extension TerminationCause {
  /// Whether what ended the connection is an error (`error.type` of OpenTelemetry).
  var isError: Bool { self != .none && self != .local }
}

extension ConnectionRecord.Event {
  /// Whether no other record of the connection follows.
  var isLast: Bool { self == .end || self == .error }

  /// The name with `weir.` before it (`event.name` of OpenTelemetry).
  var qualifiedName: String {
    switch self {
    case .start: "weir.connection.start"
    case .interim: "weir.connection.interim"
    case .end: "weir.connection.end"
    case .error: "weir.connection.error"
    }
  }
}
