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

  private enum State { case connecting, securing, ready }

  /// How long a connection may take where nothing else is said, in milliseconds.
  static let connectLimitMilliseconds = 5000
  /// How long bytes may stay unacknowledged where nothing else is said, in milliseconds.
  static let userLimitMilliseconds = 30_000
  /// When an idle connection begins to be asked whether it still lives, and how often then, in
  /// seconds.
  static let keepIdleSeconds = 60
  static let keepIntervalSeconds = 10

  /// The socket, for the loop to watch.
  let descriptor: Descriptor
  private var state: State
  private let connectLimit: Int
  private let isUnix: Bool
  private let connectDeadline: Int64
  /// Bytes given to the socket since the connection began.
  private var sentBytes: UInt64 = 0

  /// Begins to connect (connect(2)).
  init(to server: LogServerSettings, now: Int64) throws(SinkFailure) {
    connectLimit = server.connectTimeoutMilliseconds ?? Self.connectLimitMilliseconds
    connectDeadline = now + Int64(connectLimit) * 1000
    if case .internet = server.address { isUnix = false } else { isUnix = true }
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
    state = error == nil ? .ready : .connecting
    descriptor = socket
  }

  private static func socket(for address: SocketAddress) throws(SinkFailure) -> Descriptor {
    do throws(Errno) {
      return try Descriptor.socket(for: address)
    } catch {
      throw .system(error)
    }
  }

  /// When `advance` is to be called even if the loop tells nothing, in microseconds; nil where
  /// the connection has come about.
  var deadline: Int64? { state == .ready ? nil : connectDeadline }

  /// Does what can be done for the connection to come about.
  mutating func advance(now: Int64) -> Progress {
    if state == .connecting {
      if let error = descriptor.pendingError() { return .failed(.system(error)) }
      if descriptor.peerEndpoint() != .none { state = .ready }
    }
    if state == .ready { return .ready }
    return now >= connectDeadline
      ? .failed(.connectTimeout(connectLimit)) : .waiting(forRoom: true)
  }

  /// Sends what the socket takes of these bytes; only when `advance` said `ready`.
  mutating func send(_ bytes: Span<UInt8>) -> Outcome {
    switch descriptor.send(bytes) {
    case .moved(let count):
      sentBytes += UInt64(count)
      return .moved(count)
    case .wouldBlock: return .waiting(forRoom: true)
    case .ended: return .ended
    case .failed(let error): return .failed(.system(error))
    }
  }

  /// Receives what the other end sent into the room of a buffer.
  mutating func receive(into buffer: inout ByteBuffer) -> Outcome {
    switch descriptor.receive(into: &buffer) {
    case .moved(let count): .moved(count)
    case .wouldBlock: .waiting(forRoom: false)
    case .ended: .ended
    case .failed(let error): .failed(.system(error))
    }
  }

  /// How many of the bytes given to `send` the other end's system has surely got.
  ///
  /// A UNIX socket tells how much memory lies unread, which is never less than the bytes in it. The
  /// answer holds if the connection is seen to be alive afterwards: what an end that closed had not
  /// read is gone, and no longer told.
  func acknowledgedBytes() -> UInt64 {
    guard let rest = descriptor.unacknowledgedBytes() else { return sentBytes }
    return sentBytes - min(sentBytes, UInt64(rest))
  }

  /// The same once the other end has closed in order: a UNIX socket that closes with something
  /// unread breaks the connection instead, so all was read.
  func acknowledgedAtEnd(known: UInt64) -> UInt64 {
    isUnix ? sentBytes : max(known, acknowledgedBytes())
  }
}
