import Balancing
import ConfigSyntax
import HealthChecks
import LogSinks
import Proxy

/// A section `defaults`, `frontend`, `listen` or `backend` as it is read.
struct ProxyDraft: Sendable {
  /// The word that the section starts with.
  enum Kind: String, Sendable {
    case defaults, frontend, listen, backend

    /// What HAProxy's messages call it.
    var title: String { self == .listen ? "proxy" : rawValue }
    /// Its bit in the table of keywords.
    var section: Keyword.Sections {
      switch self {
      case .defaults: .defaults
      case .frontend: .frontend
      case .listen: .listen
      case .backend: .backend
      }
    }
    /// Whether it may listen.
    var isFront: Bool { self == .frontend || self == .listen }
    /// Whether it may have servers.
    var isBack: Bool { self == .backend || self == .listen }
  }

  /// The word that the section starts with.
  var kind: Kind
  /// Its name; empty for an anonymous `defaults`.
  var name: String
  /// The line that it starts with.
  var line: Line
  /// Everything that it has of `defaults` or of its own.
  var values = ProxyValues()
  /// The `bind` lines.
  var binds: [BindDraft] = []
  /// The `server` lines.
  var servers: [ServerDraft] = []
  /// `id`
  var identifier: Located<Int>?
  /// `description`
  var description: String?
  /// The timeouts that this section has set itself.
  var timeoutsHere: Set<String> = []
}

/// What a proxy may inherit from `defaults`: each field is as its keyword left it.
struct ProxyValues: Sendable {
  /// What HAProxy's options are, of frontends; the name and id are placeholders.
  var front = FrontendSettings(name: "", identifier: 0)
  /// The same of backends.
  var back = BackendSettings(name: "", identifier: 0)
  /// Whether `mode` was one that Weir does not serve.
  var isForeignMode = false
  /// Whether `mode` is `log`.
  var isLogMode = false
  /// `balance`, as it was written; nil where it was not.
  var isBalanceSet = false
  /// The line of `balance`, for messages.
  var balanceLine: Located<String>?
  /// `balance sticky` and `balance log-hash`, which are for logs.
  var logAlgorithm: Located<LogBackendSettings.Algorithm>?
  /// `default_backend`
  var defaultBackend: Located<String>?
  /// `default-server`
  var defaultServer = ServerDraft()
  /// `disabled`
  var isDisabled = false
  /// `source`
  var source: SourceDraft?
  /// What checks say.
  var checkDialogue: CheckSettings.Dialogue = .connect
  /// The words of `tcp-check connect`, for messages.
  var checkConnectRule: String?
  /// `timeout check`
  var checkTimeoutMilliseconds: Int?
  /// `log`
  var logs: [LogEntry] = []
  /// `log-tag`
  var logTag: String?
  /// `log-format`, `option tcplog`
  var format: Located<String>?
  /// `option httplog`, which becomes `option tcplog` with a warning in each proxy.
  var httpLog: Located<String>?
  /// `log-format-sd`
  var structuredData: Located<String>?
  /// `error-log-format`
  var errorFormat: Located<String>?
  /// `unique-id-format`
  var uniqueIdentifier: Located<String>?
  /// `log-limit`
  var logLimits: [LogLimitSettings.Kind: LogLimitSettings] = [:]
  /// Statements for HTTP, to be warned of in each proxy.
  var httpWarnings: [Keyword.HTTPWarning] = []
}
