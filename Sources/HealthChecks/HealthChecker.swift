package import Kernel
internal import Memory
internal import PostgresWire
internal import ProxyProtocol
package import Reactor

/// Runs the checks of all servers on one event loop.
///
/// The loop's owner hands over the events and timers whose token is of this checker's kind. When a
/// check has ended, a report comes back; the owner decides what it means and says with `schedule`
/// when that server is checked next.
package struct HealthChecker: ~Copyable {
  /// A server to check.
  package struct Target: Hashable, Sendable {
    /// How.
    package var settings: CheckSettings
    /// The server's own address, for settings that name none.
    package var address: SocketAddress
    /// The ports that its checks share with the server's connections.
    package var ports: PortPool?
    /// Makes a target.
    package init(settings: CheckSettings, address: SocketAddress, ports: PortPool? = nil) {
      self.settings = settings
      self.address = address
      self.ports = ports
    }

    /// Where the check connects.
    var checkedAddress: SocketAddress {
      let address = settings.address ?? address
      guard let port = settings.port, case .internet(var endpoint, let scope) = address else {
        return address
      }
      endpoint.port = port
      return .internet(endpoint, scope: scope)
    }
  }

  /// A check has ended.
  package struct Report: Hashable, Sendable {
    /// Index of the target.
    package var check: Int
    /// What came of it.
    package var outcome: CheckOutcome
  }

  /// How long a connection may take to end after its check has, in milliseconds.
  package static var drainLimitMilliseconds: Int { 2000 }
  private static var bufferSize: Int { 16_384 }

  private struct Check {
    var target: Target
    /// The next start, or the end of the running check's time.
    var timer: TimerIndex?
    var running: SlabIndex?
  }

  private var checks: [Check]
  private var connections = Slab<CheckConnection>()
  private var buffer = ByteBuffer(capacity: HealthChecker.bufferSize)
  private var scheduler: CheckSchedule
  private let kind: UInt8

  /// Makes a checker of these targets; its events and timers bear tokens of `kind`.
  package init(_ targets: [Target], kind: UInt8, schedule: CheckSchedule) {
    checks = targets.map { Check(target: $0) }
    scheduler = schedule
    self.kind = kind
  }

  /// Starts all checks, spread over their intervals.
  package mutating func start(in loop: inout EventLoop) {
    let delays = scheduler.startDelays(checks.map(\.target.settings))
    for (check, delay) in delays.enumerated() {
      setTimer(of: check, after: delay, in: &loop)
    }
  }

  /// Sets when a server is checked next: after this interval, give or take `spread-checks`.
  ///
  /// A check that is running is left to end.
  package mutating func schedule(
    _ check: Int, afterMilliseconds interval: Int, in loop: inout EventLoop
  ) {
    guard checks.indices.contains(check), checks[check].running == nil else { return }
    setTimer(of: check, after: scheduler.spread(interval), in: &loop)
  }

  /// Brings the next check forward where it is further away (`observe`, `fastinter`).
  package mutating func hasten(
    _ check: Int, toMilliseconds interval: Int, in loop: inout EventLoop
  ) {
    guard checks.indices.contains(check), checks[check].running == nil else { return }
    if let timer = checks[check].timer, let rest = loop.remainingMilliseconds(timer),
      rest <= interval
    {
      return
    }
    setTimer(of: check, after: interval, in: &loop)
  }

  /// Stops checking a server: a running check is broken off without a report.
  package mutating func stop(_ check: Int, in loop: inout EventLoop) {
    guard checks.indices.contains(check) else { return }
    clearTimer(of: check, in: &loop)
    if let running = checks[check].running {
      checks[check].running = nil
      _ = connections.remove(running)
    }
  }

  /// Whether a check of this server is under way (`* ` in statistics).
  package func isRunning(_ check: Int) -> Bool { checks[check].running != nil }

  /// Takes an event of this checker's kind.
  package mutating func handle(
    event token: EventToken, _ readiness: Readiness, in loop: inout EventLoop
  ) -> Report? {
    let index = token.index
    guard connections.contains(index) else { return nil }
    if !connections[index].isConnected {
      guard !readiness.isDisjoint(with: [.writable, .error, .hangup]) else { return nil }
      if let errno = connections[index].descriptor.pendingError() {
        return perform(connections[index].dialogue.failed(errno), errno: errno, index, in: &loop)
      }
      let report = connectionStands(index, in: &loop)
      guard report == nil, connections.contains(index) else { return report }
    }
    if let report = flush(index, in: &loop) { return report }
    guard connections.contains(index) else { return nil }
    return read(index, in: &loop)
  }

  /// Takes a timer of this checker's kind.
  package mutating func handle(timer token: EventToken, in loop: inout EventLoop) -> Report? {
    if token.index.generation != 0 {
      // A connection that did not run dry in time.
      _ = connections.remove(token.index)
      return nil
    }
    let check = token.number
    guard checks.indices.contains(check) else { return nil }
    checks[check].timer = nil
    guard let running = checks[check].running else { return begin(check, in: &loop) }
    return perform(connections[running].dialogue.timedOut(), running, in: &loop)
  }
}

extension HealthChecker {
  private mutating func setTimer(of check: Int, after milliseconds: Int, in loop: inout EventLoop) {
    clearTimer(of: check, in: &loop)
    checks[check].timer = loop.setTimer(
      after: milliseconds, token: EventToken(kind: kind, number: check))
  }

  private mutating func clearTimer(of check: Int, in loop: inout EventLoop) {
    if let timer = checks[check].timer { loop.clearTimer(timer) }
    checks[check].timer = nil
  }

  /// Opens a connection for a check.
  private mutating func begin(_ check: Int, in loop: inout EventLoop) -> Report? {
    let target = checks[check].target
    let address = target.checkedAddress
    var dialogue = CheckDialogue(target.settings)
    let descriptor: Descriptor
    do {
      descriptor = try Descriptor.socket(for: address)
    } catch {
      return unbegun(check, dialogue.failedToOpen(error), error)
    }
    descriptor.prefer(.noDelay)
    // The server's acknowledgement of the handshake need not be answered at once.
    descriptor.prefer(.quickAcknowledge, 0)
    var port: BorrowedPort?
    if let source = target.settings.source, case .internet = address {
      do {
        port = try descriptor.bind(to: source, ports: target.ports)
      } catch {
        return unbegun(check, dialogue.failedToBind(error.errno), error.errno)
      }
    }
    let errno = descriptor.connect(to: address)
    if let errno, errno != .inProgress { return unbegun(check, dialogue.failed(errno), errno) }
    guard
      let index = connections.insert(
        CheckConnection(
          descriptor: descriptor, port: port, check: check, startedMicroseconds: loop.now,
          dialogue: dialogue))
    else { return unbegun(check, dialogue.failedToOpen(.noMemory), .noMemory) }
    checks[check].running = index
    do {
      try loop.watch(
        connections[index].descriptor, for: [.readable, .writable, .peerClosed, .edge],
        token: EventToken(kind: kind, index: index))
    } catch {
      return perform(
        connections[index].dialogue.failedToOpen(error), errno: error, index, in: &loop)
    }
    setTimer(of: check, after: target.settings.connectLimitMilliseconds, in: &loop)
    return nil
  }

  /// The report of a check that has no connection to close.
  private func unbegun(_ check: Int, _ action: CheckDialogue.Action, _ errno: Errno) -> Report? {
    guard case .finish(let status, let information, let sqlState, _) = action else { return nil }
    return Report(
      check: check,
      outcome: CheckOutcome(
        status: status, information: information, durationMilliseconds: 0, errno: errno,
        sqlState: sqlState))
  }

  private mutating func connectionStands(_ index: SlabIndex, in loop: inout EventLoop) -> Report? {
    connections[index].isConnected = true
    let settings = checks[connections[index].check].target.settings
    if let version = settings.proxyProtocol {
      let header = ProxyHeader(
        source: version == 1 ? connections[index].descriptor.localEndpoint() : nil,
        destination: version == 1 ? connections[index].descriptor.peerEndpoint() : nil)
      connections[index].unsent += header.encoded(version: version)
      if let report = flush(index, in: &loop) { return report }
    }
    if let limit = settings.checkTimeoutMilliseconds {
      setTimer(of: connections[index].check, after: limit, in: &loop)
    }
    return perform(connections[index].dialogue.connected(), index, in: &loop)
  }

  /// Sends what waits.
  private mutating func flush(_ index: SlabIndex, in loop: inout EventLoop) -> Report? {
    while !connections[index].unsent.isEmpty {
      let waiting = connections[index].unsent
      buffer.removeAll()
      guard buffer.append(waiting.span) else { return nil }
      switch connections[index].descriptor.send(from: &buffer) {
      case .moved(let count): connections[index].unsent.removeFirst(count)
      case .wouldBlock, .ended: return nil
      case .failed(let errno):
        connections[index].unsent.removeAll()
        return perform(connections[index].dialogue.failed(errno), errno: errno, index, in: &loop)
      }
    }
    return nil
  }

  /// Reads what has come, until the socket is dry or the check has ended.
  private mutating func read(_ index: SlabIndex, in loop: inout EventLoop) -> Report? {
    while connections.contains(index) {
      buffer.removeAll()
      let isDraining = connections[index].drainTimer != nil
      switch connections[index].descriptor.receive(into: &buffer) {
      case .moved:
        if isDraining { continue }
        var dialogue = connections[index].dialogue
        let action = dialogue.received(buffer.bytes)
        connections[index].dialogue = dialogue
        if let report = perform(action, index, in: &loop) { return report }
      case .wouldBlock: return nil
      case .ended:
        if isDraining { return discard(index, in: &loop) }
        return perform(connections[index].dialogue.ended(), index, in: &loop)
      case .failed(let errno):
        if isDraining { return discard(index, in: &loop) }
        return perform(connections[index].dialogue.failed(errno), errno: errno, index, in: &loop)
      }
    }
    return nil
  }

  private mutating func perform(
    _ action: CheckDialogue.Action, errno: Errno? = nil, _ index: SlabIndex,
    in loop: inout EventLoop
  ) -> Report? {
    switch action {
    case .wait: return nil
    case .send(let bytes):
      connections[index].unsent += bytes
      return flush(index, in: &loop)
    case .finish(let status, let information, let sqlState, let closing):
      let check = connections[index].check
      let elapsed = loop.now - connections[index].startedMicroseconds
      checks[check].running = nil
      clearTimer(of: check, in: &loop)
      close(index, closing, in: &loop)
      return Report(
        check: check,
        outcome: CheckOutcome(
          status: status, information: information, durationMilliseconds: Int(elapsed / 1000),
          errno: errno, sqlState: sqlState))
    }
  }

  private mutating func close(
    _ index: SlabIndex, _ closing: CheckDialogue.Closing, in loop: inout EventLoop
  ) {
    switch closing {
    case .plain: break
    case .reset: connections[index].descriptor.prefer(.resetOnClose)
    case .drain(let bytes):
      connections[index].unsent = bytes
      connections[index].drainTimer = loop.setTimer(
        after: Self.drainLimitMilliseconds, token: EventToken(kind: kind, index: index))
      _ = flush(index, in: &loop)
      connections[index].descriptor.shutdownWriting()
      _ = read(index, in: &loop)
      return
    }
    _ = connections.remove(index)
  }

  private mutating func discard(_ index: SlabIndex, in loop: inout EventLoop) -> Report? {
    if let timer = connections[index].drainTimer { loop.clearTimer(timer) }
    _ = connections.remove(index)
    return nil
  }
}
