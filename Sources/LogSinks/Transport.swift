internal import Kernel
internal import Reactor

/// What one attempt to send what waits came to.
enum SendOutcome: Equatable {
  /// So many messages left, the oldest of the queue (0: a part of one).
  case sent(Int)
  /// There is no room now; readiness will tell when there is.
  case full
  /// Nothing can be done before the loop tells of the descriptor, or the transport's deadline;
  /// with `forRoom` it is to tell of room too.
  case waiting(forRoom: Bool)
  /// The receiver has got so many messages, the oldest of the queue; with `isFull` it takes no
  /// more now.
  case acknowledged(Int, isFull: Bool)
  /// Of the oldest messages of the queue so many are done with: `refused` of them were refused for
  /// good, the receiver has got the others; with `isFull` it takes no more now.
  case settled(Int, refused: Int, isFull: Bool)
  /// The system is out of memory for it; nothing will tell when that is over.
  case short(Errno)
  /// So many messages, the oldest of the queue, were refused for good.
  case refused(Int, Errno)
  /// The oldest message is larger than the transport takes.
  case tooLong(Errno)
  /// A message sent before turned out to be refused; those that wait may be sent at once.
  case reported(Errno)
  /// The receiver is gone: open the transport anew.
  case lost(SinkFailure)
  /// The connection ended: the receiver has got so many messages; of so many after these nobody
  /// knows; all others are to be sent on the next connection.
  case broken(SinkFailure, acknowledged: Int, uncertain: Int)
}

/// How messages get out of the process.
enum Transport: ~Copyable {
  case datagrams(DatagramTransport)
  case output(OutputTransport)
  case stream(StreamTransport)
  case relp(RELPTransport)
  case file(BackingFile)

  /// Sends some of the oldest messages, and tells whether an earlier one turned out to be refused.
  mutating func send(
    _ queue: borrowing MessageQueue, now: Int64
  ) -> (outcome: SendOutcome, wasRefused: Bool) {
    switch consume self {
    case .datagrams(var datagrams):
      let stoppedEarly = datagrams.stoppedEarly
      let outcome = datagrams.send(queue)
      self = .datagrams(datagrams)
      if stoppedEarly, case .sent = outcome { return (outcome, true) }
      return (outcome, false)
    case .output(var output):
      let outcome = output.send(queue)
      self = .output(output)
      return (outcome, false)
    case .stream(var stream):
      let outcome = stream.send(queue, now: now)
      self = .stream(stream)
      return (outcome, false)
    case .relp(var relp):
      let outcome = relp.send(queue, now: now)
      self = .relp(relp)
      return (outcome, false)
    case .file(var file):
      let outcome = file.send(queue)
      self = .file(file)
      return (outcome, false)
    }
  }

  /// Whether it has something to send: messages that wait for an acknowledgement alone are none.
  borrowing func hasUnwritten(_ queue: borrowing MessageQueue) -> Bool {
    switch self {
    case .stream(let stream): stream.hasUnwritten(queue)
    case .relp(let relp): relp.hasUnwritten(queue)
    default: !queue.isEmpty
    }
  }

  /// How much of the oldest messages was written and only waits to be acknowledged.
  borrowing func inFlight() -> (messages: Int, bytes: Int) {
    switch self {
    case .stream(let stream): stream.inFlight
    case .relp(let relp): relp.inFlight
    default: (0, 0)
    }
  }

  /// When to call `send` even if nothing waits and the loop tells nothing, in microseconds.
  borrowing func deadline() -> Int64? {
    switch self {
    case .stream(let stream): stream.deadline
    case .relp(let relp): relp.deadline
    default: nil
    }
  }

  /// Whether what the loop tells is of interest even if nothing waits.
  borrowing func isConversation() -> Bool {
    switch self {
    case .stream: true
    case .relp: true
    default: false
    }
  }

  /// Begins to be told of refusals, and of what a receiver on a connection does; not of room, since
  /// each datagram that leaves makes some.
  ///
  /// A regular file cannot be watched (EPERM), and need not be.
  borrowing func watch(in loop: borrowing EventLoop, token: EventToken) {
    switch self {
    case .datagrams(let datagrams):
      try? loop.watch(datagrams.descriptor, for: .edge, token: token)
    case .output(let output):
      try? loop.watch(output.output.descriptor, for: .edge, token: token)
    case .stream(let stream):
      try? loop.watch(
        stream.connection.descriptor, for: [.edge, .readable, .peerClosed], token: token)
    case .relp(let relp):
      try? loop.watch(
        relp.connection.descriptor, for: [.edge, .readable, .peerClosed], token: token)
    case .file: break
    }
  }

  /// Asks to be told when there is room, or no longer.
  borrowing func watchRoom(_ wanted: Bool, in loop: borrowing EventLoop, token: EventToken) {
    let interest: Readiness = wanted ? [.edge, .writable] : .edge
    switch self {
    case .datagrams(let datagrams):
      try? loop.change(datagrams.descriptor, to: interest, token: token)
    case .output(let output):
      try? loop.change(output.output.descriptor, to: interest, token: token)
    case .stream(let stream):
      try? loop.change(
        stream.connection.descriptor, to: interest.union([.readable, .peerClosed]), token: token)
    case .relp(let relp):
      try? loop.change(
        relp.connection.descriptor, to: interest.union([.readable, .peerClosed]), token: token)
    case .file: break
    }
  }

  /// Says farewell on a connection: nothing more will come.
  mutating func finish() {
    switch consume self {
    case .stream(var stream):
      stream.finish()
      self = .stream(stream)
    case .relp(var relp):
      relp.finish()
      self = .relp(relp)
    case .datagrams(let datagrams): self = .datagrams(datagrams)
    case .output(let output): self = .output(output)
    case .file(let file): self = .file(file)
    }
  }

  /// The refusal that waits on the socket, if any.
  borrowing func pendingReport() -> Errno? {
    switch self {
    case .datagrams(let datagrams): datagrams.pendingReport()
    default: nil
    }
  }
}
