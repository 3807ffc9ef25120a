internal import Kernel
internal import LogRecords
internal import Memory
internal import ProxyProtocol
internal import Reactor

extension Session {
  /// An event of the client's socket.
  mutating func clientEvent(_ readiness: Readiness, _ context: inout WorkerContext) -> Step {
    client.note(readiness)
    switch state {
    case .relaying:
      // A reset that comes after the end was read shows in no further read.
      if readiness.contains(.error) && client.hasEnded && !upstream.hasPending {
        return failed(.client, client.socket?.pendingError() ?? .connectionReset)
      }
      return relay(&context)
    case .header: return readHeader(&context)
    case .queued, .turnaround, .connecting: return clientWhileWaiting(readiness, &context)
    }
  }

  /// An event of the server's socket.
  mutating func serverEvent(_ readiness: Readiness, _ context: inout WorkerContext) -> Step {
    switch state {
    case .relaying:
      server.note(readiness)
      if readiness.contains(.error) && server.hasEnded && !downstream.hasPending {
        return failed(.server, server.socket?.pendingError() ?? .connectionReset)
      }
      return relay(&context)
    case .connecting: return connectEvent(readiness, &context)
    case .header, .queued, .turnaround: return .waits
    }
  }

  /// Moves bytes both ways, passes ends on, and tells when both are done.
  mutating func relay(_ context: inout WorkerContext) -> Step {
    let now = context.nowMilliseconds
    let up = upstream.run(from: &client, to: &server, resources: &context.resources, now: now)
    if case .failed(.client, let errno) = up { return failed(.client, errno) }
    // A server that takes no more may have said why: that is passed on before the failure.
    let down = downstream.run(from: &server, to: &client, resources: &context.resources, now: now)
    if case .failed(.server, let errno) = up { return failed(.server, errno) }
    if case .failed(let party, let errno) = down { return failed(party, errno) }
    if up == .ended && down == .ended { return .ends(.none, .normal) }
    if up == .ended && !server.wasShut {
      // `option nolinger`: no half-closed connection is kept towards a server.
      if endsWithoutLinger(context) { return .ends(.none, .normal) }
      server.shut()
      server.lastActivity = now
      arm(&context)
    }
    if down == .ended && !client.wasShut {
      client.shut()
      client.lastActivity = now
      arm(&context)
    }
    return up == .hasMore || down == .hasMore ? .hasMore : .waits
  }

  /// Whether the client's end is passed on to the server by a reset, at once, as HAProxy does with
  /// `option nolinger`; what waits for the client goes first.
  private func endsWithoutLinger(_ context: borrowing WorkerContext) -> Bool {
    guard let backend, !downstream.hasPending else { return false }
    return context.topology.backends[backend].settings.noLinger
  }

  /// Goes on where a turn's share was used up, or where a call was put off to this turn.
  mutating func goOn(_ context: inout WorkerContext) -> Step {
    isToGoOn = false
    switch state {
    case .relaying: return relay(&context)
    case .turnaround: return stateDeadline == nil ? connect(&context) : .waits
    case .header, .queued, .connecting: return .waits
    }
  }

  /// One side has failed while bytes were moved.
  mutating func failed(_ party: Party, _ errno: Errno) -> Step {
    switch party {
    case .client:
      record.clientErrno = errno.number
      return .ends(.clientAbort, phase)
    case .server:
      record.serverErrno = errno.number
      return .ends(.serverAbort, phase)
    }
  }

  /// The client speaks or leaves before it has a server.
  private mutating func clientWhileWaiting(
    _ readiness: Readiness, _ context: inout WorkerContext
  ) -> Step {
    if !readiness.isDisjoint(with: [.error, .hangup]) {
      let errno = client.socket?.pendingError() ?? nil
      record.clientErrno = (errno ?? .connectionReset).number
      // HAProxy tells a reset before the server answers as one during data.
      return .ends(.clientAbort, .data)
    }
    guard client.peerClosed else { return .waits }
    let shared = context.topology.backends[backend ?? 0]
    guard !shared.settings.abortsOnClose else { return .ends(.clientAbort, phase) }
    // A call under way is awaited; for a client that has said nothing none is begun any more.
    guard state != .connecting, !hasUnreadData(&context) else { return .waits }
    return .ends(.clientAbort, phase)
  }

  /// Whether the client has sent bytes that were not read yet.
  mutating func hasUnreadData(_ context: inout WorkerContext) -> Bool {
    let transfer = client.socket?.peek(into: &context.resources.scratch) ?? .ended
    context.resources.scratch.removeAll()
    if case .moved = transfer {
      sawClientData = true
      return true
    }
    return false
  }

  /// Reads the client's PROXY protocol header, and only that.
  mutating func readHeader(_ context: inout WorkerContext) -> Step {
    let transfer = client.socket?.peek(into: &context.resources.scratch) ?? .ended
    let progress = ProxyHeader.decode(context.resources.scratch.bytes)
    let count = context.resources.scratch.count
    context.resources.scratch.removeAll()
    switch transfer {
    case .moved: sawClientData = true
    case .ended: return headerFailed(sawClientData ? .truncated : .empty)
    case .wouldBlock: return .waits
    case .failed(let errno):
      record.clientErrno = errno.number
      return headerFailed(.aborted)
    }
    switch progress {
    case .incomplete where count == context.resources.scratch.capacity:
      return headerFailed(.malformed)
    case .incomplete:
      guard !client.peerClosed else { return headerFailed(count == 0 ? .empty : .truncated) }
      return .waits
    case .failed(let error): return headerFailed(error)
    case .complete(let header, let length):
      var taken = ByteBuffer(capacity: length)
      guard case .moved(length) = client.socket?.receive(into: &taken) ?? .ended else {
        return headerFailed(.aborted)
      }
      if let source = header.source { record.client = source }
      if let destination = header.destination { record.frontendAddress = destination }
      stateDeadline = nil
      return begin(&context)
    }
  }

  private mutating func headerFailed(_ error: ProxyHeaderError) -> Step {
    record.clientErrorCode = error.rawValue
    return .ends(error == .notAHeader || error == .malformed ? .proxy : .clientAbort, .request)
  }
}
