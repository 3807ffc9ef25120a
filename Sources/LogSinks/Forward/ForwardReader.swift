internal import Kernel
internal import LogRecords
internal import Memory
internal import RELP
internal import Reactor

/// Reads messages from connections, with one room for the bytes of all of them.
struct ForwardReader: ~Copyable {
  /// Room for what is read at once, and for the longest message that is not whole.
  static let roomBytes = 256 << 10
  /// The most messages that one connection gives before another has its turn.
  static let turnMessages = 1024

  /// Where a connection stands after its turn.
  enum Outcome {
    /// It has said all that there was.
    case idle
    /// It has more to say.
    case more
    /// It has more to say, and a sink of the section has no room.
    case blocked
    /// It is over: the other end closed it, or it is to be closed.
    case over
  }

  private var room = ByteBuffer(capacity: Self.roomBytes)

  /// Takes what a connection has, a turn's worth at the most.
  mutating func read(
    _ connection: ForwardConnection, nanoseconds: UInt64, in loop: borrowing EventLoop
  ) -> Outcome {
    room.removeAll()
    guard room.append(connection.kept.span) else { return .over }
    connection.kept.removeAll(keepingCapacity: connection.kept.capacity <= 4096)
    var left = Self.turnMessages
    while true {
      let before = connection.section.ledger.received
      let outcome =
        connection.relp == nil
        ? takeLines(connection, limit: left, nanoseconds, in: loop)
        : takeFrames(connection, limit: left, nanoseconds, in: loop)
      left -= Int(connection.section.ledger.received &- before)
      guard outcome == .idle else {
        connection.kept.append(room.bytes)
        return outcome
      }
      switch receive(connection, now: loop.now) {
      case .moved: continue
      case .wouldBlock:
        connection.kept.append(room.bytes)
        return .idle
      case .ended, .failed:
        if !room.isEmpty { connection.section.ledger.incomplete &+= 1 }
        return .over
      }
    }
  }

  /// Reads more behind what is there.
  private mutating func receive(_ connection: ForwardConnection, now: Int64) -> Transfer {
    guard !connection.hasEnded else { return .ended }
    guard connection.mayHaveMore else { return .wouldBlock }
    if room.start > 0 {
      // What is left is at most a message that is not whole.
      room.moveToFront()
    }
    let wanted = room.room
    let result = connection.receive(into: &room)
    switch result {
    case .moved(let count):
      connection.lastActivity = now
      // Less than there was room for is all that there was, unless it is the end.
      if connection.tls == nil, count < wanted, !connection.isEnding {
        connection.mayHaveMore = false
      }
    case .wouldBlock: connection.mayHaveMore = false
    case .ended, .failed: connection.hasEnded = true
    }
    return result
  }

  /// Takes messages of lines and octet counts; `idle` where what is left is not a whole one.
  private mutating func takeLines(
    _ connection: ForwardConnection, limit: Int, _ nanoseconds: UInt64,
    in loop: borrowing EventLoop
  ) -> Outcome {
    let section = connection.section
    var left = limit
    while true {
      let step = section.framing.next(room.bytes, from: 0, searched: connection.searchedBytes)
      switch step {
      case .message(let start, let end, let consumed):
        guard section.hasRoom else { return .blocked }
        guard left > 0 else { return .more }
        section.deliver(
          room.bytes.extracting(start..<end), from: connection.sender, nanoseconds: nanoseconds,
          waits: true, in: loop)
        room.consumed(consumed)
        connection.searchedBytes = 0
        left -= 1
      case .incomplete:
        connection.searchedBytes = room.count
        return .idle
      case .failed:
        section.ledger.parseErrors &+= 1
        return .over
      }
    }
  }

  /// Takes messages of RELP; `idle` where what is left is not a whole one.
  private mutating func takeFrames(
    _ connection: ForwardConnection, limit: Int, _ nanoseconds: UInt64,
    in loop: borrowing EventLoop
  ) -> Outcome {
    let section = connection.section
    var messages = 0
    defer { connection.owe(messages) }
    while let relp = connection.relp, !relp.server.isOver {
      guard section.hasRoom else { return .blocked }
      guard messages < limit else { return .more }
      var position = 0
      do throws(RELPError) {
        let action = try relp.server.receive(
          room.bytes, from: &position, into: &connection.output)
        room.consumed(position)
        switch action {
        case .message:
          connection.deliver(nanoseconds: nanoseconds, in: loop)
          messages += 1
        case .opened, .closing: continue
        // More is taken when some of it is acknowledged.
        case .full: return .blocked
        case .none: return .idle
        }
      } catch {
        section.ledger.parseErrors &+= 1
        return .over
      }
    }
    return .idle
  }
}
