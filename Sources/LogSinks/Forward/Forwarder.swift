internal import Kernel
internal import LogRecords
internal import Memory
internal import RELP
internal import Reactor

/// The sections `log-forward` on the log thread: their sockets and connections.
///
/// What is done in a turn is bounded, so that a flood does not keep the records of the process's
/// own connections waiting. Connections are not read while a sink of their section has no room;
/// datagrams are, since the kernel would only drop them, and are lost sink by sink.
struct Forwarder: ~Copyable {
  /// Batches that one socket gives before another has its turn.
  static let turnBatches = 8
  /// Connections that one socket accepts in a turn.
  static let turnAccepts = 64
  /// How long messages gather after some came, in milliseconds: they cost a call a batch, not one
  /// each.
  static let gatherMilliseconds = 3
  /// How long to wait where no connection could be accepted, in microseconds.
  static let acceptPause: Int64 = 1_000_000
  /// How often the kernel is asked what it dropped, in microseconds.
  static let dropsPause: Int64 = 250_000
  /// How long what waits at the sockets is read when the process stops, in microseconds.
  static let stopLimit: Int64 = 1_000_000

  private static let socketToken: UInt8 = 16
  private static let connectionToken: UInt8 = 17

  /// A bound socket at work.
  private struct Input {
    let socket: ForwardSocket
    var sender = ForwardSection.Sender()
    /// What the kernel had dropped when it was last asked.
    var knownDrops: UInt32 = 0
    /// Whether the loop tells of it.
    var isWatched = false
  }

  /// The room for a batch of datagrams.
  private final class DatagramRoom {
    var intake: DatagramIntake
    init() throws(Errno) { intake = try DatagramIntake() }
  }

  private var sections: [ForwardSection] = []
  private var inputs: [Input] = []
  private var connections = Slab<ForwardConnection>()
  /// Connections that have more to say than they had a turn for.
  private var waiting: [SlabIndex] = []
  /// Connections that wait for room in a sink, or for it to acknowledge.
  private var held: [SlabIndex] = []
  private var reader = ForwardReader()
  private var room: DatagramRoom?
  private var nextDropsCheck: Int64 = 0
  private var acceptResumesAt: Int64?
  private var nextTimeout: Int64?
  /// An epoll instance that nothing is ever told of: waiting on it is a rest.
  private var rest: Epoll?
  /// Whether something came in since the last rest.
  private var hadInput = false
  /// Whether a socket may have more than it had a turn for.
  private var hasMoreDatagrams = false

  /// A forwarder without sections.
  init() {}

  /// Begins to listen.
  mutating func open(
    _ sections: [ForwardSection], _ sockets: [ForwardSocket], in loop: borrowing EventLoop
  ) throws(Errno) {
    self.sections = sections
    for socket in sockets where socket.section < sections.count {
      inputs.append(Input(socket: socket))
      try watch(inputs.count - 1, in: loop)
    }
    guard !inputs.isEmpty else { return }
    rest = try Epoll()
    if sockets.contains(where: { $0.listener.input == .datagrams }) {
      room = try DatagramRoom()
    }
  }

  /// What came in, section by section.
  var ledgers: [InputLedger] { sections.map(\.ledger) }

  /// When to call `turn` even if no event comes, in microseconds; nil where only events matter.
  var deadline: Int64? {
    if !waiting.isEmpty { return 0 }
    var earliest = nextTimeout
    if let acceptResumesAt { earliest = min(earliest ?? .max, acceptResumesAt) }
    return earliest
  }

  /// Takes what the loop tells; false where it is about something else.
  mutating func ready(
    _ token: EventToken, _ readiness: Readiness, in loop: borrowing EventLoop
  ) -> Bool {
    switch token.kind {
    case Self.socketToken:
      guard token.number < inputs.count else { return true }
      if inputs[token.number].socket.listener.input == .datagrams {
        readDatagrams(token.number, batches: Self.turnBatches, in: loop)
      } else {
        accept(token.number, in: loop)
      }
    case Self.connectionToken:
      guard connections.contains(token.index) else { return true }
      let connection = connections[token.index]
      if !readiness.isDisjoint(with: [.peerClosed, .error, .hangup]) { connection.isEnding = true }
      if connection.tls != nil
        || !readiness.isDisjoint(with: [.readable, .peerClosed, .error, .hangup])
      {
        connection.mayHaveMore = true
      }
      if !connection.isBlocked { advance(token.index, in: loop) }
    default: return false
    }
    return true
  }

  /// Goes on with connections that had more to say, or had to wait; call it once a turn.
  mutating func turn(in loop: borrowing EventLoop) {
    guard !inputs.isEmpty else { return }
    let ready = waiting
    waiting.removeAll(keepingCapacity: true)
    for index in ready where connections.contains(index) { advance(index, in: loop) }
    if !held.isEmpty { release(in: loop) }
    if let nextTimeout, nextTimeout <= loop.now { endSilent(in: loop) }
    if let acceptResumesAt, acceptResumesAt <= loop.now {
      self.acceptResumesAt = nil
      for place in inputs.indices { resumeAccepting(place, in: loop) }
    }
    if loop.now >= nextDropsCheck {
      nextDropsCheck = loop.now + Self.dropsPause
      countDrops()
    }
  }

  /// Lets messages gather for a moment where some came and all of them were read.
  mutating func gather() {
    guard hadInput else { return }
    hadInput = false
    guard waiting.isEmpty, !hasMoreDatagrams else { return }
    _ = rest?.wait(milliseconds: Self.gatherMilliseconds)
  }

  /// Reads what waits at the sockets, lets sinks take it, and closes all: the process stops.
  mutating func finish(_ sinks: [Sink], in loop: borrowing EventLoop) {
    guard !inputs.isEmpty else { return }
    let end = Clock.monotonicMicroseconds() + Self.stopLimit
    repeat {
      hadInput = false
      for place in inputs.indices where inputs[place].socket.listener.input == .datagrams {
        readDatagrams(place, batches: Self.turnBatches, in: loop)
      }
      for index in connections.indices() where connections.contains(index) {
        connections[index].mayHaveMore = true
        advance(index, in: loop)
      }
      for sink in sinks { sink.flush(in: loop) }
      release(in: loop)
    } while hadInput && Clock.monotonicMicroseconds() < end
    countDrops()
    for index in connections.indices() { close(index, in: loop) }
  }
}

extension Forwarder {
  private mutating func watch(_ place: Int, in loop: borrowing EventLoop) throws(Errno) {
    guard !inputs[place].isWatched else { return }
    try loop.watch(
      inputs[place].socket.descriptor, for: .readable,
      token: EventToken(kind: Self.socketToken, number: place))
    inputs[place].isWatched = true
  }

  private mutating func pauseAccepting(_ place: Int, in loop: borrowing EventLoop) {
    guard inputs[place].isWatched else { return }
    loop.unwatch(inputs[place].socket.descriptor)
    inputs[place].isWatched = false
  }

  private mutating func resumeAccepting(_ place: Int, in loop: borrowing EventLoop) {
    let section = sections[inputs[place].socket.section]
    guard section.openConnections < section.settings.connectionLimit else { return }
    try? watch(place, in: loop)
  }

  private mutating func readDatagrams(
    _ place: Int, batches: Int, in loop: borrowing EventLoop
  ) {
    let socket = inputs[place].socket
    let section = sections[socket.section]
    hasMoreDatagrams = false
    guard let room else { return }
    for _ in 0..<batches {
      // What waits on the socket beside datagrams is an error of one that was sent: none is.
      guard let count = try? room.intake.receive(from: socket.descriptor), count > 0 else {
        return
      }
      hadInput = true
      let now = Clock.realtimeNanoseconds()
      for index in 0..<count {
        inputs[place].sender.become(room.intake.sender(index))
        section.deliver(
          room.intake[index], from: inputs[place].sender, nanoseconds: now, waits: false,
          in: loop)
      }
      if let drops = room.intake.kernelDrops { note(drops: drops, at: place) }
      guard count == DatagramIntake.batchLimit else { return }
    }
    hasMoreDatagrams = true
  }

  private mutating func note(drops: UInt32, at place: Int) {
    let fresh = drops &- inputs[place].knownDrops
    // A number that a datagram brought may be older than the one that was asked for.
    guard fresh > 0, fresh < 1 << 31 else { return }
    inputs[place].knownDrops = drops
    sections[inputs[place].socket.section].ledger.kernelDrops &+= UInt64(fresh)
  }

  private mutating func countDrops() {
    for place in inputs.indices {
      let socket = inputs[place].socket
      guard socket.listener.input == .datagrams, let drops = socket.descriptor.kernelDrops() else {
        continue
      }
      note(drops: drops, at: place)
    }
  }

  private mutating func accept(_ place: Int, in loop: borrowing EventLoop) {
    let socket = inputs[place].socket
    let section = sections[socket.section]
    for _ in 0..<Self.turnAccepts {
      guard section.openConnections < section.settings.connectionLimit else {
        for other in inputs.indices
        where inputs[other].socket.section == socket.section
          && inputs[other].socket.listener.input != .datagrams
        {
          pauseAccepting(other, in: loop)
        }
        return
      }
      var peer = Endpoint.none
      do throws(Errno) {
        let accepted = try socket.descriptor.accept(peer: &peer)
        // Where OpenSSL makes no session there is no memory: the connection ends.
        guard
          let connection = try? ForwardConnection(
            accepted, of: section, peer: peer, now: loop.now, socket: socket)
        else { continue }
        try open(connection, in: loop)
      } catch {
        switch error {
        case .again: return
        case .connectionAborted: continue
        default:
          pauseAccepting(place, in: loop)
          acceptResumesAt = loop.now + Self.acceptPause
          return
        }
      }
    }
  }

  private mutating func open(
    _ connection: ForwardConnection, in loop: borrowing EventLoop
  ) throws(Errno) {
    let section = connection.section
    guard let index = connections.insert(connection) else { throw .noMemory }
    do throws(Errno) {
      try loop.watch(
        connection.descriptor, for: [.readable, .peerClosed, .edge],
        token: EventToken(kind: Self.connectionToken, index: index))
    } catch {
      _ = connections.remove(index)
      throw error
    }
    section.openConnections += 1
    section.ledger.connections &+= 1
    section.ledger.openConnections = UInt64(section.openConnections)
    noteTimeout(of: connection)
    advance(index, in: loop)
  }

  private mutating func close(_ index: SlabIndex, in loop: borrowing EventLoop) {
    guard let connection = connections.remove(index) else { return }
    let section = connection.section
    section.openConnections -= 1
    section.ledger.openConnections = UInt64(section.openConnections)
    guard acceptResumesAt == nil else { return }
    for place in inputs.indices
    where !inputs[place].isWatched && sections[inputs[place].socket.section] === section {
      resumeAccepting(place, in: loop)
    }
  }

  /// Lets a connection go on: reads, delivers and answers.
  private mutating func advance(_ index: SlabIndex, in loop: borrowing EventLoop) {
    let connection = connections[index]
    let before = connection.section.ledger.received
    let outcome = reader.read(
      connection, nanoseconds: Clock.realtimeNanoseconds(), in: loop)
    if connection.section.ledger.received != before { hadInput = true }
    let wasBlocked = connection.isBlocked
    connection.isBlocked = outcome == .blocked
    switch outcome {
    case .idle: break
    case .more: waiting.append(index)
    case .blocked:
      if !wasBlocked { connection.section.ledger.pauses &+= 1 }
      connection.lastActivity = loop.now
      hold(index)
    case .over:
      // What was said last is written as far as it goes at once.
      _ = connection.write()
      return close(index, in: loop)
    }
    if connection.relp != nil || connection.needsRoom { answer(index, in: loop) }
  }

  private mutating func hold(_ index: SlabIndex) {
    guard !connections[index].isHeld else { return }
    connections[index].isHeld = true
    held.append(index)
  }

  /// Acknowledges what sinks have taken, and lets connections go on for which there is room again.
  private mutating func release(in loop: borrowing EventLoop) {
    let ready = held
    held.removeAll(keepingCapacity: true)
    for index in ready where connections.contains(index) {
      connections[index].isHeld = false
      if connections[index].isBlocked {
        connections[index].settle()
        advance(index, in: loop)
      } else {
        answer(index, in: loop)
      }
    }
  }

  /// Acknowledges messages of RELP that the sinks have taken, and writes what there is to say.
  private mutating func answer(_ index: SlabIndex, in loop: borrowing EventLoop) {
    let connection = connections[index]
    connection.settle()
    let wantsRoom = connection.needsRoom
    connection.needsRoom = false
    switch connection.write() {
    case .failed: return close(index, in: loop)
    case .done:
      if connection.relp?.server.isOver == true { return close(index, in: loop) }
      watchRoom(index, wantsRoom, in: loop)
    case .full: watchRoom(index, true, in: loop)
    }
    if !connection.owed.isEmpty { hold(index) }
  }

  private mutating func watchRoom(
    _ index: SlabIndex, _ wanted: Bool, in loop: borrowing EventLoop
  ) {
    let connection = connections[index]
    guard connection.watchesRoom != wanted else { return }
    connection.watchesRoom = wanted
    let interest: Readiness = [.readable, .peerClosed, .edge]
    try? loop.change(
      connection.descriptor, to: wanted ? interest.union(.writable) : interest,
      token: EventToken(kind: Self.connectionToken, index: index))
  }

  private mutating func noteTimeout(of connection: ForwardConnection) {
    guard let limit = connection.section.settings.clientTimeoutMilliseconds else { return }
    nextTimeout = min(nextTimeout ?? .max, connection.lastActivity + Int64(limit) * 1000)
  }

  /// Ends connections whose senders were silent for too long; those that are not read are not
  /// silent.
  private mutating func endSilent(in loop: borrowing EventLoop) {
    nextTimeout = nil
    for index in connections.indices() {
      let connection = connections[index]
      guard let limit = connection.section.settings.clientTimeoutMilliseconds else { continue }
      if connection.isBlocked || !connection.owed.isEmpty { connection.lastActivity = loop.now }
      if connection.lastActivity + Int64(limit) * 1000 <= loop.now {
        connection.section.ledger.timeouts &+= 1
        close(index, in: loop)
      } else {
        noteTimeout(of: connection)
      }
    }
  }
}
