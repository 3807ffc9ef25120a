package import Kernel
package import LogSinks

/// The section `global`, as far as it is not the data plane's (HAProxy's manual 3).
package struct GlobalSettings: Sendable {
  /// Who a process becomes, by name or number.
  package enum Identity: Hashable, Sendable {
    /// By name, looked up before the process changes its root.
    case name(String)
    /// By number.
    case number(UInt32)
  }

  /// A `stats socket`, kept for the runtime API.
  package struct StatisticsSocket: Hashable, Sendable {
    /// Where it listens.
    package var address: SocketAddress
    /// The level of who connects: user, operator or admin.
    package var level: String
    /// The permission bits of the socket's file.
    package var mode: UInt32?
    /// How messages bear their level: none, number or string.
    package var severityOutput = "none"
    /// Makes a socket's settings.
    package init(address: SocketAddress, level: String = "operator", mode: UInt32? = nil) {
      self.address = address
      self.level = level
      self.mode = mode
    }
  }

  /// The process's own loggers (`log`).
  package var loggers: [LoggerSettings] = []
  /// The most messages of a kind in a time, of the process's own (`log-limit`).
  package var logLimits: [LogLimitSettings.Kind: LogLimitSettings] = [:]
  /// `log-tag`
  package var logTag: String?
  /// `log-send-hostname [name]`: the host named in headers; nil where none is sent, the empty
  /// text for the system's own name.
  package var logHostname: String?
  /// `maxconn`; nil where the file leaves it to the limit of descriptors.
  package var connectionLimit: Int?
  /// `nbthread`; one a core where nil.
  package var threadCount: Int?
  /// `chroot`
  package var changeRoot: String?
  /// `user` or `uid`
  package var user: Identity?
  /// `group` or `gid`
  package var group: Identity?
  /// `daemon`
  package var daemonizes = false
  /// `pidfile`
  package var pidFile: String?
  /// `ulimit-n`
  package var descriptorLimit: Int?
  /// `node`
  package var node: String?
  /// `description`
  package var description: String?
  /// `hard-stop-after`, in milliseconds
  package var hardStopAfterMilliseconds: Int?
  /// `grace`, in milliseconds: time between SIGUSR1 and the soft stop.
  package var graceMilliseconds: Int?
  /// `quiet`
  package var isQuiet = false
  /// `zero-warning`
  package var refusesWarnings = false
  /// `stats socket`
  package var statisticsSockets: [StatisticsSocket] = []
  /// `stats timeout`, in milliseconds
  package var statisticsTimeoutMilliseconds = 10_000
  /// `stats maxconn`
  package var statisticsConnectionLimit = 10
  /// The words of each statement that is kept for what is to come (`ssl-default-…` and so on).
  package var keptStatements: [[String]] = []

  /// A section without a line.
  package init() {}
}
