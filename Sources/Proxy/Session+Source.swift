internal import Kernel
internal import LogRecords

/// Where a connection to a server comes from (`source`), and what is said where that fails.
extension Session {
  /// Binds a socket towards a server as its `source` line says, or its backend's.
  mutating func bindSource(
    _ socket: borrowing Descriptor, _ server: Server, _ shared: Backend,
    _ context: borrowing WorkerContext
  ) throws(Errno) {
    guard let source = server.settings.source ?? shared.settings.source else { return }
    do throws(SourceFailure) {
      sourcePort = try socket.bind(
        to: source, foreign: source.foreignAddress(client: record.client), ports: server.ports)
    } catch {
      var kind = ""
      if case .refusedForeign = error { kind = "tproxy " }
      note(
        error == .rangeExhausted ? .portRange : .cannotBind, severity: .emergency,
        "Cannot bind to \(kind)source address before connect() for backend "
          + "\(shared.settings.name).", context)
      throw error.errno
    }
  }

  /// The kernel refused to connect at once: says so where that is for want of a source port.
  mutating func noteFailedCall(
    _ errno: Errno, _ shared: Backend, _ context: borrowing WorkerContext
  ) {
    let head = "Connect() failed for backend \(shared.settings.name): "
    switch errno {
    case .again, .addressNotAvailable:
      // A UNIX socket's queue is full; no port has to do with that.
      guard record.serverAddress.family != .unix else { return }
      note(.freePorts, severity: .error, head + "no free ports.", context)
    case .addressInUse:
      note(.addressInUse, severity: .error, head + "local address already in use.", context)
    default: break
    }
  }

  private mutating func note(
    _ code: ConnectionErrorCode, severity: Severity, _ text: String,
    _ context: borrowing WorkerContext
  ) {
    record.serverErrorCode = code.rawValue
    context.reports.event(
      LogEvent(
        .connectFailed, severity: severity, text: text,
        backend: backend.map(UInt32.init(clamping:)),
        server: record.server, nanoseconds: Clock.realtimeNanoseconds()))
  }
}
