package import Kernel

/// What happened to one connection, as a value of fixed size that owns nothing.
///
/// A worker fills it in and puts a copy into its ring; the log thread reads it. Names are given by
/// index into `LogNames`. Times are microseconds; what never came about is nil.
package struct ConnectionRecord: BitwiseCopyable, Sendable {
  /// Which moment of the connection the record tells of.
  package enum Event: UInt8, BitwiseCopyable, CaseIterable, Sendable {
    case start, interim, end, error
  }

  /// Which step made the log line (`%OG`).
  package enum Origin: UInt8, BitwiseCopyable, Sendable {
    case sessionError, accept, connect, close, interim
  }

  /// The moment that the record tells of.
  package var event: Event = .end
  /// The step that made the line.
  package var origin: Origin = .close
  /// The severity of the line: information, or error under `option log-separate-errors`.
  package var severity: Severity = .information
  /// What ended the connection.
  package var cause: TerminationCause = .none
  /// What the connection was doing when it ended.
  package var phase: TerminationPhase = .normal
  /// Whether times and counts are those of a moment before the end (`option logasap`): aliases
  /// that go on growing bear a `+`.
  package var isPartial = false
  /// Whether the connection was given to another server than the first choice (`%rc` bears a `+`).
  package var isRedispatched = false

  /// The number of this record in the process, from 1; gaps tell of records lost.
  package var sequence: UInt64 = 0
  /// The number of the connection in the process, from 1.
  package var connection: UInt64 = 0
  /// When the connection was accepted, in nanoseconds since 1970 (CLOCK_REALTIME).
  package var acceptedNanoseconds: UInt64 = 0
  /// When the record was made, in nanoseconds since 1970 (CLOCK_REALTIME).
  package var emittedNanoseconds: UInt64 = 0

  /// The client, as the PROXY protocol told it where it did (`%ci %cp`).
  package var client: Endpoint = .none
  /// The other end of the accepted socket.
  package var peer: Endpoint = .none
  /// The address that the client spoke to (`%fi %fp`).
  package var frontendAddress: Endpoint = .none
  /// The address that the server was spoken to from (`%bi %bp`).
  package var sourceAddress: Endpoint = .none
  /// The server's address (`%si %sp`).
  package var serverAddress: Endpoint = .none

  /// Index of the frontend in `LogNames.frontends`.
  package var frontend: UInt32 = 0
  /// Index of the listener in `LogNames.listeners`.
  package var listener: UInt32 = 0
  /// Index of the backend in `LogNames.backends`; nil where none was chosen.
  package var backend: UInt32?
  /// Index of the server in `LogNames.servers`; nil where none was chosen (`<NOSRV>`).
  package var server: UInt32?

  /// Time of the PROXY protocol header (and of TLS, when it comes), in µs (`%Th`).
  package var handshakeMicroseconds: Int64 = 0
  /// Time from there until a server was chosen, waits in queues included, in µs (`%Tw`).
  package var queueMicroseconds: Int64?
  /// Time to connect to the server, retries included, in µs (`%Tc`).
  package var connectMicroseconds: Int64?
  /// Time from the connection to the server until the end, in µs (`%Td`).
  package var dataMicroseconds: Int64?
  /// Time from accept until the end, in µs (`%Tt`).
  package var totalMicroseconds: Int64 = 0

  /// Bytes read from the client (`%U`).
  package var bytesFromClient: UInt64 = 0
  /// Bytes read from the server (`%B`).
  package var bytesFromServer: UInt64 = 0

  /// The error of the client's side as HAProxy numbers them (`fc_err`), 0 for none.
  package var clientErrorCode: UInt8 = 0
  /// The error of the server's side as HAProxy numbers them (`bc_err`), 0 for none.
  package var serverErrorCode: UInt8 = 0
  /// The errno that ended the client's side, 0 for none.
  package var clientErrno: Int32 = 0
  /// The errno that ended the server's side, 0 for none.
  package var serverErrno: Int32 = 0

  /// Connections of the process when the record was made (`%ac`).
  package var processConnections: UInt32 = 0
  /// Connections of the frontend (`%fc`).
  package var frontendConnections: UInt32 = 0
  /// Connections of the backend (`%bc`).
  package var backendConnections: UInt32 = 0
  /// Connections of the server (`%sc`).
  package var serverConnections: UInt32 = 0
  /// How often the connection to a server was tried again (`%rc`).
  package var retries: UInt32 = 0
  /// Connections before this one in the server's queue (`%sq`).
  package var serverQueue: UInt32 = 0
  /// Connections before this one in the backend's queue (`%bq`).
  package var backendQueue: UInt32 = 0
  /// Lines of the frontend before this one (`%lc`), modulo 2^32.
  package var logCounter: UInt32 = 0
  /// Number of the connection in the process (`%rt`), modulo 2^32.
  package var requestCounter: UInt32 = 0

  /// A record of which nothing is known yet.
  package init() {}
}
