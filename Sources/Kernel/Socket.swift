internal import CLinux

/// Options of a socket that are on or off, or take a number (setsockopt(2), tcp(7), socket(7)).
package enum SocketOption: Sendable {
  case noDelay, reuseAddress, reusePort, keepAlive, resetOnClose, ipv6Only, fastOpen
  case fastOpenConnect, deferAccept, userTimeout, maximumSegment, transparent, transparentIPv6
  case quickAcknowledge, receiveBuffer, sendBuffer, bindWithoutPort, keepIdle, keepInterval

  var code: weir_option {
    switch self {
    case .noDelay: WEIR_NODELAY
    case .reuseAddress: WEIR_REUSEADDR
    case .reusePort: WEIR_REUSEPORT
    case .keepAlive: WEIR_KEEPALIVE
    case .resetOnClose: WEIR_LINGER_RESET
    case .ipv6Only: WEIR_V6ONLY
    case .fastOpen: WEIR_FASTOPEN
    case .fastOpenConnect: WEIR_FASTOPEN_CONNECT
    case .deferAccept: WEIR_DEFER_ACCEPT
    case .userTimeout: WEIR_USER_TIMEOUT
    case .maximumSegment: WEIR_MAXSEG
    case .transparent: WEIR_TRANSPARENT
    case .transparentIPv6: WEIR_TRANSPARENT_V6
    case .quickAcknowledge: WEIR_QUICKACK
    case .receiveBuffer: WEIR_RCVBUF
    case .sendBuffer: WEIR_SNDBUF
    case .bindWithoutPort: WEIR_BIND_NO_PORT
    case .keepIdle: WEIR_KEEPIDLE
    case .keepInterval: WEIR_KEEPINTVL
    }
  }
}

extension Endpoint {
  /// The address as people write it (inet_ntop(3)), without the port; `unix` for UNIX sockets,
  /// empty where nothing is known.
  package var addressText: String {
    if family == .unix { return "unix" }
    var raw = raw(scope: 0)
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { room in
      // SAFETY: at most 64 bytes are written, and as many read as were written.
      let count = unsafe weir_address_text(&raw, room.baseAddress, 64)
      return unsafe String(decoding: UnsafeRawBufferPointer(room)[..<count], as: UTF8.self)
    }
  }

  init(_ raw: weir_endpoint) {
    let families: [Family] = [.none, .ipv4, .ipv6, .unix]
    self.init(
      family: Int(raw.family) < families.count ? families[Int(raw.family)] : .none,
      port: raw.port, high: raw.high, low: raw.low)
  }

  func raw(scope: UInt32) -> weir_endpoint {
    weir_endpoint(family: family.rawValue, port: port, scope: scope, high: high, low: low)
  }
}

extension Descriptor {
  /// A new non-blocking socket for this kind of address (socket(2)).
  package static func socket(
    for address: SocketAddress, datagram: Bool = false
  ) throws(Errno) -> Descriptor {
    let family: Int32 =
      switch address {
      case .internet(let endpoint, _): Int32(endpoint.family.rawValue)
      default: Int32(Endpoint.Family.unix.rawValue)
      }
    return Descriptor(owning: try check(weir_socket(family, datagram ? 1 : 0)))
  }

  /// Binds to an address (bind(2)). The path of a UNIX socket must be free.
  package func bind(to address: SocketAddress) throws(Errno) {
    switch address {
    case .internet(let endpoint, let scope):
      var raw = endpoint.raw(scope: scope)
      _ = try check(unsafe weir_bind(number, &raw))
    case .unix(let path):
      _ = try check(unsafe weir_bind_unix(number, path, path.utf8.count, 0))
    case .abstract(let name, let isPadded):
      _ = try check(unsafe weir_bind_unix(number, name, name.utf8.count, isPadded ? 2 : 1))
    case .descriptor: throw .invalid
    }
  }

  /// Begins to connect (connect(2)): nil where that is done at once, else the errno, `inProgress`
  /// where it goes on.
  package func connect(to address: SocketAddress) -> Errno? {
    let result: Int32
    switch address {
    case .internet(let endpoint, let scope):
      var raw = endpoint.raw(scope: scope)
      result = unsafe weir_connect(number, &raw)
    case .unix(let path): result = unsafe weir_connect_unix(number, path, path.utf8.count, 0)
    case .abstract(let name, let isPadded):
      result = unsafe weir_connect_unix(number, name, name.utf8.count, isPadded ? 2 : 1)
    case .descriptor: return .invalid
    }
    return result < 0 ? Errno(-result) : nil
  }

  /// Begins to listen (listen(2)).
  package func listen(backlog: Int) throws(Errno) {
    _ = try check(weir_listen(number, Int32(clamping: backlog)))
  }

  /// Lets a listening socket refuse connections from now on, in every thread (shutdown(2)).
  package func stopListening() { _ = weir_stop_listening(number) }

  /// Takes the next connection (accept4(2)), non-blocking, and tells its peer.
  package func accept(peer: inout Endpoint) throws(Errno) -> Descriptor {
    var raw = weir_endpoint()
    let accepted = try check(unsafe weir_accept(number, &raw))
    peer = Endpoint(raw)
    return Descriptor(owning: accepted)
  }

  /// The address of this end (getsockname(2)); `.none` where the kernel tells none.
  package func localEndpoint() -> Endpoint {
    var raw = weir_endpoint()
    return unsafe weir_local_endpoint(number, &raw) == 0 ? Endpoint(raw) : .none
  }

  /// The address of the other end (getpeername(2)); `.none` where the kernel tells none.
  package func peerEndpoint() -> Endpoint {
    var raw = weir_endpoint()
    return unsafe weir_peer_endpoint(number, &raw) == 0 ? Endpoint(raw) : .none
  }

  /// Sets an option; a refusal is thrown.
  package func set(_ option: SocketOption, to value: Int) throws(Errno) {
    _ = try check(weir_set_option(number, option.code, Int32(clamping: value)))
  }

  /// Sets an option that only helps: a refusal is no matter.
  package func prefer(_ option: SocketOption, _ value: Int = 1) {
    _ = weir_set_option(number, option.code, Int32(clamping: value))
  }

  /// Ties the socket to a network interface (SO_BINDTODEVICE).
  package func bindToInterface(_ name: String) throws(Errno) {
    _ = try check(unsafe weir_bind_to_device(number, name))
  }

  /// The error that waits on the socket (SO_ERROR), nil for none; asking takes it away.
  package func pendingError() -> Errno? {
    let result = weir_socket_error(number)
    return result == 0 ? nil : Errno(result < 0 ? -result : result)
  }

  /// How much of what was sent the other end's system has not acknowledged, in bytes (SIOCOUTQ,
  /// tcp(7)). For UNIX sockets it is the memory of what the other end has not read, never less than
  /// its bytes. Nil where the kernel does not tell.
  package func unacknowledgedBytes() -> Int? {
    let result = weir_unacknowledged(number)
    return result < 0 ? nil : Int(result)
  }

  /// Lets calls on an inherited descriptor return at once rather than wait (fcntl(2), O_NONBLOCK),
  /// and keeps it from programs that this process starts.
  package func setNonBlocking() throws(Errno) { _ = try check(weir_set_nonblocking(number)) }

  /// Whether this is a socket that listens.
  package var isListening: Bool { weir_is_listening(number) == 1 }
}
