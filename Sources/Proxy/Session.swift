internal import Kernel
internal import LogRecords
internal import Memory
internal import Reactor

/// One connection from its accept to its record: both ends, both directions, and what happened.
///
/// It is a state machine driven by its worker: events and timers go in, a `Step` comes out. It
/// lives in a slab and holds no reference to anything shared; names are indexes.
struct Session: ~Copyable {
  /// What the session waits for.
  enum State: Equatable {
    /// The client's PROXY protocol header.
    case header
    /// A server, in a queue.
    case queued(ticket: UInt64, server: Int?)
    /// The next attempt at the same server, a second later.
    case turnaround
    /// A server that answers the call.
    case connecting
    /// Bytes of either side.
    case relaying
  }

  /// What the worker is to do with a session after an event.
  enum Step {
    /// Nothing until the next event.
    case waits
    /// Let it go on after the others.
    case hasMore
    /// End it.
    case ends(TerminationCause, TerminationPhase)
  }

  var state: State = .header
  var client: Side
  var server = Side(socket: nil)
  var upstream = Flow(source: .client)
  var downstream = Flow(source: .server)
  /// What will be told of the connection.
  var record = ConnectionRecord()
  /// Its own name in the slab.
  var index = SlabIndex(slot: 0, generation: 0)
  /// The backend; nil before it has one.
  var backend: Int?
  /// The server's index in the backend; nil while none is chosen.
  var chosen: Int?
  /// Whether the server counts this session.
  var holdsServer = false
  /// The port that the server's `source` line has lent to the connection.
  var sourcePort: BorrowedPort?
  /// Attempts that are left after the one under way.
  var attemptsLeft = 0
  /// The server that failed last, not to be chosen again if there is another.
  var avoided: Int?
  /// Microseconds on the loop's clock: accepted, header read, server chosen, connected.
  var acceptedAt: Int64
  var handshakeDoneAt: Int64
  var chosenAt: Int64?
  var connectedAt: Int64?
  /// Milliseconds on the loop's clock at which the present state is over: a queue, a pause, an
  /// attempt to connect; nil where it has no such end.
  var stateDeadline: Int64?
  /// The timer that is set for the session, and when it will fire in milliseconds.
  var timer: TimerIndex?
  var timerDeadline: Int64 = .max
  /// Whether the worker knows already that the session has more to do.
  var isToGoOn = false
  /// Whether a record of one of its steps was made already.
  var isLogged = false
  /// When the next record of the open connection is due, in milliseconds on the loop's clock.
  var interimAt: Int64 = .max
  /// Whether bytes have come from the client that were not counted as read.
  var sawClientData = false

  init(client socket: consuming Descriptor, now: Int64) {
    client = Side(socket: socket)
    client.lastActivity = now / 1000
    acceptedAt = now
    handshakeDoneAt = now
  }

  /// The waiter that stands for this session in a queue.
  func waiter(of worker: Int) -> Waiter {
    Waiter(worker: UInt16(truncatingIfNeeded: worker), session: index)
  }
}
