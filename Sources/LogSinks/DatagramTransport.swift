internal import Kernel

/// A connected, non-blocking datagram socket.
struct DatagramTransport: ~Copyable {
  let descriptor: Descriptor
  /// Whether refusals come back later, as ICMP messages.
  private let isInternet: Bool
  /// Whether the receiver takes a file in place of a datagram that would be too large: journald does
  /// (systemd.io/JOURNAL_NATIVE_PROTOCOL).
  private let takesFiles: Bool

  /// Opens a socket and connects it.
  init(to address: SocketAddress, takesFiles: Bool = false) throws(Errno) {
    let socket = try Descriptor.socket(for: address, datagram: true)
    if let error = socket.connect(to: address) { throw error }
    descriptor = socket
    self.takesFiles = takesFiles
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
      return error == .messageTooLong && takesFiles ? sendFile(queue) : outcome(of: error)
    }
  }

  /// Sends the oldest message as a file.
  private func sendFile(_ queue: borrowing MessageQueue) -> SendOutcome {
    do throws(Errno) {
      let length = Int(queue.waitingLengths[0])
      try descriptor.sendAsSealedFile(queue.waitingBytes.extracting(0..<length))
      return .sent(1)
    } catch {
      switch error {
      // Nothing more can be done for this one: no files to be had, or none let through.
      case .processFull, .systemFull, .notPermitted, .permissionDenied, Errno(38):
        return .tooLong(error)
      default: return outcome(of: error)
      }
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
    default: .lost(.system(error))
    }
  }
}

extension Errno {
  static let messageTooLong = Errno(90)
  static let notPermitted = Errno(1)
}
