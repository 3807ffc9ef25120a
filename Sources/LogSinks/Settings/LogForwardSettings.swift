package import Kernel
package import TLS

/// A section `log-forward`: others' messages taken in and passed on (HAProxy's manual 3.10).
package struct LogForwardSettings: Sendable {
  /// How messages come in at an address.
  package enum Input: Hashable, Sendable {
    /// A stream: lines or octet counts, found for each message (`bind`).
    case stream
    /// RELP: acknowledged when the loggers' sinks have taken the message (`bind … log-proto relp`;
    /// Weir's own).
    case relp
    /// Datagrams, a message each (`dgram-bind`).
    case datagrams
  }

  /// An address that is listened at.
  package struct Listener: Hashable, Sendable {
    /// The address.
    package var address: SocketAddress
    /// How messages come in.
    package var input: Input
    /// Its name (`name`).
    package var name: String?
    /// How TLS is spoken; nil where it is not.
    package var tls: TLSServerSettings?
    /// Permissions and owner of a socket file (`mode`, `uid`/`user`, `gid`/`group`).
    package var fileMode: UInt32?
    package var fileUser: UInt32?
    package var fileGroup: UInt32?
    /// A listener of plain messages.
    package init(address: SocketAddress, input: Input) {
      self.address = address
      self.input = input
    }
  }

  /// What becomes of the host that a message names (`option host`).
  package enum HostRule: String, Hashable, Sendable {
    /// The sender's address stands in its place.
    case replace
    /// The sender's address stands where the message names none.
    case fill
    /// It stays as it is.
    case keep
    /// The sender's address is added behind it.
    case append
  }

  /// Its name.
  package var name: String
  /// Where it listens.
  package var listeners: [Listener] = []
  /// Where messages go; a logger without a format keeps the one that a message has.
  package var loggers: [LoggerSettings] = []
  /// The most connections (`maxconn`).
  package var connectionLimit = 10
  /// The most connections that wait to be accepted (`backlog`); nil takes `connectionLimit`.
  package var backlog: Int?
  /// How long a sender may be silent, in milliseconds (`timeout client`); nil waits for ever.
  package var clientTimeoutMilliseconds: Int?
  /// Whether messages are read rather than passed on byte for byte (no `option dont-parse-log`).
  package var parses = true
  /// Whether a message that begins with neither `<` nor a length is a line
  /// (`option assume-rfc6587-ntf`).
  package var assumesLines = false
  /// What becomes of the host.
  package var hostRule: HostRule = .fill

  /// A section that listens nowhere.
  package init(name: String) { self.name = name }
}
