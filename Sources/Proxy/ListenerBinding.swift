package import Kernel

extension Listener {
  /// Makes, binds and opens the socket of a `bind` line's address; with `sharesPort`, beside the
  /// one that an older process has there and is about to give up (SO_REUSEPORT).
  package convenience init(
    binding settings: ListenerSettings, frontend: Int, backlog: Int, sharesPort: Bool = true
  ) throws(BindingError) {
    self.init(
      settings: settings, frontend: frontend,
      socket: try Self.socket(for: settings, backlog: backlog, sharesPort: sharesPort))
  }

  private static func socket(
    for settings: ListenerSettings, backlog: Int, sharesPort: Bool
  ) throws(BindingError) -> Descriptor {
    if case .descriptor(let number) = settings.address {
      let inherited = Descriptor(owning: number)
      guard inherited.isListening else {
        _ = inherited.relinquish()
        throw BindingError(
          action: "cannot use descriptor \(number)", errno: .invalid,
          remedy: "it must be a stream socket that listens, passed by who starts this process")
      }
      do throws(Errno) {
        // Several workers wait on it: one that came too late must not wait in accept4(2).
        try inherited.setNonBlocking()
      } catch {
        throw BindingError(
          action: "cannot use descriptor \(number)", errno: error, remedy: nil)
      }
      inherited.prefer(.noDelay)
      return inherited
    }
    let socket: Descriptor
    do throws(Errno) {
      socket = try Descriptor.socket(for: settings.address)
    } catch {
      throw BindingError(action: "cannot create listening socket", errno: error, remedy: nil)
    }
    if sharesPort, case .internet = settings.address { socket.prefer(.reusePort) }
    try bind(socket, settings)
    do throws(Errno) {
      try socket.listen(backlog: settings.backlog ?? backlog)
    } catch {
      throw BindingError(action: "cannot listen to socket", errno: error, remedy: nil)
    }
    return socket
  }

  private static func bind(
    _ socket: borrowing Descriptor, _ settings: ListenerSettings
  ) throws(BindingError) {
    do throws(Errno) {
      switch settings.address {
      case .internet(let endpoint, _): try prepare(socket, settings, endpoint)
      default: break
      }
      if let interface = settings.interface { try socket.bindToInterface(interface) }
    } catch {
      throw BindingError(action: "cannot set socket options", errno: error, remedy: nil)
    }
    do throws(Errno) {
      if case .unix(let path) = settings.address {
        let owner = settings.ownership
        try socket.bind(over: path, mode: owner.mode, user: owner.user, group: owner.group)
      } else {
        try socket.bind(to: settings.address)
      }
    } catch {
      throw BindingError(
        action: "cannot bind socket", errno: error, remedy: BindingError.remedy(error))
    }
  }

  /// Options of Internet sockets. TCP_NODELAY is inherited by every accepted connection.
  private static func prepare(
    _ socket: borrowing Descriptor, _ settings: ListenerSettings, _ endpoint: Endpoint
  ) throws(Errno) {
    try socket.set(.reuseAddress, to: 1)
    socket.prefer(.noDelay)
    if endpoint.family == .ipv6, let only = settings.ipv6Only {
      try socket.set(.ipv6Only, to: only ? 1 : 0)
    }
    if settings.transparent {
      try socket.set(endpoint.family == .ipv6 ? .transparentIPv6 : .transparent, to: 1)
    }
    if settings.fastOpen { try socket.set(.fastOpen, to: 128) }
    if settings.deferAccept { try socket.set(.deferAccept, to: 1) }
    if let size = settings.maximumSegmentSize { try socket.set(.maximumSegment, to: size) }
    if let time = settings.userTimeoutMilliseconds { try socket.set(.userTimeout, to: time) }
  }
}
