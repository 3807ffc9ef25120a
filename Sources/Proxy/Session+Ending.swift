internal import Kernel
internal import LogRecords
internal import Memory
internal import Metrics
internal import Reactor

extension Session {
  /// Gives back all that the session has, and tells what there was.
  mutating func end(
    _ cause: TerminationCause, _ phase: TerminationPhase, _ context: inout WorkerContext
  ) {
    let frontend = context.topology.frontends[Int(record.frontend)]
    if let timer { context.loop.clearTimer(timer) }
    upstream.leavePipe(&context.resources)
    downstream.leavePipe(&context.resources)
    record.cause = cause
    record.phase = phase
    leaveBackend(context, noLinger: frontend.settings.noLinger)
    let isEmpty = upstream.byteCount == 0 && !hasUnreadBytes(&context)
    client.close(reset: frontend.settings.noLinger)
    let isHeader = state == .header
    if frontend.settings.skipsEmptyConnections && isEmpty { return }
    if isHeader {
      report(.error, origin: .sessionError, isPartial: false, frontend, context)
    } else if frontend.plan.endsWithRecord(afterAnother: isLogged),
      isFailure || !frontend.settings.skipsNormalConnections
    {
      report(.end, origin: .close, isPartial: false, frontend, context)
    }
  }

  /// Leaves the queue, the server and the backend, and counts what is left there.
  private mutating func leaveBackend(_ context: borrowing WorkerContext, noLinger: Bool) {
    guard let backend else { return }
    let shared = context.topology.backends[backend]
    server.close(reset: noLinger || shared.settings.noLinger)
    sourcePort = nil
    if case .queued(let ticket, let server) = state {
      // Who was granted a server that it did not live to learn of is told as the next in turn.
      leftQueue(at: shared.cancel(ticket: ticket, server: server) ?? 1)
    }
    let held = holdsServer ? chosen : nil
    let left = shared.leave(server: held)
    holdsServer = false
    record.backendConnections = UInt32(clamping: left.sessions)
    let served =
      held == nil ? chosen.map { shared.connections(server: $0).served } ?? 0 : left.served
    record.serverConnections = UInt32(clamping: served)
  }

  /// Whether the client has sent bytes that nobody read, as when no server could be reached.
  ///
  /// They are taken from the socket: a close over unread bytes would reset the connection
  /// (RFC 2525, 2.17), and the client could not tell a plain end from a failure.
  private mutating func hasUnreadBytes(_ context: inout WorkerContext) -> Bool {
    guard upstream.byteCount == 0, connectedAt == nil else { return false }
    let transfer = client.socket?.receive(into: &context.resources.scratch) ?? .ended
    context.resources.scratch.removeAll()
    if case .moved(let count) = transfer {
      record.bytesFromClient = UInt64(count)
      return true
    }
    return false
  }

  /// Whether HAProxy counts the end as an error: a cause that is neither the normal end nor the
  /// proxy's own doing, or a connection that took more than one attempt. It is inlined, for a call
  /// would be given a copy of the whole session.
  @inline(__always)
  private var isFailure: Bool {
    record.cause != .none && record.cause != .local || record.retries > 0 || record.isRedispatched
  }

  /// Makes the record of a step before the end. As in HAProxy, `option dontlog-normal` leaves it
  /// out while nothing has failed; the line that every frontend without a format makes at accept
  /// stays.
  mutating func reportStep(
    _ origin: ConnectionRecord.Origin, of frontend: Frontend, _ context: borrowing WorkerContext
  ) {
    guard !frontend.plan.skipsNormalSteps || isFailure else { return }
    let isPartial = origin == .interim || origin == .connect && frontend.plan.isPartialAtConnect
    // The first record of a connection tells of its start; others before the end, that it goes on.
    report(
      isLogged || origin == .interim ? .interim : .start, origin: origin,
      isPartial: isPartial, frontend, context)
    // What tells of an open connection stands for none of its steps.
    if origin != .interim { isLogged = true }
  }

  /// Makes the record of a connection that is still open, and says when the next is due.
  mutating func reportInterim(_ context: inout WorkerContext) {
    let frontend = context.topology.frontends[Int(record.frontend)]
    guard let interval = frontend.plan.intervalMilliseconds else {
      interimAt = .max
      return
    }
    // The rhythm stays when a turn comes late.
    let missed = (context.nowMilliseconds - interimAt) / interval
    interimAt += (missed + 1) * interval
    if frontend.settings.skipsEmptyConnections, upstream.byteCount == 0,
      connectedAt != nil || !hasUnreadData(&context)
    {
      return
    }
    reportStep(.interim, of: frontend, context)
  }

  /// Makes the record of this moment and hands it on.
  private mutating func report(
    _ event: ConnectionRecord.Event, origin: ConnectionRecord.Origin, isPartial: Bool,
    _ frontend: Frontend, _ context: borrowing WorkerContext
  ) {
    let now = Clock.monotonicMicroseconds()
    record.event = event
    record.origin = origin
    record.isPartial = isPartial
    record.severity = frontend.settings.separatesErrors && isFailure ? .error : .information
    record.emittedNanoseconds = Clock.realtimeNanoseconds()
    record.logCounter = UInt32(truncatingIfNeeded: frontend.lines.next() &- 1)
    record.totalMicroseconds = now - acceptedAt
    // A record of before may have told of a queue that the connection has left since.
    record.queueMicroseconds = nil
    if let chosenAt {
      record.queueMicroseconds = chosenAt - handshakeDoneAt
      if let connectedAt {
        record.connectMicroseconds = connectedAt - chosenAt
        record.dataMicroseconds = now - connectedAt
      }
    } else if case .queued = state, record.cause != .clientTimeout {
      // HAProxy tells no time in the queue where the client's own time was over.
      record.queueMicroseconds = now - handshakeDoneAt
    }
    if upstream.byteCount > 0 { record.bytesFromClient = upstream.byteCount }
    record.bytesFromServer = downstream.byteCount
    switch event {
    // Who ends has left all counts before they are told.
    case .end, .error: break
    case .start, .interim: countOpen(context)
    }
    context.reports.record(&record)
  }

  /// Takes note of the connections there are beside this one, which stays.
  private mutating func countOpen(_ context: borrowing WorkerContext) {
    countPresent(context)
    guard let backend else { return }
    let counts = context.topology.backends[backend].connections(server: chosen)
    record.backendConnections = UInt32(clamping: counts.sessions)
    record.serverConnections = UInt32(clamping: counts.served)
  }

  /// Takes note of the connections of process and frontend, this one among them (`%ac`, `%fc`).
  mutating func countPresent(_ context: borrowing WorkerContext) {
    let topology = context.topology
    let frontend = topology.frontends[Int(record.frontend)]
    record.processConnections = UInt32(clamping: topology.process.count)
    record.frontendConnections = UInt32(clamping: frontend.admission.count)
  }
}
