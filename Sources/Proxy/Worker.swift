package import Kernel
internal import LogRecords
internal import Memory
package import Reactor

/// One thread's share of the data plane: its loop, its sessions, its way to accept.
///
/// Make it on the thread that runs it; nothing in it is shared but what `Topology` holds.
package struct Worker: ~Copyable {
  /// Sessions that are run once more in one turn at the most, before events are looked at again.
  static var rerunLimit: Int { 256 }

  var context: WorkerContext
  var sessions = Slab<Session>()
  /// Sessions that had more to do than their share of a turn.
  var rerun: [SlabIndex] = []
  /// The listeners' state in this worker.
  var acceptors: [Acceptor]
  var accepts = true
  /// The turns of the loop so far.
  private(set) var turns: UInt64 = 0
  private var isDraining = false
  private var isStopped = false

  /// Makes the worker of this number on its own loop. Call `open` next.
  package init(
    number: Int, topology: Topology, reports: WorkerReports, loop: consuming EventLoop
  ) {
    context = WorkerContext(
      worker: number, topology: topology, reports: reports, loop: loop,
      resources: RelayResources(
        bufferSize: topology.settings.bufferSize, pipeLimit: topology.settings.pipeLimit))
    acceptors = Array(repeating: Acceptor(), count: topology.listeners.count)
  }

  /// Begins to take orders and connections.
  package mutating func open() throws(Errno) {
    let topology = context.topology
    try topology.mailboxes.all[context.worker].register(
      in: context.loop, token: EventToken(kind: WorkerToken.mailbox))
    for (index, listener) in topology.listeners.enumerated() {
      if let listener { try watch(listener, index) }
    }
  }

  /// Runs until it is told to stop, or to drain and no session is left.
  package mutating func run() {
    while !isStopped && !(isDraining && sessions.count == 0) { turn() }
    for index in sessions.indices() { end(index, .killed, .normal) }
    // A server may have been granted to a session that gave up meanwhile: others wait for it.
    takeOrders()
  }

  /// One turn: events, timers, and sessions that had more to do.
  private mutating func turn() {
    let count = context.loop.wait(atMost: rerun.isEmpty ? nil : 0)
    turns += 1
    for index in 0..<count {
      let (token, readiness) = context.loop.event(index)
      switch token.kind {
      case WorkerToken.client:
        guard sessions.contains(token.index) else { continue }
        follow(sessions[token.index].clientEvent(readiness, &context), token.index)
      case WorkerToken.server:
        guard sessions.contains(token.index) else { continue }
        follow(sessions[token.index].serverEvent(readiness, &context), token.index)
      case WorkerToken.listener: accept(token.number)
      case WorkerToken.mailbox: takeOrders()
      default: break
      }
    }
    while let token = context.loop.expiredTimer() {
      switch token.kind {
      case WorkerToken.session:
        guard sessions.contains(token.index) else { continue }
        follow(sessions[token.index].timerFired(&context), token.index)
      case WorkerToken.acceptAgain: resume(token.number)
      default: break
      }
    }
    runAgain()
  }

  private mutating func runAgain() {
    guard !rerun.isEmpty else { return }
    // Those that have more to do still come behind, for the next turn.
    let count = min(rerun.count, Self.rerunLimit)
    for position in 0..<count {
      let index = rerun[position]
      guard sessions.contains(index) else { continue }
      follow(sessions[index].goOn(&context), index)
    }
    rerun.removeFirst(count)
  }

  /// Does what a session has said.
  mutating func follow(_ step: Session.Step, _ index: SlabIndex) {
    switch step {
    case .waits: break
    case .hasMore:
      // Once is enough: events may come for a session that waits for its turn already.
      guard !sessions[index].isToGoOn else { return }
      sessions[index].isToGoOn = true
      rerun.append(index)
    case .ends(let cause, let phase): end(index, cause, phase)
    }
  }

  /// Ends a session and makes room for another.
  private mutating func end(
    _ index: SlabIndex, _ cause: TerminationCause, _ phase: TerminationPhase
  ) {
    guard var session = sessions.remove(index) else { return }
    // Who gets the place of this one at the server is not to count it any more: it leaves the
    // counts first, with itself among those that its record tells.
    let topology = context.topology
    let process = topology.process.leave()
    let frontend = topology.frontends[Int(session.record.frontend)].admission.leave()
    let listener = topology.listeners[Int(session.record.listener)]?.admission.leave()
    session.record.processConnections = UInt32(clamping: process.count)
    session.record.frontendConnections = UInt32(clamping: frontend.count)
    session.end(cause, phase, &context)
    if process.isAwaited || frontend.isAwaited || listener?.isAwaited == true {
      topology.mailboxes.postToAll(.resumeListeners)
    }
  }

  private mutating func takeOrders() {
    for order in context.topology.mailboxes.all[context.worker].take() { carryOut(order) }
  }

  private mutating func carryOut(_ order: WorkerOrder) {
    switch order {
    case .granted(let index, let backend, let server, let place):
      guard sessions.contains(index), case .queued = sessions[index].state else {
        context.topology.backends[backend].release(server: server)
        return
      }
      sessions[index].leftQueue(at: place)
      follow(sessions[index].granted(server, &context), index)
    case .homeless(let index, let place):
      guard sessions.contains(index) else { return }
      follow(sessions[index].homeless(at: place, &context), index)
    case .endSessions(let server, let cause): endSessions(of: UInt32(server), cause)
    case .resumeListeners: for index in acceptors.indices { resume(index) }
    case .drain:
      accepts = false
      isDraining = true
      stopListening()
    case .stop: isStopped = true
    }
  }

  private mutating func endSessions(of server: UInt32, _ reason: SessionEnd) {
    let cause: TerminationCause =
      switch reason {
      case .serverDown: .down
      case .serverUp: .up
      case .killed: .killed
      }
    for index in sessions.indices()
    where sessions[index].holdsServer && sessions[index].record.server == server {
      // HAProxy tells the state of an established stream that is shut down as connecting.
      end(index, cause, .connect)
    }
  }
}
