import ConfigSyntax
import LogRecords
import Proxy

/// The sections `global` as they are read.
struct GlobalDraft: Sendable {
  /// What becomes of the section itself.
  var settings = GlobalSettings()
  /// `user` and `group`, where they stand by name.
  var user: Located<String>?
  var group: Located<String>?
  /// What of it is the data plane's.
  var proxy = ProxySettings()
  /// Its loggers.
  var loggers: [Located<LoggerDraft>] = []
  /// `log-format-dir`
  var logFormatFolder: Located<String>?
  /// Its statistics sockets.
  var statisticsSockets: [BindDraft] = []
  /// What precedes the path of each UNIX socket (`unix-bind prefix`).
  var unixPrefix = ""
  /// Owner and mode of UNIX sockets that have none of their own (`unix-bind`).
  var unixOwnership = BindDraft.Ownership()
  /// The words of those that stand once, as far as they stood.
  var specified: Set<String> = []
}
