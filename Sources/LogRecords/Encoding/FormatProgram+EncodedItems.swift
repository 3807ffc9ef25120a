internal import Kernel
internal import Memory

/// Items of HAProxy's language under an encoding (`%{+json}ci`, `%{+json}o`): the value alone, with
/// its type where it has one. What a `+` before a number tells in text is left out.
extension FormatProgram {
  /// Appends an item that has an encoding of its own within a line of text.
  func appendSingle(
    _ member: FormatMember, _ record: borrowing ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    guard let flags = member.flags else { return }
    guard flags.contains(.cbor) else {
      return append(member, .json(isSpaced: true), record, &context, &buffer)
    }
    var raw = context.encoded
    context.encoded = []
    raw.removeAll(keepingCapacity: true)
    append(member, .cbor(isBinary: true), record, &context, &raw)
    Self.append(cbor: raw.span, isBinary: flags.contains(.binary), &buffer)
    context.encoded = raw
  }

  private func append(
    _ member: FormatMember, _ encoding: FormatEncoding, _ record: borrowing ConnectionRecord,
    _ context: inout RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch member.value {
    case .alias(let alias, let flags, let type):
      _ = Self.append(alias, flags, type, false, encoding, record, &context, &buffer)
    case .expression(let index, let flags, let type):
      _ = Self.append(
        expressions[Int(index)], flags, type, false, encoding, record, &context, &buffer)
    default: encoding.appendNull(&buffer)
    }
  }

  /// Appends the value of an alias in the program's own encoding; false, and nothing, where it may
  /// be left out and is unknown.
  func append(
    _ alias: FormatAlias, _ flags: FormatFlags, _ type: Label.OutputType?, isOptional: Bool,
    _ record: borrowing ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    Self.append(alias, flags, type, isOptional, encoding, record, &context, &buffer)
  }

  /// Appends the value of an expression in the program's own encoding.
  func append(
    _ expression: SampleExpression, _ flags: FormatFlags, _ type: Label.OutputType?,
    isOptional: Bool, _ record: borrowing ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    Self.append(expression, flags, type, isOptional, encoding, record, &context, &buffer)
  }

  private static func append(
    _ alias: FormatAlias, _ flags: FormatFlags, _ type: Label.OutputType?, _ isOptional: Bool,
    _ encoding: FormatEncoding, _ record: borrowing ConnectionRecord,
    _ context: inout RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    let isHexadecimal = flags.contains(.hexadecimal) && alias.hasHexadecimal
    if alias.description.kind == .number, !alias.isLetters, !isHexadecimal {
      guard let number = alias.number(of: record, context) else {
        return appendUnknown(isOptional, encoding, &buffer)
      }
      if isOptional, number < 0 { return false }
      append(number: number, type, encoding, &buffer)
      return true
    }
    if alias.hasPort, isHexadecimal, alias.number(of: record, context) == nil {
      return appendUnknown(isOptional, encoding, &buffer)
    }
    var text = context.scratch
    context.scratch = []
    text.removeAll(keepingCapacity: true)
    render(alias, flags.intersection(.hexadecimal), record, &context, &text)
    defer { context.scratch = text }
    if text.isEmpty { return appendUnknown(isOptional, encoding, &buffer) }
    // HAProxy makes these of pieces, however many they turn out to be.
    let isInPieces = encoding.isCBOR && alias.isInPieces
    if isInPieces { buffer.append(CBOR.openText) }
    encoding.append(text: text.span, &buffer)
    if isInPieces { buffer.append(CBOR.close) }
    return true
  }

  private static func appendUnknown(
    _ isOptional: Bool, _ encoding: FormatEncoding, _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    if isOptional { return false }
    encoding.appendEmpty(&buffer)
    return true
  }

  private static func append(
    number: Int64, _ type: Label.OutputType?, _ encoding: FormatEncoding,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    if type == .bool { return encoding.append(truth: number != 0, &buffer) }
    encoding.append(signed: number, asText: type == .str, &buffer)
  }

  private static func append(
    _ expression: SampleExpression, _ flags: FormatFlags, _ type: Label.OutputType?,
    _ isOptional: Bool, _ encoding: FormatEncoding, _ record: borrowing ConnectionRecord,
    _ context: inout RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) -> Bool {
    expression.evaluate(record, &context)
    guard let found = context.register.type else {
      return appendUnknown(isOptional, encoding, &buffer)
    }
    let wanted: SampleType
    switch (type, found) {
    case (.str, _): wanted = .text
    case (.sint, _): wanted = .integer
    case (.bool, _): wanted = .bool
    case (nil, .integer), (nil, .bool): wanted = found
    case (nil, .binary) where encoding.isCBOR: wanted = .binary
    default: wanted = .text
    }
    if found.converts(to: wanted) {
      context.register.cast(to: wanted)
    } else {
      context.register.setNone()
    }
    switch context.register.type {
    case nil: return appendUnknown(isOptional, encoding, &buffer)
    case .integer: encoding.append(signed: context.register.integer, &buffer)
    case .bool: encoding.append(truth: context.register.integer != 0, &buffer)
    case .binary:
      buffer.append(CBOR.openBytes)
      if !context.register.bytes.isEmpty {
        CBOR.appendHead(.bytes, UInt64(context.register.bytes.count), &buffer)
        buffer.append(context.register.bytes.span)
      }
      buffer.append(CBOR.close)
    case .text, .address:
      if context.register.bytes.isEmpty { return appendUnknown(isOptional, encoding, &buffer) }
      let text = context.register.bytes
      encoding.append(text: text.span, &buffer)
    }
    return true
  }
}

extension FormatMember {
  /// The flags of an item of HAProxy's language.
  var flags: FormatFlags? {
    switch value {
    case .alias(_, let flags, _), .expression(_, let flags, _): flags
    case .field, .constant, .null, .eventValues: nil
    }
  }
}

extension FormatAlias {
  /// Whether it is a port.
  var hasPort: Bool {
    switch self {
    case .clientPort, .frontendPort, .sourcePort, .serverPort: true
    default: false
    }
  }

  /// Whether `%{+X}` does something to it.
  var hasHexadecimal: Bool {
    switch self {
    case .acceptEpoch, .acceptMilliseconds, .processIdentifier, .requestCounter, .logCounter: true
    default: hasPort || description.kind == .address
    }
  }

  /// Whether it is letters, though `%{+Q}` leaves it alone.
  var isLetters: Bool { self == .terminationState || self == .terminationStateCookie }

  /// Whether HAProxy encodes it as text of pieces.
  var isInPieces: Bool {
    switch self {
    case .frontendTransport, .request, .method, .uri, .path, .query, .uriFull, .version: true
    default: false
    }
  }

  /// The number that it stands for; nil where there is none.
  func number(of record: borrowing ConnectionRecord, _ context: RenderContext) -> Int64? {
    func port(_ endpoint: Endpoint) -> Int64? {
      switch endpoint.family {
      case .none: nil
      case .unix: Int64(context.listener(record.listener)?.identifier ?? 0)
      case .ipv4, .ipv6: Int64(endpoint.port)
      }
    }
    switch self {
    case .clientPort: return port(record.client)
    case .frontendPort: return port(record.frontendAddress)
    case .sourcePort: return port(record.sourceAddress)
    case .serverPort: return port(record.serverAddress)
    case .acceptEpoch: return record.acceptedSecond
    case .acceptMilliseconds: return Int64(record.acceptedMillisecond)
    case .processIdentifier: return Int64(context.processIdentifier)
    case .requestCounter: return Int64(record.requestCounter)
    case .logCounter: return Int64(record.logCounter)
    case .bytesFromServer: return Int64(clamping: record.bytesFromServer)
    case .bytesFromClient: return Int64(clamping: record.bytesFromClient)
    case .totalTime, .userTime: return max(0, record.totalMicroseconds) / 1000
    case .handshakeTime: return record.milliseconds.handshake
    case .queueTime: return record.milliseconds.queue ?? -1
    case .connectTime: return record.milliseconds.connect ?? -1
    case .dataTime: return record.milliseconds.data ?? -1
    case .retries: return Int64(record.retries)
    case .processConnections: return Int64(record.processConnections)
    case .frontendConnections: return Int64(record.frontendConnections)
    case .backendConnections: return Int64(record.backendConnections)
    case .serverConnections: return Int64(record.serverConnections)
    case .serverQueue: return Int64(record.serverQueue)
    case .backendQueue: return Int64(record.backendQueue)
    case .status: return 0
    default: return -1
    }
  }
}
