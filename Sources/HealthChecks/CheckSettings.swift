package import Kernel

/// How one server is checked (`check` and its neighbours, HAProxy's manual 5.2).
package struct CheckSettings: Hashable, Sendable {
  /// What is said to the server once it is connected.
  package enum Dialogue: Hashable, Sendable {
    /// Nothing: a connection that opens is a pass (`L4OK`).
    case connect
    /// `option tcp-check` with no more than connect rules.
    case tcpCheck
    /// `option pgsql-check user U`: a PostgreSQL start-up message; any authentication request
    /// is a pass (`L7OK`).
    case postgres(user: String)
  }

  /// What is said to the server.
  package var dialogue: Dialogue = .connect
  /// The words of the rule that connects (`connect`, `connect port 5433`), for messages; nil where
  /// `option tcp-check` has no rule.
  package var connectRule: String?
  /// Where the check connects; the server's own address where nil (`addr`).
  package var address: SocketAddress?
  /// The port to check in place of the address's own (`port`).
  package var port: UInt16?
  /// Time between two checks of a server that is fully up, in milliseconds (`inter`).
  package var intervalMilliseconds = 2000
  /// The same while the server is in transition; `inter` where nil (`fastinter`).
  package var fastIntervalMilliseconds: Int?
  /// The same while the server is down; `inter` where nil (`downinter`).
  package var downIntervalMilliseconds: Int?
  /// Passes in a row that bring a server up (`rise`).
  package var rise = 2
  /// Failures in a row that take a server down (`fall`).
  package var fall = 3
  /// Whether the check starts with a PROXY protocol header (`check-send-proxy`): nil is none,
  /// else the version of it.
  package var proxyProtocol: Int?
  /// Time for the connection, in milliseconds (`timeout connect`), where a `timeout check` stands.
  package var connectTimeoutMilliseconds: Int?
  /// Time for the answer once connected, in milliseconds (`timeout check`).
  package var checkTimeoutMilliseconds: Int?
  /// Where checks come from (`source`).
  package var source: SourceSettings?

  /// Settings with HAProxy's defaults.
  package init() {}
}
