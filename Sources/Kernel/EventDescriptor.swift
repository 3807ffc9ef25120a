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
