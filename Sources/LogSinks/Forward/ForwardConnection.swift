internal import Kernel
internal import LogRecords
internal import Memory
internal import RELP
internal import Reactor
internal import TLS

/// A connection that messages come in by, on the log thread.
final class ForwardConnection {
  /// Messages that came together, and how far each sink of the section must have got before they
  /// are acknowledged.
  struct Owed {
    var messages: Int
    var marks: [UInt64]
  }

  /// A conversation of RELP.
  final class Conversation {
    var server: RELPServer

    init(messageLimit: Int) {
      server = RELPServer(software: "weir", messageLimit: messageLimit)
    }
  }

  /// A session of TLS.
  final class Channel {
    var session: TLSSession

    init(_ context: TLSContext, on descriptor: borrowing Descriptor) throws(TLSError) {
      session = try TLSSession(context, on: descriptor)
    }
  }

  let section: ForwardSection
  let descriptor: Descriptor
  let sender: ForwardSection.Sender
  /// What was read and is not a whole message, or had to wait for room in a sink.
  var kept: [UInt8] = []
  /// How many of these bytes are known to hold no end of a line.
  var searchedBytes = 0
  /// Whether the kernel may have more: it tells of changes only.
  var mayHaveMore = true
  /// Whether the loop told that the other end sends no more: reading goes on until it is seen.
  var isEnding = false
  /// Whether the end was read.
  var hasEnded = false
  /// Whether it is among those that are looked at again when sinks have taken something.
  var isHeld = false
  /// Whether it waits for room in a sink.
  var isBlocked = false
  /// When something came in last, or it was last kept waiting; microseconds.
  var lastActivity: Int64
  /// The session, where TLS is spoken.
  let tls: Channel?
  /// The conversation, where it is RELP.
  let relp: Conversation?
  /// What RELP has to say.
  var output = ByteWriter()
  /// How much of that was written.
  var writtenBytes = 0
  /// The messages that RELP has not acknowledged yet, the oldest first.
  var owed: [Owed] = []
  /// Whether TLS can go on only when there is room to write.
  var needsRoom = false
  /// Whether the loop tells of room to write.
  var watchesRoom = false

  /// A connection that has just been accepted.
  init(
    _ descriptor: consuming Descriptor, of section: ForwardSection, peer: Endpoint, now: Int64,
    socket: ForwardSocket
  ) throws(TLSError) {
    tls = try socket.tls.map { context throws(TLSError) in
      try Channel(context, on: descriptor)
    }
    self.section = section
    self.descriptor = descriptor
    sender = .init(peer)
    lastActivity = now
    relp = socket.listener.input == .relp ? Conversation(messageLimit: section.framing.limit) : nil
  }

  /// Reads into the room of a buffer.
  func receive(into buffer: inout ByteBuffer) -> Transfer {
    guard let tls else { return descriptor.receive(into: &buffer) }
    return transfer(of: tls.session.read(into: &buffer))
  }

  private func send(_ bytes: Span<UInt8>) -> Transfer {
    guard let tls else { return descriptor.send(bytes) }
    return transfer(of: tls.session.write(bytes))
  }

  private func transfer(of result: TLSTransfer) -> Transfer {
    switch result {
    case .moved(let count): return .moved(count)
    case .wantsRead: return .wouldBlock
    case .wantsWrite:
      needsRoom = true
      return .wouldBlock
    case .closed: return .ended
    case .failed(let error):
      section.ledger.tlsErrors &+= 1
      section.ledger.lastTLSError = error.message
      return .failed(.connectionReset)
    }
  }

  /// Hands the message that RELP read last to the section.
  func deliver(nanoseconds: UInt64, in loop: borrowing EventLoop) {
    guard let relp else { return }
    section.deliver(
      relp.server.message, from: sender, nanoseconds: nanoseconds, waits: true, in: loop)
  }

  /// Says that so many messages are to be acknowledged when every sink has taken what it has now.
  func owe(_ messages: Int) {
    guard messages > 0 else { return }
    owed.append(Owed(messages: messages, marks: section.sinks.map(\.acceptedCount)))
  }

  /// Acknowledges the messages that every sink has taken.
  func settle() {
    guard !owed.isEmpty else { return }
    let settled = section.sinks.map(\.settledCount)
    var count = 0
    while count < owed.count, zip(owed[count].marks, settled).allSatisfy({ $0 <= $1 }) {
      relp?.server.acknowledge(owed[count].messages, into: &output)
      count += 1
    }
    owed.removeFirst(count)
  }

  /// What came of writing what RELP has to say.
  enum Writing { case done, full, failed }

  /// Writes what RELP has to say, as far as the other end takes it.
  func write() -> Writing {
    while writtenBytes < output.count {
      switch send(output.span.extracting(writtenBytes..<output.count)) {
      case .moved(let count): writtenBytes += count
      case .wouldBlock: return .full
      case .ended, .failed: return .failed
      }
    }
    output.removeAll()
    writtenBytes = 0
    return .done
  }
}
