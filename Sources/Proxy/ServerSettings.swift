package import HealthChecks
package import Kernel

/// One server of a backend (HAProxy's manual 5.2).
package struct ServerSettings: Sendable {
  /// The state a checked server starts in (`init-state`).
  package enum InitialState: Hashable, Sendable { case fullyUp, up, down, fullyDown }
  /// What is done when errors pass `error-limit` (`on-error`).
  package enum OnError: Hashable, Sendable { case fastInterval, failCheck, suddenDeath, markDown }
  /// Another server whose state is followed (`track`): both indexes into `ProxySettings`.
  package struct Track: Hashable, Sendable {
    /// Index of the backend.
    package var backend: Int
    /// Index of the server in it.
    package var server: Int
    /// Makes a reference.
    package init(backend: Int, server: Int) {
      self.backend = backend
      self.server = server
    }
  }

  /// The name.
  package var name: String
  /// HAProxy's id of the server (`id`), from 1 in each backend.
  package var identifier: Int
  /// Where it listens; an address of zeros stands for the client's own destination, a port of 0 for its port.
  package var address: SocketAddress
  /// Whether it is called at the address that the client called: the file says `*` or `0.0.0.0`.
  package var isAtClientDestination: Bool {
    guard case .internet(let endpoint, _) = address else { return false }
    return endpoint.high == 0 && endpoint.low == 0
  }
  /// Added to the client's destination port where the file says `+N` or `-N` or no port.
  package var portOffset: Int?
  /// `weight`, 0…256.
  package var weight = 1
  /// `backup`
  package var isBackup = false
  /// Connections at once (`maxconn`); 0 is no limit.
  package var connectionLimit = 0
  /// The lowest limit of a dynamic `maxconn` (`minconn`); 0 is none.
  package var minimumConnectionLimit = 0
  /// Connections that may wait (`maxqueue`); 0 is no limit.
  package var queueLimit = 0
  /// `disabled`: the server starts in maintenance.
  package var isDisabled = false
  /// `init-state`
  package var initialState: InitialState = .up
  /// The PROXY protocol version that is sent first (`send-proxy` 1, `send-proxy-v2` 2).
  package var proxyProtocol: Int?
  /// `slowstart`, in milliseconds; 0 is none.
  package var slowStartMilliseconds = 0
  /// `on-marked-down shutdown-sessions`
  package var endsSessionsWhenDown = false
  /// `on-marked-up shutdown-backup-sessions`
  package var endsBackupSessionsWhenUp = false
  /// `observe layer4`
  package var observesConnections = false
  /// `error-limit`
  package var errorLimit = 10
  /// `on-error`
  package var onError: OnError = .failCheck
  /// `source`: where connections come from; as the backend says where nil.
  package var source: SourceSettings?
  /// `track`
  package var track: Track?
  /// TCP Fast Open (`tfo`).
  package var fastOpen = false
  /// Time that sent data may stay unacknowledged, in milliseconds (`tcp-ut`).
  package var userTimeoutMilliseconds: Int?
  /// How it is checked (`check`); nil where it is not.
  package var check: CheckSettings?

  /// A server with HAProxy's defaults.
  package init(name: String, identifier: Int, address: SocketAddress) {
    self.name = name
    self.identifier = identifier
    self.address = address
  }
}
