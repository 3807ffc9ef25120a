internal import Kernel
internal import Systemd
internal import TLS

extension Sink.Way {
  /// Whether lines stay where they are.
  var sendsNothing: Bool {
    if case .kept(nil, _) = self { true } else { false }
  }

  /// The queue of a sink where its section says nothing of it.
  var queue: MessageQueue {
    if case .kept(_, let size) = self {
      MessageQueue(messageLimit: .max, byteLimit: size)
    } else {
      MessageQueue()
    }
  }

  /// Opens the way; connections come about later.
  /// The TLS context is made at the first time and kept: its files may be out of reach later.
  func open(now: Int64, tls context: inout TLSContext?) throws(SinkFailure) -> Transport {
    switch self {
    case .stream(let server):
      if let settings = server.tls, context == nil { context = try Self.context(settings) }
      if server.framing == .relp {
        return .relp(try RELPTransport(to: server, tls: context, now: now))
      }
      return .stream(try StreamTransport(to: server, tls: context, now: now))
    case .datagrams, .journal, .output, .kept: break
    }
    do throws(Errno) {
      switch self {
      case .datagrams(let address): return .datagrams(try DatagramTransport(to: address))
      case .journal:
        return .datagrams(
          try DatagramTransport(to: .unix(path: JournalEntry.socketPath), takesFiles: true))
      case .output(let number): return .output(try OutputTransport(inherited: number))
      case .kept(let file?, let size): return .file(try BackingFile(path: file, size: size))
      case .kept, .stream: throw .invalid
      }
    } catch {
      throw .system(error)
    }
  }

  private static func context(_ settings: TLSClientSettings) throws(SinkFailure) -> TLSContext {
    do throws(TLSError) {
      return try TLSContext(client: settings)
    } catch {
      throw .tls(error)
    }
  }
}
