extension ConnectionRecord {
  /// A record's times in whole milliseconds, as log lines have them; nil is `-1`.
  ///
  /// The moments are rounded down, not the spans between them, so that the total is always the
  /// sum of its parts: Tt = Th + Tw + Tc + Td.
  package struct Milliseconds: Hashable, Sendable {
    /// `%Th`
    package var handshake: Int64
    /// `%Tw`
    package var queue: Int64?
    /// `%Tc`
    package var connect: Int64?
    /// `%Td`
    package var data: Int64?
    /// `%Tt`
    package var total: Int64
  }

  /// The times in whole milliseconds.
  package var milliseconds: Milliseconds {
    let handshake = max(0, handshakeMicroseconds)
    var result = Milliseconds(
      handshake: handshake / 1000, queue: nil, connect: nil, data: nil,
      total: max(0, totalMicroseconds) / 1000)
    guard let queueMicroseconds else { return result }
    let queued = handshake.saturatingAdded(max(0, queueMicroseconds))
    result.queue = queued / 1000 - result.handshake
    guard let connectMicroseconds else { return result }
    let connected = queued.saturatingAdded(max(0, connectMicroseconds))
    result.connect = connected / 1000 - queued / 1000
    guard dataMicroseconds != nil else { return result }
    result.data = max(0, result.total - connected / 1000)
    return result
  }

  /// The second of accept, since 1970.
  var acceptedSecond: Int64 { Int64(acceptedNanoseconds / 1_000_000_000) }

  /// The millisecond within the second of accept.
  var acceptedMillisecond: Int { Int(acceptedNanoseconds / 1_000_000 % 1000) }
}
