package import Kernel

/// One listening socket: an address of a `bind` line with the line's options
/// (HAProxy's manual 5.1).
package struct ListenerSettings: Hashable, Sendable {
  /// Who may reach a UNIX socket: its owner and mode (`user`, `group`, `uid`, `gid`, `mode`).
  package struct Ownership: Hashable, Sendable {
    /// The owner's user id; unchanged where nil.
    package var user: UInt32?
    /// The owner's group id; unchanged where nil.
    package var group: UInt32?
    /// The permission bits; unchanged where nil.
    package var mode: UInt32?
    /// Ownership that changes nothing.
    package init() {}
  }

  /// The address to listen on.
  package var address: SocketAddress
  /// The name of the `bind` line (`name`), nil where it has none.
  package var name: String?
  /// HAProxy's id of the socket (`id`), from 1 in each frontend.
  package var identifier = 1
  /// Length of the kernel's accept queue (`backlog`); the frontend's where nil.
  package var backlog: Int?
  /// Connections at once on this socket (`maxconn`); no limit of its own where nil.
  package var connectionLimit: Int?
  /// The network interface to listen on (`interface`, SO_BINDTODEVICE).
  package var interface: String?
  /// Whether an IPv6 socket refuses IPv4 (`v6only` true, `v4v6` false; the system's way where nil).
  package var ipv6Only: Bool?
  /// TCP Fast Open (`tfo`).
  package var fastOpen = false
  /// A connection is accepted only when its first data are there (`defer-accept`).
  package var deferAccept = false
  /// Time that sent data may stay unacknowledged, in milliseconds (`tcp-ut`, TCP_USER_TIMEOUT).
  package var userTimeoutMilliseconds: Int?
  /// The largest TCP segment (`mss`, TCP_MAXSEG).
  package var maximumSegmentSize: Int?
  /// Owner and mode of a UNIX socket.
  package var ownership = Ownership()
  /// A PROXY protocol header comes first on each connection (`accept-proxy`).
  package var acceptsProxyProtocol = false
  /// The socket may be bound to foreign addresses (`transparent`, IP_TRANSPARENT).
  package var transparent = false

  /// Whether the socket is that of whoever started this process (`fd@`), and listens on without it.
  package var isInherited: Bool {
    if case .descriptor = address { return true }
    return false
  }

  /// Settings of a socket on this address, all else as HAProxy's defaults.
  package init(address: SocketAddress) { self.address = address }
}
