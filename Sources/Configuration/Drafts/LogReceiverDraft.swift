import LogSinks
import TLS

/// What a `server` line says of a receiver of logs, beside what it says of any server.
struct LogReceiverDraft: Sendable {
  /// Whether its address is one for datagrams.
  var isDatagram = false
  /// `log-proto`
  var framing: LogServerSettings.Framing = .legacy
  /// `ssl`
  var speaksTLS = false
  /// `ca-file`
  var authorityFile: Located<String>?
  /// `crt`
  var certificateFile: Located<String>?
  /// `verify`
  var verification: TLSVerification?
  /// `verifyhost`
  var verifiedHost: String?
  /// `sni`
  var serverName: String?
}

/// What a `bind` line of `log-forward` says beside what it says of any.
struct LogListenerDraft: Sendable {
  /// `log-proto relp`
  var isAcknowledged = false
  /// `ssl`
  var speaksTLS = false
  /// `crt`
  var certificateFile: Located<String>?
  /// `ca-file`
  var authorityFile: Located<String>?
  /// `verify`
  var verification: TLSVerification = .none
}
