internal import CLinux

/// A descriptor that becomes readable when any thread says so (eventfd(2)).
package struct EventDescriptor: ~Copyable, Sendable {
  /// The descriptor, to be watched for reading.
  package let descriptor: Descriptor

  /// A new one, not signalled.
  package init() throws(Errno) { descriptor = Descriptor(owning: try check(weir_eventfd())) }

  /// Makes it readable.
  package func signal() { _ = weir_eventfd_signal(descriptor.number) }

  /// Makes it unreadable until the next signal.
  package func clear() { _ = weir_eventfd_clear(descriptor.number) }
}

/// Signals of the process, taken as events rather than interruptions (signalfd(2)).
package struct SignalDescriptor: ~Copyable, Sendable {
  /// The descriptor, to be watched for reading.
  package let descriptor: Descriptor

  /// Blocks these signals in the calling thread and in all that it starts from now on, and takes
  /// them here. Call it before the first thread starts.
  package init(_ signals: [Int32]) throws(Errno) {
    descriptor = Descriptor(
      owning: try check(unsafe weir_signalfd(signals, Int32(signals.count))))
  }

  /// The next signal that waits and the pid of who sent it; nil where none waits.
  package func next() -> (signal: Int32, sender: Int32)? {
    var sender: Int32 = 0
    let signal = unsafe weir_signalfd_next(descriptor.number, &sender)
    return signal > 0 ? (signal, sender) : nil
  }
}

/// A word from one process to another: that something is done (pipe2(2)).
package struct Handshake: ~Copyable {
  private let output: Descriptor
  private var input: Descriptor?

  /// A handshake of two processes to be; make it before the fork.
  package init() throws(Errno) {
    var ends: (Int32, Int32) = (0, 0)
    let result = unsafe withUnsafeMutableBytes(of: &ends) { raw in
      // SAFETY: two Int32 have room for the two descriptors.
      unsafe weir_blocking_pipe(raw.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    _ = try check(result)
    output = Descriptor(owning: ends.0)
    input = Descriptor(owning: ends.1)
  }

  /// Says that it is done.
  package mutating func give() {
    if let input = input.take() { _ = weir_write_byte(input.number) }
  }

  /// Waits for the other process: whether it said so before it ended.
  package mutating func awaitOther() -> Bool {
    input = nil
    return weir_read_byte(output.number) == 1
  }
}
