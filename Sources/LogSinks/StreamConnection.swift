internal import Kernel
internal import Memory
internal import TLS

/// A connection to a receiver from its beginning to its end: socket, and TLS on top where it is
/// asked for. It knows nothing of messages.
///
/// Nothing here waits: each call does what can be done now, and the owner calls again when the
/// loop tells of the descriptor or `deadline` has passed.
struct StreamConnection: ~Copyable {
  /// How far a connection has come about.
  enum Progress: Equatable {
    /// It is there; bytes may be sent.
    case ready
    /// It waits for the other end; with `forRoom` until it can be written to.
    case waiting(forRoom: Bool)
    /// It is not to be had.
    case failed(SinkFailure)
  }

  /// What came of sending or receiving bytes.
  enum Outcome: Equatable {
    /// So many bytes were moved.
    case moved(Int)
    /// Nothing can be moved now; with `forRoom` not until it can be written to.
    case waiting(forRoom: Bool)
    /// The other end has closed, and sends no more.
    case ended
    /// The connection is broken.
    case failed(SinkFailure)
  }

  private enum State: Equatable {
    case connecting
    /// TLS shakes hands.
    case securing
    /// TLS is there, but whether the other end thinks so too is only known when it says something
    /// (see `settle`), or not before this moment.
    case settling(until: Int64)
    case ready
  }

  /// How long a connection may take where nothing else is said, in milliseconds.
  static let connectLimitMilliseconds = 5000
  /// How long bytes may stay unacknowledged where nothing else is said, in milliseconds.
  static let userLimitMilliseconds = 30_000
  /// When an idle connection begins to be asked whether it still lives, and how often then, in
  /// seconds.
  static let keepIdleSeconds = 60
  static let keepIntervalSeconds = 10

  /// How long the other end of TLS 1.3 has to say something after the handshake, in microseconds.
  static let settleLimit: Int64 = 250_000

  /// The socket, for the loop to watch.
  let descriptor: Descriptor
  private var state: State
  private let connectLimit: Int
  private let isUnix: Bool
  private let connectDeadline: Int64
  /// Bytes given to the socket since the connection began.
  private var sentBytes: UInt64 = 0
  private var tls: TLSSession?
  private var marks = TLSMarks()

  /// Begins to connect (connect(2)); with a context TLS is spoken.
  init(
    to server: LogServerSettings, tls context: TLSContext? = nil, now: Int64
  ) throws(SinkFailure) {
    let isUnix = if case .internet = server.address { false } else { true }
    let socket = try Self.socket(for: server.address)
    if !isUnix {
      socket.prefer(.noDelay)
      socket.prefer(.keepAlive)
      socket.prefer(.keepIdle, Self.keepIdleSeconds)
      socket.prefer(.keepInterval, Self.keepIntervalSeconds)
      socket.prefer(
        .userTimeout, server.userTimeoutMilliseconds ?? Self.userLimitMilliseconds)
    }
    let error = socket.connect(to: server.address)
    if let error, error != .inProgress { throw .system(error) }
    let session = try Self.session(context, on: socket, to: server.address)
    self.init(
      descriptor: socket, tls: session,
      state: error != nil ? .connecting : context == nil ? .ready : .securing,
      connectLimit: server.connectTimeoutMilliseconds ?? Self.connectLimitMilliseconds,
      isUnix: isUnix, now: now)
  }

  private init(
    descriptor: consuming Descriptor, tls: consuming TLSSession?, state: State, connectLimit: Int,
    isUnix: Bool, now: Int64
  ) {
    self.descriptor = descriptor
    self.tls = tls
    self.state = state
    self.connectLimit = connectLimit
    self.isUnix = isUnix
    connectDeadline = now + Int64(connectLimit) * 1000
  }

  private static func socket(for address: SocketAddress) throws(SinkFailure) -> Descriptor {
    do throws(Errno) {
      return try Descriptor.socket(for: address)
    } catch {
      throw .system(error)
    }
  }

  private static func session(
    _ context: TLSContext?, on socket: borrowing Descriptor, to address: SocketAddress
  ) throws(SinkFailure) -> TLSSession? {
    guard let context else { return nil }
    do throws(TLSError) {
      if case .internet(let endpoint, _) = address {
        return try TLSSession(context, on: socket, host: endpoint.addressText)
      }
      return try TLSSession(context, on: socket)
    } catch {
      throw .tls(error)
    }
  }

  /// When `advance` is to be called even if the loop tells nothing, in microseconds; nil where
  /// the connection has come about.
  var deadline: Int64? {
    switch state {
    case .connecting, .securing: connectDeadline
    case .settling(let end): min(end, connectDeadline)
    case .ready: nil
    }
  }

  /// Does what can be done for the connection to come about.
  mutating func advance(now: Int64) -> Progress {
    if state == .ready { return .ready }
    var progress = Progress.waiting(forRoom: true)
    if state == .connecting {
      if let error = descriptor.pendingError() { return .failed(.system(error)) }
      if descriptor.peerEndpoint() != .none { state = tls == nil ? .ready : .securing }
    }
    if state == .securing { progress = shakeHands(now: now) }
    if case .settling(let end) = state { progress = settle(until: end, now: now) }
    if state == .ready { return .ready }
    if case .failed = progress { return progress }
    return now >= connectDeadline ? .failed(.connectTimeout(connectLimit)) : progress
  }

  private mutating func shakeHands(now: Int64) -> Progress {
    guard let result = tls?.handshake() else { return .ready }
    switch result {
    case .wantsRead: return .waiting(forRoom: false)
    case .wantsWrite: return .waiting(forRoom: true)
    case .closed: return .failed(.closed)
    case .failed(let error): return .failed(Self.failure(error))
    case .done:
      state = tls?.version == "TLSv1.3" ? .settling(until: now + Self.settleLimit) : .ready
      marks.begin(at: tls?.readBytes ?? 0)
      return .waiting(forRoom: false)
    }
  }

  /// In TLS 1.3 a client is done before the server has looked at its certificate. What it writes
  /// then to a server that turns it away would be acknowledged by the server's system, and lost. A
  /// server that lets it in sends tickets, by all libraries in use; so it is waited for a word.
  private mutating func settle(until end: Int64, now: Int64) -> Progress {
    switch tls?.look() {
    case .closed: return .failed(.closed)
    case .failed(let error): return .failed(Self.failure(error))
    case .moved: state = .ready
    case .wantsRead, .wantsWrite, nil:
      if now >= end || tls?.readBytes != marks.readBefore { state = .ready }
    }
    return .waiting(forRoom: false)
  }

  private static func failure(_ error: TLSError) -> SinkFailure {
    if case .system(let errno) = error.kind { .system(errno) } else { .tls(error) }
  }

  /// Sends what the socket takes of these bytes; only when `advance` said `ready`. What was not
  /// taken is to be offered again before anything else.
  mutating func send(_ bytes: Span<UInt8>) -> Outcome {
    guard let result = tls?.write(bytes) else {
      switch descriptor.send(bytes) {
      case .moved(let count):
        sentBytes += UInt64(count)
        return .moved(count)
      case .wouldBlock: return .waiting(forRoom: true)
      case .ended: return .ended
      case .failed(let error): return .failed(.system(error))
      }
    }
    if case .moved(let count) = result {
      sentBytes += UInt64(count)
      marks.add(wire: tls?.writtenBytes ?? 0, bytes: sentBytes)
    }
    return Self.outcome(result)
  }

  /// Receives what the other end sent into the room of a buffer.
  mutating func receive(into buffer: inout ByteBuffer) -> Outcome {
    guard let result = tls?.read(into: &buffer) else {
      switch descriptor.receive(into: &buffer) {
      case .moved(let count): return .moved(count)
      case .wouldBlock: return .waiting(forRoom: false)
      case .ended: return .ended
      case .failed(let error): return .failed(.system(error))
      }
    }
    return Self.outcome(result)
  }

  /// Tells the other end that no more will come; what TLS has to say of it at least.
  mutating func finish() {
    if state == .ready { _ = tls?.shutdown() }
    descriptor.shutdownWriting()
  }

  private static func outcome(_ transfer: TLSTransfer) -> Outcome {
    switch transfer {
    case .moved(let count): .moved(count)
    case .wantsRead: .waiting(forRoom: false)
    case .wantsWrite: .waiting(forRoom: true)
    case .closed: .ended
    case .failed(let error): .failed(failure(error))
    }
  }

  /// How many of the bytes given to `send` the other end's system has surely got.
  ///
  /// A UNIX socket tells how much memory lies unread, which is never less than the bytes in it. The
  /// answer holds if the connection is seen to be alive afterwards: what an end that closed had not
  /// read is gone, and no longer told.
  mutating func acknowledgedBytes() -> UInt64 {
    guard let rest = descriptor.unacknowledgedBytes() else { return sentBytes }
    guard let wire = tls?.writtenBytes else { return sentBytes - min(sentBytes, UInt64(rest)) }
    return marks.bytes(upTo: wire - min(wire, UInt64(rest)))
  }

  /// The same once the other end has closed in order: a UNIX socket that closes with something
  /// unread breaks the connection instead, so all was read.
  mutating func acknowledgedAtEnd(known: UInt64) -> UInt64 {
    isUnix ? sentBytes : max(known, acknowledgedBytes())
  }
}
