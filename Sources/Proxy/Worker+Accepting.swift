internal import Kernel
internal import LogRecords
internal import Memory
internal import Metrics
internal import Reactor

/// A listener as one worker sees it.
struct Acceptor {
  /// Whether the worker's loop watches the socket.
  var isWatched = false
  /// Connections to accept in the next turn: grows while they come turn after turn, so that a
  /// lone one is taken by one call, and a flood by few turns.
  var budget = 1
  /// The turn of the loop that last used up the budget.
  var fullTurn: UInt64 = 0
  /// When a lack of descriptors was told last, in microseconds on the loop's clock.
  var lastComplaint: Int64?
}

extension Worker {
  /// The pause after the kernel refused a connection for want of descriptors or memory.
  static var shortagePauseMilliseconds: Int { 100 }
  /// The least time between two messages about such a want.
  static var complaintIntervalMicroseconds: Int64 { 1_000_000 }

  /// Begins to accept from a listener.
  mutating func watch(_ listener: Listener, _ index: Int) throws(Errno) {
    guard !acceptors[index].isWatched else { return }
    try context.loop.watch(
      listener.socket, for: [.readable, .exclusive],
      token: EventToken(kind: WorkerToken.listener, number: index))
    acceptors[index].isWatched = true
  }

  /// Lets connections wait in the kernel's queue for a while.
  mutating func pause(_ index: Int) {
    guard acceptors[index].isWatched, let listener = context.topology.listeners[index] else {
      return
    }
    context.loop.unwatch(listener.socket)
    acceptors[index].isWatched = false
  }

  /// Accepts again, where nothing is against it.
  mutating func resume(_ index: Int) {
    guard accepts, let listener = context.topology.listeners[index] else { return }
    do throws(Errno) { try watch(listener, index) } catch { complain(index, error) }
  }

  /// Accepts from no listener any more.
  mutating func stopListening() {
    for index in acceptors.indices { pause(index) }
  }

  /// A listener has connections.
  mutating func accept(_ index: Int) {
    guard accepts, let listener = context.topology.listeners[index] else { return }
    var left = acceptors[index].budget
    while left > 0 {
      guard admit(listener, index) else { return }
      var peer = Endpoint.none
      let socket: Descriptor
      do throws(Errno) {
        socket = try listener.socket.accept(peer: &peer)
      } catch {
        withdraw(listener)
        acceptors[index].budget = 1
        refused(index, error)
        return
      }
      left -= 1
      start(socket, peer: peer, listener: listener, number: index)
    }
    let isFlood = acceptors[index].fullTurn + 1 == turns
    acceptors[index].fullTurn = turns
    acceptors[index].budget =
      isFlood ? min(acceptors[index].budget * 2, context.topology.settings.acceptLimit) : 1
  }

  /// Takes room for a connection everywhere; where there is none, the listener waits for it.
  private mutating func admit(_ listener: Listener, _ index: Int) -> Bool {
    let process = context.topology.process
    let frontend = context.topology.frontends[listener.frontend].admission
    guard process.reserveOrAwait() else { return refuse(index) }
    guard frontend.reserveOrAwait() else { return refuse(index, reserved: process) }
    guard listener.admission.reserveOrAwait() else {
      return refuse(index, reserved: process, frontend)
    }
    return true
  }

  /// Lets the listener wait, and gives back the room that was taken.
  private mutating func refuse(_ index: Int, reserved: Admission...) -> Bool {
    pause(index)
    for admission in reserved where admission.withdraw() {
      context.topology.mailboxes.postToAll(.resumeListeners)
    }
    return false
  }

  /// Gives back the room of a connection that did not come.
  private func withdraw(_ listener: Listener) {
    let topology = context.topology
    var isAwaited = topology.process.withdraw()
    if topology.frontends[listener.frontend].admission.withdraw() { isAwaited = true }
    if listener.admission.withdraw() { isAwaited = true }
    if isAwaited { topology.mailboxes.postToAll(.resumeListeners) }
  }

  /// The kernel gave no connection.
  private mutating func refused(_ index: Int, _ errno: Errno) {
    switch errno {
    case .again, .connectionAborted: break
    // The socket was told to stop: the order to do so is on its way.
    case .invalid: pause(index)
    case .processFull, .systemFull, .noBuffers, .noMemory:
      pause(index)
      _ = context.loop.setTimer(
        after: Self.shortagePauseMilliseconds,
        token: EventToken(kind: WorkerToken.acceptAgain, number: index))
      complain(index, errno)
    default: complain(index, errno)
    }
  }

  /// Says once a second that no connection can be taken.
  private mutating func complain(_ index: Int, _ errno: Errno) {
    if let last = acceptors[index].lastComplaint,
      context.loop.now - last < Self.complaintIntervalMicroseconds
    {
      return
    }
    acceptors[index].lastComplaint = context.loop.now
    guard let listener = context.topology.listeners[index] else { return }
    let name = context.topology.frontends[listener.frontend].settings.name
    let reason =
      switch errno {
      case .processFull: "process FD limit"
      case .systemFull: "system FD limit"
      case .noBuffers, .noMemory: "system memory limit"
      default: "\(errno.name) (\(errno.words))"
      }
    context.reports.event(
      LogEvent(
        .limitReached, severity: .emergency,
        text: "Proxy \(name) reached \(reason). Please check 'ulimit-n' and restart.",
        frontend: UInt32(listener.frontend), nanoseconds: Clock.realtimeNanoseconds()))
  }

  /// Makes a session of a connection.
  private mutating func start(
    _ socket: consuming Descriptor, peer: Endpoint, listener: Listener, number: Int
  ) {
    let topology = context.topology
    let frontend = topology.frontends[listener.frontend]
    if frontend.settings.keepAlive { socket.prefer(.keepAlive) }
    if frontend.settings.smartAccept == true { socket.prefer(.quickAcknowledge, 0) }
    if let size = topology.settings.clientReceiveBuffer { socket.prefer(.receiveBuffer, size) }
    if let size = topology.settings.clientSendBuffer { socket.prefer(.sendBuffer, size) }
    let now = Clock.monotonicMicroseconds()
    var session = Session(client: socket, now: now)
    session.client.lastActivity = context.nowMilliseconds
    session.record.acceptedNanoseconds = Clock.realtimeNanoseconds()
    session.record.connection = topology.accepted.next()
    session.record.requestCounter = UInt32(
      truncatingIfNeeded: session.record.connection &- 1)
    session.record.frontend = UInt32(listener.frontend)
    session.record.listener = UInt32(number)
    session.record.peer = peer
    session.record.client = peer
    session.client.readsStopShort = peer.family == .unix
    if let bound = listener.boundEndpoint {
      session.record.frontendAddress = bound
    } else if frontend.asksFrontendAddress {
      session.record.frontendAddress = session.client.socket?.localEndpoint() ?? .none
    }
    guard let index = sessions.insert(session) else {
      withdraw(listener)
      return
    }
    topology.process.enter()
    topology.frontends[listener.frontend].admission.enter()
    listener.admission.enter()
    sessions[index].index = index
    let isWatched = sessions[index].watchClient(&context)
    guard isWatched else {
      follow(.ends(.resource, .request), index)
      return
    }
    if listener.settings.acceptsProxyProtocol {
      let limit = frontend.settings.clientTimeoutMilliseconds
      sessions[index].stateDeadline = limit.map { context.nowMilliseconds + Int64($0) }
      sessions[index].arm(&context)
      follow(sessions[index].readHeader(&context), index)
    } else {
      follow(sessions[index].begin(&context), index)
    }
  }
}

extension Session {
  /// Lets the worker's loop tell of the client's socket; false where the kernel refuses.
  mutating func watchClient(_ context: inout WorkerContext) -> Bool {
    switch client.socket {
    case .some(let socket):
      do throws(Errno) {
        try context.loop.watch(
          socket, for: [.readable, .writable, .peerClosed, .urgent, .edge],
          token: EventToken(kind: WorkerToken.client, index: index))
        return true
      } catch {
        record.clientErrno = error.number
        return false
      }
    case nil: return false
    }
  }
}
