internal import Kernel
internal import Memory

extension SampleExpression {
  /// Appends the value of the expression for a record.
  func render(
    _ flags: FormatFlags, _ record: ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    evaluate(record, &context)
    guard context.register.type != nil else {
      return FormatProgram.appendNothing(flags, &buffer)
    }
    context.register.cast(to: .text)
    FormatProgram.appendText(context.register.bytes.span, flags, &buffer)
  }

  /// Leaves the value of the expression for a record in the register.
  func evaluate(_ record: ConnectionRecord, _ context: inout RenderContext) {
    fetch(record, &context)
    for converter in converters {
      guard context.register.type != nil else { return }
      context.register.cast(to: converter.input)
      guard context.register.type != nil else { return }
      converter.apply(to: &context.register)
    }
  }

  private func fetch(_ record: ConnectionRecord, _ context: inout RenderContext) {
    switch fetch {
    case .constant(let constant): context.register.set(constant)
    case .date(let offset, let unit):
      let now = Self.time(record.emittedNanoseconds, unit)
      context.register.set(now.saturatingAdded(offset))
    case .acceptDate(let unit):
      context.register.set(Self.time(record.acceptedNanoseconds, unit))
    case .random(let bound): context.register.set(Int64(UInt64.random(in: 0..<max(1, bound))))
    case .count(let count):
      let proxy = context.frontend(of: record)?.name ?? ""
      Self.set(context.counts?(count.within(proxy)), &context)
    case .record(let sample): Self.fetch(sample, record, &context)
    case .field(let field): Self.fetch(field, record, &context)
    }
  }

  /// A field of the record as text, or as a number where it is one.
  private static func fetch(
    _ field: RecordField, _ record: ConnectionRecord, _ context: inout RenderContext
  ) {
    var text = context.register.bytes
    context.register.bytes = []
    text.removeAll(keepingCapacity: true)
    let isThere = field.append(record, .plain, .text, &context, &text)
    context.register.bytes = text
    guard isThere else { return context.register.setNone() }
    context.register.type = .text
    switch field.kind {
    case .integer, .duration: context.register.cast(to: .integer)
    case .truth: context.register.set(text.first == UInt8(ascii: "t"))
    default: break
    }
  }

  private static func time(_ nanoseconds: UInt64, _ unit: SampleTimeUnit) -> Int64 {
    Int64(nanoseconds / UInt64(1_000_000_000 / unit.perSecond))
  }

  private static func fetch(
    _ sample: RecordSample, _ record: ConnectionRecord, _ context: inout RenderContext
  ) {
    switch sample {
    case .clientAddress: context.register.set(record.client)
    case .clientPort: setPort(record.client, &context)
    case .frontendAddress: context.register.set(record.frontendAddress)
    case .frontendPort: setPort(record.frontendAddress, &context)
    case .sourceAddress: context.register.set(record.sourceAddress)
    case .sourcePort: setPort(record.sourceAddress, &context)
    case .serverAddress: context.register.set(record.serverAddress)
    case .serverPort: setPort(record.serverAddress, &context)
    case .frontendName: set(context.frontend(of: record)?.name, &context)
    case .frontendIdentifier: set(context.frontend(of: record)?.identifier, &context)
    // Where no backend was chosen the connection is still its frontend's own.
    case .backendName:
      set(context.backend(of: record)?.name ?? context.frontend(of: record)?.name, &context)
    case .backendIdentifier:
      let frontend = context.frontend(of: record)?.identifier
      set(context.backend(of: record)?.identifier ?? frontend, &context)
    case .serverName: set(context.server(of: record)?.name, &context)
    case .serverIdentifier: set(context.server(of: record)?.identifier, &context)
    case .listenerName: set(context.listener(record.listener)?.name, &context)
    case .listenerIdentifier: set(context.listener(record.listener)?.identifier, &context)
    case .clientErrorCode: set(Int(record.clientErrorCode), &context)
    case .clientErrorName: set(error(record.clientErrorCode)?.name, &context)
    case .clientErrorText: set(error(record.clientErrorCode)?.text, &context)
    case .serverErrorCode:
      set(record.hasServerConnection ? Int(record.serverErrorCode) : nil, &context)
    case .serverErrorName:
      set(record.hasServerConnection ? error(record.serverErrorCode)?.name : nil, &context)
    case .serverErrorText:
      set(record.hasServerConnection ? error(record.serverErrorCode)?.text : nil, &context)
    case .uniqueIdentifier:
      let text = context.uniqueText
      context.register.set(.text(text))
      if text.isEmpty { context.register.setNone() }
    case .randomIdentifier: setRandomIdentifier(&context)
    case .hostname: set(context.hostname, &context)
    case .stopping: context.register.set(context.isStopping)
    case .redispatched: context.register.set(record.isRedispatched)
    case .terminationState:
      set(String(decoding: [record.cause.letter, record.phase.letter], as: UTF8.self), &context)
    default: context.register.set(number(sample, record, context))
    }
  }

  /// Samples that are always there and always numbers.
  private static func number(
    _ sample: RecordSample, _ record: ConnectionRecord, _ context: RenderContext
  ) -> Int64 {
    switch sample {
    case .bytesFromClient: Int64(clamping: record.bytesFromClient)
    case .bytesFromServer: Int64(clamping: record.bytesFromServer)
    case .frontendConnections: Int64(record.frontendConnections)
    case .backendConnections: Int64(record.backendConnections)
    case .processConnections: Int64(record.processConnections)
    case .processIdentifier: Int64(context.processIdentifier)
    case .processNumber: 1
    case .uptime:
      Int64(clamping: record.emittedNanoseconds / 1_000_000_000)
        .saturatingSubtracted(Int64(clamping: context.startedNanoseconds / 1_000_000_000))
    case .dateMicroseconds: Int64(record.emittedNanoseconds / 1000 % 1_000_000)
    case .handshakeTime: record.milliseconds.handshake
    case .totalTime, .userTime: record.milliseconds.total
    case .queueTime: record.milliseconds.queue ?? -1
    case .connectTime: record.milliseconds.connect ?? -1
    case .dataTime: record.milliseconds.data ?? -1
    case .retries: Int64(record.retries)
    default: -1
    }
  }

  private static func error(_ code: UInt8) -> ConnectionErrorCode? {
    ConnectionErrorCode(rawValue: code)
  }

  private static func set(_ text: String?, _ context: inout RenderContext) {
    if let text { context.register.set(text) } else { context.register.setNone() }
  }

  private static func set(_ number: Int?, _ context: inout RenderContext) {
    if let number { context.register.set(Int64(number)) } else { context.register.setNone() }
  }

  private static func setPort(_ endpoint: Endpoint, _ context: inout RenderContext) {
    switch endpoint.family {
    case .ipv4, .ipv6: context.register.set(Int64(endpoint.port))
    case .unix, .none: context.register.setNone()
    }
  }

  /// A random UUID of version 4 (RFC 9562, 5.4).
  private static func setRandomIdentifier(_ context: inout RenderContext) {
    let high = UInt64.random(in: .min ... .max) & ~0xF000 | 0x4000
    let low = UInt64.random(in: .min ... .max) & (.max >> 2) | 1 << 63
    var text = context.register.bytes
    text.removeAll(keepingCapacity: true)
    for index in 0..<32 {
      if index == 8 || index == 12 || index == 16 || index == 20 { text.append(UInt8(ascii: "-")) }
      let half = index < 16 ? high : low
      let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - index % 16 * 4)) & 15
      text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
    context.register.bytes = text
    context.register.type = .text
  }
}

extension ConnectionRecord {
  /// Whether a server was connected, or it is known why not: `bc_err` and its kin exist then.
  var hasServerConnection: Bool { connectMicroseconds != nil || serverErrorCode != 0 }
}
