internal import Kernel
package import Memory

extension FormatProgram {
  /// Appends the line of a record, without header and newline.
  package func render(
    _ record: ConnectionRecord, context: inout RenderContext, into buffer: inout ByteWriter
  ) {
    write(record, &context, &buffer)
  }

  /// Appends the line of a record to an array.
  package func render(
    _ record: ConnectionRecord, context: inout RenderContext, into buffer: inout [UInt8]
  ) {
    write(record, &context, &buffer)
  }

  private func write(
    _ record: ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    if isStructured {
      return writeLine(
        .record(record), kept: members.count, isShortened: false, &context, &buffer)
    }
    writeItems(record, &context, &buffer)
  }

  /// Writes a line of text.
  func writeItems(
    _ record: ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    if needs.contains(.uniqueIdentifier) { context.prepareUniqueIdentifier(of: record) }
    let (items, literals) = (items.span, literals.span)
    for index in items.indices {
      switch items[index] {
      case .byte(let byte): buffer.append(byte)
      case .literal(let start, let end):
        buffer.append(literals.extracting(Int(start)..<Int(end)))
      case .alias(let alias, let flags):
        Self.render(alias, flags, record, &context, &buffer)
      case .expression(let index, let flags):
        expressions[Int(index)].render(flags, record, &context, &buffer)
      case .connectLine:
        Self.renderConnectLine(record, &context, &buffer)
      case .bindName:
        let listener = context.listener(record.listener)
        if let name = listener?.name {
          buffer.append(name)
        } else {
          buffer.append(decimal: Int64(listener?.identifier ?? 0))
        }
      case .clientErrorText:
        buffer.append((ConnectionErrorCode(rawValue: record.clientErrorCode) ?? .success).text)
      case .encoded(let index):
        appendSingle(members[Int(index)], record, &context, &buffer)
      }
    }
  }

  // One switch for each item, where the compiler can make one of three.
  @inline(__always)
  static func render(
    _ alias: FormatAlias, _ flags: FormatFlags, _ record: ConnectionRecord,
    _ context: inout RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch alias {
    case .clientAddress: append(record.client, flags, &buffer)
    case .clientPort: appendPort(record.client, flags, listener: record.listener, context, &buffer)
    case .frontendAddress: append(record.frontendAddress, flags, &buffer)
    case .frontendPort:
      appendPort(record.frontendAddress, flags, listener: record.listener, context, &buffer)
    case .sourceAddress: append(record.sourceAddress, flags, &buffer)
    case .sourcePort:
      appendPort(record.sourceAddress, flags, listener: record.listener, context, &buffer)
    case .serverAddress: append(record.serverAddress, flags, &buffer)
    case .serverPort:
      appendPort(record.serverAddress, flags, listener: record.listener, context, &buffer)
    case .acceptLocal, .requestDateLocal:
      context.dates.append(.local, record.acceptedSecond, to: &buffer)
      buffer.append(UInt8(ascii: "."))
      buffer.append(thousandths: record.acceptedMillisecond)
    case .acceptUTC, .requestDateUTC:
      context.dates.append(.universal, record.acceptedSecond, to: &buffer)
    case .acceptLocalZone, .requestDateLocalZone:
      context.dates.append(.localZone, record.acceptedSecond, to: &buffer)
    case .acceptEpoch:
      appendNumber(UInt64(record.acceptedSecond), flags, digits: 8, &buffer)
    case .acceptMilliseconds:
      if flags.contains(.hexadecimal) {
        buffer.append(hexadecimal: UInt64(record.acceptedMillisecond), digits: 2)
      } else {
        buffer.append(thousandths: record.acceptedMillisecond)
      }
    case .processIdentifier:
      appendNumber(UInt64(max(0, context.processIdentifier)), flags, digits: 4, &buffer)
    case .requestCounter:
      appendNumber(UInt64(record.requestCounter), flags, digits: 4, &buffer)
    case .logCounter: appendNumber(UInt64(record.logCounter), flags, digits: 4, &buffer)
    case .frontend, .frontendTransport, .backend, .server, .hostname, .origin, .uniqueIdentifier:
      renderText(alias, flags, record, &context, &buffer)
    case .tlsVersion, .tlsCipher, .cookieRequest, .cookieResponse:
      appendNothing(flags, &buffer)
    case .method, .uri, .path, .query, .uriFull, .version, .request:
      append("<BADREQ>", flags, &buffer)
    case .requestHeaders, .requestHeadersCLF, .responseHeaders, .responseHeadersCLF: break
    default: renderNumber(alias, record, &buffer)
    }
  }

  /// Items that flags do nothing to.
  @inline(__always)
  private static func renderNumber(
    _ alias: FormatAlias, _ record: ConnectionRecord, _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch alias {
    case .bytesFromServer:
      appendGrowing(record.bytesFromServer, isPartial: record.isPartial, &buffer)
    case .bytesFromClient: buffer.append(decimal: record.bytesFromClient)
    case .totalTime, .userTime:
      appendGrowing(
        UInt64(max(0, record.totalMicroseconds) / 1000), isPartial: record.isPartial, &buffer)
    case .handshakeTime: buffer.append(decimal: record.milliseconds.handshake)
    case .queueTime: buffer.append(decimal: record.milliseconds.queue ?? -1)
    case .connectTime: buffer.append(decimal: record.milliseconds.connect ?? -1)
    case .dataTime: buffer.append(decimal: record.milliseconds.data ?? -1)
    case .terminationState, .terminationStateCookie:
      buffer.append(record.cause.letter)
      buffer.append(record.phase.letter)
      if alias == .terminationStateCookie { buffer.append("--") }
    case .retries:
      if record.isRedispatched { buffer.append(UInt8(ascii: "+")) }
      buffer.append(decimal: UInt64(record.retries))
    case .processConnections: buffer.append(decimal: UInt64(record.processConnections))
    case .frontendConnections: buffer.append(decimal: UInt64(record.frontendConnections))
    case .backendConnections: buffer.append(decimal: UInt64(record.backendConnections))
    case .serverConnections: buffer.append(decimal: UInt64(record.serverConnections))
    case .serverQueue: buffer.append(decimal: UInt64(record.serverQueue))
    case .backendQueue: buffer.append(decimal: UInt64(record.backendQueue))
    case .status: buffer.append(UInt8(ascii: "0"))
    default: buffer.append("-1")
    }
  }

  @inline(__always)
  private static func renderText(
    _ alias: FormatAlias, _ flags: FormatFlags, _ record: ConnectionRecord,
    _ context: inout RenderContext, _ buffer: inout some TextOutput & ~Copyable
  ) {
    switch alias {
    case .frontend, .frontendTransport:
      let place = context.texts.frontend(record.frontend)
      append(context.texts.bytes.span.extracting(place), flags, &buffer)
    case .backend:
      // HAProxy names the frontend where no backend was chosen: the connection is still its own.
      let place = context.texts.backend(record.backend) ?? context.texts.frontend(record.frontend)
      append(context.texts.bytes.span.extracting(place), flags, &buffer)
    case .server:
      if let place = context.texts.server(record.server) {
        append(context.texts.bytes.span.extracting(place), flags, &buffer)
      } else {
        append("<NOSRV>", flags, &buffer)
      }
    case .hostname: append(context.hostname, flags, &buffer)
    case .origin: append(record.origin.word, flags, &buffer)
    default:
      appendText(context.uniqueText.span, flags, &buffer)
    }
  }

  /// `Connect from …`, as HAProxy words it for each family.
  private static func renderConnectLine(
    _ record: ConnectionRecord, _ context: inout RenderContext,
    _ buffer: inout some TextOutput & ~Copyable
  ) {
    let listener = context.listener(record.listener)?.identifier ?? 0
    switch record.client.family {
    case .ipv4, .ipv6:
      buffer.append("Connect from ")
      buffer.write(address: record.client)
      buffer.append(UInt8(ascii: ":"))
      buffer.append(decimal: UInt64(record.client.port))
      buffer.append(" to ")
      buffer.write(address: record.frontendAddress)
      buffer.append(UInt8(ascii: ":"))
      buffer.append(decimal: UInt64(record.frontendAddress.port))
    case .unix:
      buffer.append("Connect to unix:")
      buffer.append(decimal: Int64(listener))
    case .none:
      buffer.append("Connect from unknown source to listener ")
      buffer.append(decimal: Int64(listener))
    }
    buffer.append(" (")
    buffer.append(context.texts.bytes.span.extracting(context.texts.frontend(record.frontend)))
    buffer.append("/TCP)")
  }
}

extension ConnectionRecord.Origin {
  /// HAProxy's word for the step (`%OG`).
  package var word: String {
    switch self {
    case .sessionError: "sess_error"
    case .accept: "txn_accept"
    case .connect: "txn_connect"
    case .close: "txn_close"
    // Weir's own, in HAProxy's manner.
    case .interim: "txn_interim"
    }
  }
}
