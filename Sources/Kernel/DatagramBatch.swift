internal import CLinux

/// Datagrams in batches: what makes a log line cost a fraction of a system call.
package enum DatagramBatch {
  /// The most datagrams that one call sends.
  package static var limit: Int { Int(WEIR_DATAGRAM_BATCH) }
}

extension Descriptor {
  /// Sends datagrams that lie one after the other in `bytes`, the first `DatagramBatch.limit` of
  /// them at the most, on a connected socket, and gives how many were sent (sendmmsg(2), never
  /// blocks, no SIGPIPE).
  ///
  /// The error is that of the first datagram. Where a later one is refused, the kernel tells how
  /// many were sent and forgets why it stopped.
  package func sendDatagrams(
    _ bytes: Span<UInt8>, lengths: Span<UInt32>
  ) throws(Errno) -> Int {
    var count = 0
    var total = 0
    while count < lengths.count, count < DatagramBatch.limit {
      total += Int(lengths[count])
      count += 1
    }
    precondition(total <= bytes.count, "datagrams end behind their bytes")
    let sent = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe lengths.withUnsafeBufferPointer { lengths in
        // SAFETY: `count` lengths are there, and their sum lies within the bytes.
        unsafe weir_send_datagrams(
          number, bytes.baseAddress, lengths.baseAddress, UInt32(count))
      }
    }
    return Int(try check(sent))
  }

  /// Sends one message that is too large for a datagram over a connected UNIX socket: as a sealed
  /// file without a name (memfd_create(2)) that goes along with an empty datagram (SCM_RIGHTS).
  package func sendAsSealedFile(_ bytes: Span<UInt8>) throws(Errno) {
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      // SAFETY: as many bytes are read as the span has.
      unsafe weir_send_sealed_file(number, bytes.baseAddress, bytes.count)
    }
    _ = try check(result)
  }
}
