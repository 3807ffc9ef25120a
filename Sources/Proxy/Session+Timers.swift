internal import Kernel
internal import LogRecords
internal import Memory
internal import Reactor

extension Session {
  // These are inlined, for a call would be given a copy of the whole session.

  /// The client's idle limit as things stand, in milliseconds: `timeout client`, `client-fin` once
  /// the client was told the end, `tunnel` while both sides talk.
  @inline(__always)
  private func clientLimit(_ context: borrowing WorkerContext) -> Int? {
    let frontend = context.topology.frontends[Int(record.frontend)]
    if client.wasShut, let fin = frontend.settings.clientFinTimeoutMilliseconds { return fin }
    return tunnelLimit(context) ?? frontend.settings.clientTimeoutMilliseconds
  }

  /// The server's idle limit, likewise.
  @inline(__always)
  private func serverLimit(_ context: borrowing WorkerContext) -> Int? {
    guard let backend else { return nil }
    let shared = context.topology.backends[backend]
    if server.wasShut, let fin = shared.settings.serverFinTimeoutMilliseconds { return fin }
    return tunnelLimit(context) ?? shared.settings.serverTimeoutMilliseconds
  }

  @inline(__always)
  private func tunnelLimit(_ context: borrowing WorkerContext) -> Int? {
    guard state == .relaying, let backend else { return nil }
    return context.topology.backends[backend].settings.tunnelTimeoutMilliseconds
  }

  /// When the client's time is over, in milliseconds; nil while nothing is awaited of it.
  @inline(__always)
  private func clientDeadline(_ context: borrowing WorkerContext) -> Int64? {
    switch state {
    // Nothing is asked of the client while its server is called.
    case .turnaround, .connecting: return nil
    case .header, .queued, .relaying: break
    }
    // A client whose bytes wait for the server is not asked for more.
    guard !client.hasEnded && !upstream.hasPending || downstream.hasPending else { return nil }
    return clientLimit(context).map { client.lastActivity + Int64($0) }
  }

  /// Whether the client's time is over, though nobody waits for it.
  func isClientOverdue(_ context: borrowing WorkerContext) -> Bool {
    guard let limit = clientLimit(context) else { return false }
    return client.lastActivity + Int64(limit) <= context.nowMilliseconds
  }

  @inline(__always)
  private func serverDeadline(_ context: borrowing WorkerContext) -> Int64? {
    guard state == .relaying else { return nil }
    guard !server.hasEnded && !downstream.hasPending || upstream.hasPending else { return nil }
    return serverLimit(context).map { server.lastActivity + Int64($0) }
  }

  /// Sees to it that the session's timer fires no later than its next deadline. A timer that
  /// fires too early is set anew then: so activity costs nothing.
  mutating func arm(_ context: inout WorkerContext) {
    var deadline = min(stateDeadline ?? .max, interimAt)
    if let client = clientDeadline(context) { deadline = min(deadline, client) }
    if let server = serverDeadline(context) { deadline = min(deadline, server) }
    guard deadline < timerDeadline else { return }
    let wait = Int(max(deadline - context.nowMilliseconds, 0))
    if let timer, context.loop.moveTimer(timer, after: wait) {
    } else {
      timer = context.loop.setTimer(
        after: wait, token: EventToken(kind: WorkerToken.session, index: index))
    }
    timerDeadline = deadline
  }

  /// The session's timer has fired.
  mutating func timerFired(_ context: inout WorkerContext) -> Step {
    timer = nil
    timerDeadline = .max
    let now = context.nowMilliseconds
    if let over = stateDeadline, over <= now {
      stateDeadline = nil
      let step = stateIsOver(&context)
      if case .ends = step { return step }
      arm(&context)
      return step
    }
    if let over = clientDeadline(context), over <= now {
      record.clientErrno = Errno.timedOut.number
      return .ends(.clientTimeout, phase)
    }
    if let over = serverDeadline(context), over <= now {
      record.serverErrno = Errno.timedOut.number
      return .ends(.serverTimeout, phase)
    }
    if interimAt <= now { reportInterim(&context) }
    arm(&context)
    return .waits
  }

  /// The time that the present state may take is over.
  private mutating func stateIsOver(_ context: inout WorkerContext) -> Step {
    switch state {
    case .header:
      record.clientErrorCode = 13
      return .ends(.clientTimeout, .request)
    case .queued:
      return .ends(.serverTimeout, .queue)
    case .turnaround: return connect(&context)
    case .connecting:
      return connectFailed(.timedOut, as: .timeout, &context)
    case .relaying: return .waits
    }
  }

  /// What the connection is doing, as the second letter of the termination state tells it.
  var phase: TerminationPhase {
    switch state {
    case .header: .request
    case .queued: .queue
    case .turnaround, .connecting: .connect
    case .relaying: server.hasEnded && server.wasShut ? .last : .data
    }
  }
}
