internal import LogRecords

/// What one line or entry of a log says of a connection, as far as it was understood.
///
/// Texts are ranges of the bytes that the record was read from. What is unknown is nil or empty.
package struct ReadRecord: Sendable {
  /// Which moment it tells of.
  package enum Event: UInt8, Sendable { case start, interim, end, error }

  /// Which moment it tells of.
  package var event: Event = .end
  /// The client's address, without its port.
  package var client = 0..<0
  /// The client's port.
  package var clientPort: UInt64?
  /// The frontend's name, without the `~` of TLS.
  package var frontend = 0..<0
  /// The backend's name.
  package var backend = 0..<0
  /// The server's name, or `<NOSRV>`.
  package var server = 0..<0
  /// The identity of the process's run, where the record bears one.
  package var boot = 0..<0
  /// The number of the record in that run.
  package var sequence: UInt64?
  /// When the connection was accepted, in µs since 1970.
  package var acceptedMicroseconds: Int64?
  /// The wait for a server, in µs.
  package var queueMicroseconds: UInt64?
  /// The time to connect to the server, in µs.
  package var connectMicroseconds: UInt64?
  /// The time from accept to end, in µs.
  package var totalMicroseconds: UInt64?
  /// Bytes to the client.
  package var bytesOut: UInt64?
  /// Bytes from the client.
  package var bytesIn: UInt64?
  /// The two letters of the termination state; 0 where there are none.
  package var cause: UInt8 = 0
  /// The second letter.
  package var phase: UInt8 = 0
  /// How often the connection to a server was tried again.
  package var retries: UInt64 = 0
  /// Whether it went to another server than the first choice.
  package var isRedispatched = false

  /// A record that says nothing yet.
  package init() {}

  /// Whether the connection did not end in good order.
  package var isError: Bool {
    event == .error || (cause != UInt8(ascii: "-") && cause != UInt8(ascii: "L") && cause != 0)
  }
}

/// What a line of a log turned out to be.
package enum LineKind: UInt8, Sendable {
  /// A record of a connection.
  case record
  /// Something else that the proxy said, such as that a server is down.
  case message
  /// Nothing that is understood here.
  case unknown
}
