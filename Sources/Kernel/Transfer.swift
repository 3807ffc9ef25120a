internal import CLinux
public import Memory

/// What came of moving bytes through a socket or pipe.
@frozen
public enum Transfer: BitwiseCopyable, Sendable {
  /// So many bytes were moved; never 0.
  case moved(Int)
  /// The other end has closed: there will be no more.
  case ended
  /// Nothing can be moved now (EAGAIN).
  case wouldBlock
  /// The kernel refused.
  case failed(Errno)

  @inline(__always)
  init(_ result: Int) {
    if result > 0 {
      self = .moved(result)
    } else if result == 0 {
      self = .ended
    } else if result == -11 {
      self = .wouldBlock
    } else {
      self = .failed(Errno(Int32(-result)))
    }
  }
}

extension Descriptor {
  /// Reads into the room of a buffer (recv(2)); the buffer has the bytes afterwards.
  public func receive(into buffer: inout ByteBuffer) -> Transfer {
    // SAFETY: the buffer has `room` bytes behind `end`.
    let result = unsafe weir_receive(number, buffer.base + buffer.end, buffer.room)
    if result > 0 { buffer.produced(result) }
    return Transfer(result)
  }

  /// Reads what waits without taking it from the socket (recv(2) with MSG_PEEK).
  public func peek(into buffer: inout ByteBuffer) -> Transfer {
    // SAFETY: the buffer has `room` bytes behind `end`.
    let result = unsafe weir_peek(number, buffer.base + buffer.end, buffer.room)
    if result > 0 { buffer.produced(result) }
    return Transfer(result)
  }

  /// Writes the bytes that wait in a buffer (send(2)); those written leave the buffer. `more` says
  /// that more will follow at once (MSG_MORE).
  public func send(from buffer: inout ByteBuffer, more: Bool = false) -> Transfer {
    guard !buffer.isEmpty else { return .wouldBlock }
    // SAFETY: the buffer has `count` bytes from `start`.
    let result = unsafe weir_send(number, buffer.base + buffer.start, buffer.count, more ? 1 : 0)
    if result > 0 { buffer.consumed(result) }
    return Transfer(result)
  }

  /// Writes what the other end takes of these bytes (send(2)).
  package func send(_ bytes: Span<UInt8>) -> Transfer {
    guard !bytes.isEmpty else { return .wouldBlock }
    return unsafe bytes.withUnsafeBufferPointer { bytes in
      // SAFETY: as many bytes are read as the span has.
      Transfer(unsafe weir_send(number, bytes.baseAddress, bytes.count, 0))
    }
  }

  /// Moves up to `count` bytes to another descriptor, one of both a pipe (splice(2)).
  public func splice(to other: borrowing Descriptor, count: Int, more: Bool = false) -> Transfer {
    Transfer(weir_splice(number, other.number, count, more ? 1 : 0))
  }

  /// Tells the other end that there will be no more (shutdown(2), SHUT_WR).
  public func shutdownWriting() { _ = weir_shutdown_writing(number) }
}
