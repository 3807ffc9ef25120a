internal import Kernel
internal import Reactor

/// What one attempt to send what waits came to.
enum SendOutcome: Equatable {
  /// So many messages left, the oldest of the queue (0: a part of one).
  case sent(Int)
  /// There is no room now; readiness will tell when there is.
  case full
  /// The system is out of memory for it; nothing will tell when that is over.
  case short(Errno)
  /// So many messages, the oldest of the queue, were refused for good.
  case refused(Int, Errno)
  /// The oldest message is larger than the transport takes.
  case tooLong(Errno)
  /// A message sent before turned out to be refused; those that wait may be sent at once.
  case reported(Errno)
  /// The receiver is gone: open the transport anew.
  case lost(Errno)
}

/// How messages get out of the process, by datagrams or by a descriptor.
enum Transport: ~Copyable {
  case datagrams(DatagramTransport)
  case output(OutputTransport)

  /// Sends some of the oldest messages, and tells whether an earlier one turned out to be refused.
  mutating func send(_ queue: borrowing MessageQueue) -> (outcome: SendOutcome, wasRefused: Bool) {
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
    }
  }

  /// Begins to be told of refusals; not of room, since each datagram that leaves makes some.
  ///
  /// A regular file cannot be watched (EPERM), and need not be.
  borrowing func watch(in loop: borrowing EventLoop, token: EventToken) {
    switch self {
    case .datagrams(let datagrams):
      try? loop.watch(datagrams.descriptor, for: .edge, token: token)
    case .output(let output):
      try? loop.watch(output.output.descriptor, for: .edge, token: token)
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
    }
  }

  /// The refusal that waits on the socket, if any.
  borrowing func pendingReport() -> Errno? {
    switch self {
    case .datagrams(let datagrams): datagrams.pendingReport()
    case .output: nil
    }
  }
}

/// A connected, non-blocking datagram socket.
struct DatagramTransport: ~Copyable {
  let descriptor: Descriptor
  /// Whether refusals come back later, as ICMP messages.
  private let isInternet: Bool

  /// Opens a socket and connects it.
  init(to address: SocketAddress) throws(Errno) {
    let socket = try Descriptor.socket(for: address, datagram: true)
    if let error = socket.connect(to: address) { throw error }
    descriptor = socket
    if case .internet = address { isInternet = true } else { isInternet = false }
  }

  /// Sends a batch of the oldest messages.
  mutating func send(_ queue: borrowing MessageQueue) -> SendOutcome {
    do throws(Errno) {
      let lengths = queue.waitingLengths
      let sent = try descriptor.sendDatagrams(queue.waitingBytes, lengths: lengths)
      stoppedEarly = isInternet && sent < min(lengths.count, DatagramBatch.limit)
      return .sent(sent)
    } catch {
      stoppedEarly = false
      return outcome(of: error)
    }
  }

  /// Whether the batch before stopped early, for a reason that the kernel did not keep. An ICMP
  /// message that comes in while a batch is sent stops it, and its error is lost with that; it is
  /// told from a full socket by the next attempt, which succeeds.
  private(set) var stoppedEarly = false

  /// The refusal that waits on the socket, if any.
  func pendingReport() -> Errno? { isInternet ? descriptor.pendingError() : nil }

  private func outcome(of error: Errno) -> SendOutcome {
    switch error {
    case .again: .full
    case .noBuffers, .noMemory: .short(error)
    case .messageTooLong: .tooLong(error)
    case .connectionRefused where isInternet: .reported(error)
    case .permissionDenied where isInternet, .notPermitted: .refused(1, error)
    default: .lost(error)
    }
  }
}

/// A descriptor that the process inherited, written in whole lines.
struct OutputTransport: ~Copyable {
  /// The most bytes that one write to a file or socket takes.
  static let writeLimit = 65_536

  let output: OutputDescriptor
  /// How much of the oldest message is written.
  private var writtenBytes = 0

  /// Opens a view of an inherited descriptor.
  init(inherited number: Int32) throws(Errno) { output = try OutputDescriptor(inherited: number) }

  /// Writes as many of the oldest messages as go in one piece.
  mutating func send(_ queue: borrowing MessageQueue) -> SendOutcome {
    let lengths = queue.waitingLengths
    let limit = output.isPipe ? OutputDescriptor.atomicBytes : Self.writeLimit
    var count = 0
    var end = 0
    while count < lengths.count, count == 0 || end + Int(lengths[count]) <= limit {
      end += Int(lengths[count])
      count += 1
    }
    do throws(Errno) {
      let written = try output.write(queue.waitingBytes.extracting(writtenBytes..<end))
      return .sent(whole(of: lengths, after: writtenBytes + written))
    } catch {
      switch error {
      case .again: return .full
      case .noBuffers, .noMemory: return .short(error)
      default:
        writtenBytes = 0
        return .refused(count, error)
      }
    }
  }

  /// How many messages are whole with `bytes` written since the first began; the rest is kept.
  private mutating func whole(of lengths: Span<UInt32>, after bytes: Int) -> Int {
    var rest = bytes
    var count = 0
    while count < lengths.count, rest >= Int(lengths[count]) {
      rest -= Int(lengths[count])
      count += 1
      if rest == 0 { break }
    }
    writtenBytes = rest
    return count
  }
}

extension Errno {
  static let messageTooLong = Errno(90)
  static let notPermitted = Errno(1)
}
