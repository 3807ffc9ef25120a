package import Balancing
package import Kernel

/// A backend, or the server side of a `listen` section.
package struct BackendSettings: Sendable {
  /// When a connection that fails is given to another server (`option redispatch [N]`).
  package enum Redispatch: Hashable, Sendable {
    /// Never.
    case off
    /// After each `retries` attempts on the same server (N > 0), or at the last attempt but
    /// -N-1 (N < 0); `option redispatch` alone is -1.
    case every(Int)
  }

  /// The section's name.
  package var name: String
  /// HAProxy's id of the proxy (`id`).
  package var identifier: Int
  /// `description`
  package var description: String?
  /// The word for it in messages: `backend` or `proxy` (a `listen` section).
  package var kind = "backend"
  /// `disabled`
  package var isDisabled = false
  /// `balance`
  package var algorithm: Algorithm = .random(draws: 2)
  /// `hash-type`
  package var hashType = HashType()
  /// The servers, in the file's order.
  package var servers: [ServerSettings] = []
  /// `timeout connect`, in milliseconds; none where nil.
  package var connectTimeoutMilliseconds: Int?
  /// `timeout server`, in milliseconds; none where nil.
  package var serverTimeoutMilliseconds: Int?
  /// `timeout server-fin`, in milliseconds; `timeout server` where nil.
  package var serverFinTimeoutMilliseconds: Int?
  /// `timeout queue`, in milliseconds; `timeout connect` where nil.
  package var queueTimeoutMilliseconds: Int?
  /// `timeout tunnel`, in milliseconds: once data flow both ways, in place of client and server.
  package var tunnelTimeoutMilliseconds: Int?
  /// How often a failed connection to a server is tried again (`retries`).
  package var retries = 3
  /// `option redispatch`
  package var redispatch: Redispatch = .off
  /// `option persist`: who waits for a server alone goes on waiting though it goes down and
  /// `option redispatch` would send it elsewhere.
  package var persists = false
  /// Whether those who wait for a server alone are sent elsewhere when it goes down.
  package var redistributesQueues: Bool { redispatch != .off && !persists }
  /// Connections of the backend at which servers reach their `maxconn` (`fullconn`); a tenth of
  /// the sum of the frontends' `maxconn` that lead here where nil.
  package var fullConnections: Int?
  /// `option allbackups`
  package var usesAllBackups = false
  /// `option abortonclose`: a client that leaves while queued or connecting is given up.
  package var abortsOnClose = false
  /// TCP keep-alive towards servers (`option tcpka`, `option srvtcpka`).
  package var keepAlive = false
  /// `option nolinger`
  package var noLinger = false
  /// `option splice-…`
  package var splice: SpliceOptions = []
  /// `option tcp-smart-connect` (the first data ride on the handshake's ACK); off by default.
  package var smartConnect = false
  /// `option log-health-checks`
  package var logsHealthChecks = false
  /// `source`: where connections come from.
  package var source: SourceSettings?

  /// A backend with HAProxy's defaults.
  package init(name: String, identifier: Int) {
    self.name = name
    self.identifier = identifier
  }
}
