/// What the near end of a connection to a server is bound to before it connects (`source`).
package struct SourceSettings: Hashable, Sendable {
  /// Whose address the server is to see in place of the machine's own (`usesrc`, IP_TRANSPARENT).
  package enum Transparency: Hashable, Sendable {
    /// This one, whoever the client is.
    case address(Endpoint)
    /// The client's address and port.
    case client
    /// The client's address, with a port of the kernel's choice.
    case clientAddress
  }

  /// The address to bind to.
  package var address: SocketAddress
  /// The ports to take in turn, where the line names several; the address has port 0 then.
  package var ports: ClosedRange<UInt16>?
  /// The interface to send by (`interface`, SO_BINDTODEVICE).
  package var interface: String?
  /// `usesrc`; health checks come from `address` all the same, as in HAProxy.
  package var transparency: Transparency?

  /// Connections come from this address.
  package init(address: SocketAddress) { self.address = address }

  /// The foreign address that the server sees of this client; nil where it sees `address`.
  package func foreignAddress(client: Endpoint) -> Endpoint? {
    switch transparency {
    case nil: return nil
    case .address(let endpoint): return endpoint
    case .client, .clientAddress:
      guard client.family == .ipv4 || client.family == .ipv6 else { return nil }
      var endpoint = client
      if transparency == .clientAddress { endpoint.port = 0 }
      return endpoint
    }
  }
}

/// Why the near end of a connection could not be bound.
package enum SourceFailure: Error, Hashable, Sendable {
  /// Every port of the range is in use by connections of this process.
  case rangeExhausted
  /// The kernel refused the machine's own address, its port, or the interface.
  case refused(Errno)
  /// The kernel refused the foreign address: CAP_NET_ADMIN is missing, or it is of another family.
  case refusedForeign(Errno)

  /// The error number to record.
  package var errno: Errno {
    switch self {
    case .rangeExhausted: .addressInUse
    case .refused(let errno), .refusedForeign(let errno): errno
    }
  }
}

extension Descriptor {
  /// Ports of a range that are tried, where others have them, before the attempt counts as failed;
  /// as many as HAProxy tries.
  private static var portAttemptLimit: Int { 10 }

  /// Binds a new socket as `source` says, to a foreign address where there is one, and gives the
  /// port that was taken from the range. Keep it for as long as the socket is open.
  package func bind(
    to source: SourceSettings, foreign: Endpoint? = nil, ports: PortPool? = nil
  ) throws(SourceFailure) -> BorrowedPort? {
    // A port that was just left (TIME_WAIT) may be bound: connect(2) decides whether it will do.
    prefer(.reuseAddress)
    if let name = source.interface {
      do { try bindToInterface(name) } catch { throw .refused(error) }
    }
    if let foreign {
      do throws(Errno) {
        try set(foreign.family == .ipv6 ? .transparentIPv6 : .transparent, to: 1)
        if foreign.port == 0 { prefer(.bindWithoutPort) }
        try bind(to: .internet(foreign))
      } catch {
        throw .refusedForeign(error)
      }
      return nil
    }
    guard let ports, case .internet(var endpoint, let scope) = source.address else {
      prefer(.bindWithoutPort)
      do { try bind(to: source.address) } catch { throw .refused(error) }
      return nil
    }
    var failure = SourceFailure.rangeExhausted
    for _ in 0..<Self.portAttemptLimit {
      guard let port = BorrowedPort(from: ports) else { throw .rangeExhausted }
      endpoint.port = port.number
      do throws(Errno) {
        try bind(to: .internet(endpoint, scope: scope))
        return port
      } catch {
        failure = .refused(error)
      }
    }
    throw failure
  }
}
