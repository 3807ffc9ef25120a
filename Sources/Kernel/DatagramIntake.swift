internal import CLinux

/// Room for datagrams that come in, a batch at a time (recvmmsg(2)).
///
/// The memory is taken once; pages that no datagram ever filled cost none.
@safe
package struct DatagramIntake: ~Copyable {
  /// The most datagrams of a batch.
  package static var batchLimit: Int { 64 }
  /// The longest datagram.
  package static var lengthLimit: Int { 65_535 }

  private let intake: OpaquePointer
  /// How many datagrams the last batch has.
  package private(set) var count = 0

  /// Takes the memory.
  package init() throws(Errno) {
    guard
      let made = unsafe weir_intake_make(UInt32(Self.batchLimit), UInt32(Self.lengthLimit))
    else { throw .noMemory }
    unsafe intake = made
  }

  // SAFETY: the intake was made once and is freed once.
  deinit { unsafe weir_intake_free(intake) }

  /// Takes what waits at a socket, `limit` datagrams at the most, in place of the batch before, and
  /// gives how many there were; 0 where none waits.
  package mutating func receive(
    from socket: borrowing Descriptor, limit: Int = Self.batchLimit
  ) throws(Errno) -> Int {
    count = 0
    let limit = UInt32(clamping: min(limit, Self.batchLimit))
    // SAFETY: the intake lives as long as self.
    let result = unsafe weir_intake_receive(intake, socket.number, limit)
    if result == -11 { return 0 }
    count = Int(try check(result))
    return count
  }

  /// The bytes of a datagram of the batch.
  package subscript(index: Int) -> Span<UInt8> {
    @_lifetime(borrow self) get {
      precondition(index >= 0 && index < count, "no such datagram in the batch")
      // SAFETY: the kernel wrote that many bytes there, and they stay until the next batch, which
      // needs self alone.
      let start = unsafe weir_intake_bytes(intake, UInt32(index))
      let length = unsafe Int(weir_intake_length(intake, UInt32(index)))
      let span = unsafe Span(
        _unsafeElements: UnsafeBufferPointer(start: start, count: min(length, Self.lengthLimit)))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Who sent a datagram of the batch.
  package func sender(_ index: Int) -> Endpoint {
    var raw = weir_endpoint()
    // SAFETY: the intake lives as long as self; indexes beyond the batch give no endpoint.
    unsafe weir_intake_sender(intake, UInt32(clamping: index), &raw)
    return Endpoint(raw)
  }

  /// How many datagrams the kernel had dropped at the socket when the last one of the batch came
  /// in, modulo 2^32 (SO_RXQ_OVFL); nil where it told nothing.
  package var kernelDrops: UInt32? {
    // SAFETY: the intake lives as long as self.
    let drops = unsafe weir_intake_drops(intake)
    return drops < 0 ? nil : UInt32(truncatingIfNeeded: drops)
  }
}

extension Descriptor {
  /// Lets datagrams tell how many the kernel dropped before them (SO_RXQ_OVFL).
  package func countDrops() { _ = weir_count_drops(number) }

  /// How many datagrams the kernel has dropped here by now, modulo 2^32 (SO_MEMINFO); nil where it
  /// does not tell.
  package func kernelDrops() -> UInt32? {
    let drops = weir_socket_drops(number)
    return drops < 0 ? nil : UInt32(truncatingIfNeeded: drops)
  }

  /// Asks for a receive buffer of so many bytes, beyond the system's limit where the process may
  /// (SO_RCVBUFFORCE), and gives how many there are now.
  package func growReceiveBuffer(to size: Int) throws(Errno) -> Int {
    Int(try check(weir_grow_receive_buffer(number, Int32(clamping: size))))
  }
}
