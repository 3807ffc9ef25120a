internal import Balancing
internal import Kernel
internal import LogRecords
internal import Memory
internal import ProxyProtocol
internal import Reactor

extension Session {
  /// The pause before the same server is tried again, in milliseconds (HAProxy's turnaround).
  static var turnaroundMilliseconds: Int { 1000 }

  /// The client is known: find a server.
  mutating func begin(_ context: inout WorkerContext) -> Step {
    // From here on the end is one of a connection, no longer of a header.
    state = .connecting
    handshakeDoneAt = Clock.monotonicMicroseconds()
    record.handshakeMicroseconds = handshakeDoneAt - acceptedAt
    let frontend = context.topology.frontends[Int(record.frontend)]
    if frontend.plan.atAccept { reportStep(.accept, of: frontend, context) }
    if let interval = frontend.plan.intervalMilliseconds {
      interimAt = frontend.plan.firstInterim(
        of: record.connection, from: context.nowMilliseconds, interval: interval)
    }
    guard let index = frontend.settings.backend else {
      return .ends(.serverAbort, .connect)
    }
    let backend = context.topology.backends[index]
    self.backend = index
    record.backend = UInt32(index)
    attemptsLeft = backend.settings.retries
    let (assignment, sessions) = backend.enter(
      waiter(of: context.worker), hash: hash(backend))
    record.backendConnections = UInt32(clamping: sessions)
    return follow(assignment, &context)
  }

  /// The hash of the client's address, where the backend goes by it.
  private func hash(_ backend: Backend) -> UInt32? {
    guard case .source = backend.settings.algorithm else { return nil }
    let type = backend.settings.hashType
    switch record.client.family {
    case .ipv4:
      return SourceHash.ipv4(
        UInt32(truncatingIfNeeded: record.client.low), type: type)
    case .ipv6:
      return SourceHash.ipv6(
        high: record.client.high, low: record.client.low, type: type)
    case .unix, .none: return nil
    }
  }

  /// Does what the backend has said.
  private mutating func follow(_ assignment: Assignment, _ context: inout WorkerContext) -> Step {
    switch assignment {
    case .server(let server): return granted(server, &context)
    case .queued(let ticket, let server):
      state = .queued(ticket: ticket, server: server)
      if let server { choose(server, context) }
      let shared = context.topology.backends[backend ?? 0]
      let limit =
        shared.settings.queueTimeoutMilliseconds ?? shared.settings.connectTimeoutMilliseconds
      stateDeadline = limit.map { context.nowMilliseconds + Int64($0) }
      arm(&context)
      return .waits
    case .queueFull(let server):
      choose(server, context)
      return .ends(.serverAbort, .queue)
    case .noServer: return .ends(.serverAbort, .connect)
    }
  }

  /// Takes note of the server that is meant for the session.
  private mutating func choose(_ server: Int, _ context: borrowing WorkerContext) {
    chosen = server
    let first = context.topology.backends[backend ?? 0].firstServer
    record.server = UInt32(first + server)
  }

  /// The session has this server, which counts it.
  mutating func granted(_ server: Int, _ context: inout WorkerContext) -> Step {
    choose(server, context)
    holdsServer = true
    if chosenAt == nil { chosenAt = Clock.monotonicMicroseconds() }
    return connect(&context)
  }

  /// The session is out of the queue that it is in, where this was its place.
  mutating func leftQueue(at place: Int) {
    guard case .queued(_, let server) = state else { return }
    if server == nil {
      record.backendQueue &+= UInt32(clamping: place)
    } else {
      record.serverQueue &+= UInt32(clamping: place)
    }
  }

  /// The server that the session waited for is gone: finds another one.
  mutating func homeless(at place: Int, _ context: inout WorkerContext) -> Step {
    guard case .queued(_, .some) = state, let backend else { return .waits }
    leftQueue(at: place)
    // HAProxy tells no time in the queue of who is sent away from it and finds no other server.
    state = .connecting
    record.isRedispatched = true
    chosen = nil
    record.server = nil
    let shared = context.topology.backends[backend]
    return follow(
      shared.assign(
        waiter(of: context.worker), hash: hash(shared), bound: nil, avoiding: nil),
      &context)
  }

  /// Calls the chosen server.
  mutating func connect(_ context: inout WorkerContext) -> Step {
    guard let backend, let chosen else { return .ends(.internal, .connect) }
    let shared = context.topology.backends[backend]
    let server = shared.servers[chosen]
    let address = destination(of: server)
    state = .connecting
    stateDeadline = shared.settings.connectTimeoutMilliseconds.map {
      context.nowMilliseconds + Int64($0)
    }
    if case .internet(let endpoint, _) = address {
      record.serverAddress = endpoint
    } else {
      record.serverAddress = Endpoint(family: .unix)
    }
    do throws(Errno) {
      let socket = try Descriptor.socket(for: address)
      prepare(socket, server: server, shared: shared, context: context)
      if case .internet = address { try bindSource(socket, server, shared, context) }
      let failure = socket.connect(to: address)
      if let failure, failure != .inProgress {
        noteFailedCall(failure, shared, context)
        throw failure
      }
      try context.loop.watch(
        socket, for: [.readable, .writable, .peerClosed, .urgent, .edge],
        token: EventToken(kind: WorkerToken.server, index: index))
      self.server = Side(socket: socket)
      self.server.readsStopShort = record.serverAddress.family == .unix
    } catch {
      return connectFailed(error, as: error == .timedOut ? .timeout : .atOnce, &context)
    }
    arm(&context)
    return .waits
  }

  /// Where the server listens; its port is the client's, moved, where the file names none, and its
  /// address the one that the client called where the file says `*`.
  private func destination(of server: Server) -> SocketAddress {
    let offset = server.settings.portOffset
    let isAtClientDestination = server.settings.isAtClientDestination
    guard offset != nil || isAtClientDestination,
      case .internet(var endpoint, let scope) = server.settings.address
    else { return server.settings.address }
    let called = record.frontendAddress
    if isAtClientDestination, called.family == .ipv4 || called.family == .ipv6 {
      let port = endpoint.port
      endpoint = called
      endpoint.port = port
    }
    if let offset {
      endpoint.port = UInt16(truncatingIfNeeded: Int(called.port) + offset)
    }
    return .internet(endpoint, scope: scope)
  }

  /// Sets what a socket towards a server needs before it connects.
  private func prepare(
    _ socket: borrowing Descriptor, server: Server, shared: Backend,
    context: borrowing WorkerContext
  ) {
    let topology = context.topology
    if case .internet = server.settings.address { socket.prefer(.noDelay) }
    if shared.settings.keepAlive { socket.prefer(.keepAlive) }
    if let size = topology.settings.serverReceiveBuffer { socket.prefer(.receiveBuffer, size) }
    if let size = topology.settings.serverSendBuffer { socket.prefer(.sendBuffer, size) }
    if let time = server.settings.userTimeoutMilliseconds { socket.prefer(.userTimeout, time) }
    if server.settings.fastOpen { socket.prefer(.fastOpenConnect) }
    if shared.settings.smartConnect { socket.prefer(.quickAcknowledge, 0) }
  }

  /// The socket towards the server has an event while it connects.
  mutating func connectEvent(_ readiness: Readiness, _ context: inout WorkerContext) -> Step {
    if readiness.contains(.error) { return connectError(&context) }
    // A hangup without an error: the server took the call, and has closed already. What it said
    // can be read.
    guard !readiness.isDisjoint(with: [.writable, .hangup]) else { return .waits }
    server.note(readiness)
    return established(&context)
  }

  /// An error waits on the socket: either the call failed, or the server took it and has reset the
  /// connection since, perhaps after it said why.
  private mutating func connectError(_ context: inout WorkerContext) -> Step {
    // Data come before the error; where there are none, looking for them takes the error away.
    let transfer = server.socket?.peek(into: &context.resources.scratch) ?? .ended
    context.resources.scratch.removeAll()
    switch transfer {
    case .moved:
      server.note([.readable, .writable, .hangup])
      return established(&context)
    case .failed(let errno) where errno == .connectionReset || errno == .brokenPipe:
      reached(&context)
      return failed(.server, errno)
    case .failed(let errno): return connectFailed(errno, &context)
    case .ended, .wouldBlock: return connectFailed(.connectionReset, &context)
    }
  }

  /// The server has answered: bytes may go.
  private mutating func established(_ context: inout WorkerContext) -> Step {
    reached(&context)
    // The server's idle limit, or the tunnel's, may be nearer than what was waited for until now.
    arm(&context)
    return relay(&context)
  }

  /// Takes note that the server has answered, and makes ready what goes to it first.
  private mutating func reached(_ context: inout WorkerContext) {
    guard let backend, let chosen else { return }
    let now = Clock.monotonicMicroseconds()
    connectedAt = now
    state = .relaying
    stateDeadline = nil
    client.isWritable = true
    server.lastActivity = context.nowMilliseconds
    client.lastActivity = max(client.lastActivity, context.nowMilliseconds)
    let topology = context.topology
    let frontend = topology.frontends[Int(record.frontend)]
    let shared = topology.backends[backend]
    let server = shared.servers[chosen]
    if frontend.settings.recordsSourceAddress {
      record.sourceAddress = self.server.socket?.localEndpoint() ?? .none
    }
    if server.settings.observesConnections {
      context.reports.observed(shared.firstServer + chosen, true)
    }
    if let version = server.settings.proxyProtocol { sendHeader(version) }
    if topology.settings.allowsSplice {
      let options = frontend.settings.splice.union(shared.settings.splice)
      upstream.splicesFromStart = options.contains(.request)
      downstream.splicesFromStart = options.contains(.response)
    } else {
      upstream.maySplice = false
      downstream.maySplice = false
    }
    if frontend.plan.atConnect { reportStep(.connect, of: frontend, context) }
  }

  /// Puts a PROXY protocol header before all that goes to the server.
  private mutating func sendHeader(_ version: Int) {
    let header = ProxyHeader(source: record.client, destination: record.frontendAddress)
    let bytes = header.encoded(version: version)
    var buffer = ByteBuffer(capacity: bytes.count)
    _ = buffer.append(bytes.span)
    upstream.begin(with: buffer)
  }

  /// How an attempt to reach a server has failed.
  enum CallFailure {
    /// The kernel refused the call itself. The next one is made without a pause, for another port
    /// may do, but left to the worker's next turn, so that many such attempts neither nest nor hold
    /// up other sessions.
    case atOnce
    /// The server refused, or the kernel gave up (`tcp-ut`, tcp_syn_retries).
    case later
    /// `timeout connect` is over.
    case timeout
  }

  /// An attempt to reach the server has failed: tries again where it may.
  mutating func connectFailed(
    _ errno: Errno, as failure: CallFailure = .later, _ context: inout WorkerContext
  ) -> Step {
    server.close(reset: failure == .timeout)
    sourcePort = nil
    record.serverErrno = errno.number
    guard let backend, let chosen else { return .ends(.internal, .connect) }
    let shared = context.topology.backends[backend]
    if shared.servers[chosen].settings.observesConnections {
      context.reports.observed(shared.firstServer + chosen, false)
    }
    // A client that has left, or was silent too long, is told of when the attempt is over, as in
    // HAProxy; no other attempt is made for it.
    if client.peerClosed && !hasUnreadData(&context) { return .ends(.clientAbort, .connect) }
    if isClientOverdue(context) { return .ends(.clientTimeout, .connect) }
    guard attemptsLeft > 0 else { return gaveUp(errno, failure) }
    attemptsLeft -= 1
    record.retries += 1
    if isTimeToRedispatch(shared) {
      return redispatch(shared, failure, &context)
    }
    return tryAgain(shared, failure, pauses: failure == .later, &context)
  }

  /// Calls the chosen server: now, in the worker's next turn, or after the pause that is due before
  /// the server that has just refused.
  private mutating func tryAgain(
    _ shared: Backend, _ failure: CallFailure, pauses: Bool, _ context: inout WorkerContext
  ) -> Step {
    guard pauses else {
      guard failure == .atOnce else { return connect(&context) }
      state = .turnaround
      stateDeadline = nil
      return .hasMore
    }
    state = .turnaround
    let pause = min(
      Self.turnaroundMilliseconds, shared.settings.connectTimeoutMilliseconds ?? .max)
    stateDeadline = context.nowMilliseconds + Int64(pause)
    arm(&context)
    return .waits
  }

  /// How a connection ends whose attempts are used up.
  private func gaveUp(_ errno: Errno, _ failure: CallFailure) -> Step {
    if failure == .timeout { return .ends(.serverTimeout, .connect) }
    switch errno {
    case .processFull, .systemFull, .noMemory, .noBuffers: return .ends(.resource, .connect)
    default: return .ends(.serverAbort, .connect)
    }
  }

  /// Whether the attempt that comes next goes to another server (`option redispatch`). The interval
  /// holds for sessions that belong to a server, by their hash; others go to another one at once, as
  /// in HAProxy.
  private func isTimeToRedispatch(_ shared: Backend) -> Bool {
    guard case .every(let interval) = shared.settings.redispatch, interval != 0 else {
      return false
    }
    // Whom a hash has not bound to this server goes on to the next one at once, as in HAProxy.
    if shared.settings.algorithm != .source && shared.activeServers > 1 { return true }
    let retried = shared.settings.retries - attemptsLeft
    return interval > 0 ? retried % interval == 0 : attemptsLeft &+ interval == -1
  }

  /// Gives the session to another server.
  private mutating func redispatch(
    _ shared: Backend, _ failure: CallFailure, _ context: inout WorkerContext
  ) -> Step {
    guard let failed = chosen else { return .ends(.internal, .connect) }
    if holdsServer {
      shared.release(server: failed)
      holdsServer = false
    }
    // Behind the failed server on the ring stands the one that its sessions belong to now; a map
    // has but one server for a hash, and HAProxy stays with it.
    let assignment = shared.assign(
      waiter(of: context.worker), hash: hash(shared), bound: nil, avoiding: failed)
    switch assignment {
    case .server(failed):
      // This is a retry like any other, with its pause where there is no other server.
      holdsServer = true
      return tryAgain(
        shared, failure, pauses: failure == .later && shared.activeServers <= 1, &context)
    case .server(let server):
      record.isRedispatched = true
      choose(server, context)
      holdsServer = true
      return tryAgain(shared, failure, pauses: false, &context)
    case .queued, .queueFull, .noServer:
      record.isRedispatched = true
      return follow(assignment, &context)
    }
  }
}
