internal import Kernel

extension RecordField {
  /// Appends the value of a field as the journal has it; nothing where it is unknown, or where
  /// the journal has it from another source.
  func append(_ record: ConnectionRecord, _ context: RenderContext, to buffer: inout [UInt8]) {
    switch self {
    case .event: buffer.append(record.event.name)
    case .sequence: if record.sequence > 0 { buffer.append(decimal: record.sequence) }
    case .bootIdentifier: buffer.append(context.bootIdentifier)
    case .connection: if record.connection > 0 { buffer.append(decimal: record.connection) }
    case .uniqueIdentifier:
      if context.uniqueIdentifier != nil { buffer.append(contentsOf: context.uniqueText) }
    case .acceptedAt: buffer.append(decimal: record.acceptedNanoseconds / 1000)
    case .frontend: buffer.append(context.frontend(of: record)?.name ?? "")
    case .backend: buffer.append(context.backend(of: record)?.name ?? "")
    case .server: buffer.append(context.server(of: record)?.name ?? "")
    case .bind: buffer.append(context.listener(record.listener)?.name ?? "")
    case .termination:
      buffer.append(record.cause.letter)
      buffer.append(record.phase.letter)
    case .reason: if record.event == .end { buffer.append(record.termination.reason) }
    case .errno: buffer.append(record.endingErrno?.name ?? "")
    case .side: if let side = record.endingSide { buffer.append(side) }
    case .redispatched: buffer.append(UInt8(ascii: record.isRedispatched ? "1" : "0"))
    case .clientAddress, .peerAddress, .frontendAddress, .sourceAddress, .serverAddress,
      .clientPort, .peerPort, .frontendPort, .sourcePort, .serverPort:
      appendEndpoint(record, to: &buffer)
    case .sampleRate: if context.logger.isSampled { context.logger.appendSampleRate(to: &buffer) }
    case .logCounter, .requestCounter, .hostname, .processIdentifier, .facility, .severity: break
    default: appendNumber(record, to: &buffer)
    }
  }

  private func appendEndpoint(_ record: ConnectionRecord, to buffer: inout [UInt8]) {
    let endpoint: Endpoint
    var isPort = false
    switch self {
    case .clientAddress: endpoint = record.client
    case .clientPort: (endpoint, isPort) = (record.client, true)
    case .peerAddress: endpoint = record.peer == record.client ? .none : record.peer
    case .peerPort: (endpoint, isPort) = (record.peer == record.client ? .none : record.peer, true)
    case .frontendAddress: endpoint = record.frontendAddress
    case .frontendPort: (endpoint, isPort) = (record.frontendAddress, true)
    case .sourceAddress: endpoint = record.sourceAddress
    case .sourcePort: (endpoint, isPort) = (record.sourceAddress, true)
    case .serverAddress: endpoint = record.serverAddress
    case .serverPort: (endpoint, isPort) = (record.serverAddress, true)
    default: return
    }
    switch endpoint.family {
    case .none: break
    case .unix: if !isPort { buffer.append("unix") }
    case .ipv4, .ipv6:
      if isPort {
        buffer.append(decimal: UInt64(endpoint.port))
      } else {
        buffer.write(address: endpoint)
      }
    }
  }

  private func appendNumber(_ record: ConnectionRecord, to buffer: inout [UInt8]) {
    switch self {
    case .handshakeTime: buffer.append(decimal: record.handshakeMicroseconds)
    case .queueTime: Self.append(record.queueMicroseconds, to: &buffer)
    case .connectTime: Self.append(record.connectMicroseconds, to: &buffer)
    case .dataTime: Self.append(record.dataMicroseconds, to: &buffer)
    case .totalTime: buffer.append(decimal: record.totalMicroseconds)
    case .bytesIn: buffer.append(decimal: record.bytesFromClient)
    case .bytesOut: buffer.append(decimal: record.bytesFromServer)
    case .processConnections: buffer.append(decimal: UInt64(record.processConnections))
    case .frontendConnections: buffer.append(decimal: UInt64(record.frontendConnections))
    case .backendConnections: buffer.append(decimal: UInt64(record.backendConnections))
    case .serverConnections: buffer.append(decimal: UInt64(record.serverConnections))
    case .retries: buffer.append(decimal: UInt64(record.retries))
    case .serverQueue: buffer.append(decimal: UInt64(record.serverQueue))
    case .backendQueue: buffer.append(decimal: UInt64(record.backendQueue))
    default: break
    }
  }

  private static func append(_ number: Int64?, to buffer: inout [UInt8]) {
    if let number { buffer.append(decimal: number) }
  }
}

extension ConnectionRecord {
  /// The system's error that ended the connection: that of the side that ended it, where both had
  /// one.
  var endingErrno: Errno? {
    let isServers = endingSide == "server"
    let number = isServers ? serverErrno : clientErrno
    return number > 0 ? Errno(number) : nil
  }

  /// The side that had an error, nil where none had.
  var endingSide: String? {
    switch cause {
    case .serverAbort, .serverTimeout, .down, .up:
      if serverErrno > 0 { return "server" }
    default:
      if clientErrno > 0 { return "client" }
    }
    if serverErrno > 0 { return "server" }
    return clientErrno > 0 ? "client" : nil
  }
}
