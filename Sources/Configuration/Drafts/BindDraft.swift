import ConfigSyntax
import Kernel
import Proxy

/// A `bind` line (or a `stats socket`) before its addresses are looked up.
struct BindDraft: Sendable {
  /// Who may reach a UNIX socket, by name or number.
  struct Ownership: Sendable {
    var user: Located<GlobalSettings.Identity>?
    var group: Located<GlobalSettings.Identity>?
    var mode: UInt32?
  }

  /// The line.
  var line: Line
  /// The addresses, and the word that they stand in.
  var addresses: [AddressText] = []
  /// The index of that word.
  var addressWord = 1
  /// What becomes of each socket; its address is a placeholder until it is known.
  var settings = ListenerSettings(address: .descriptor(0))
  /// `id`
  var identifier: Located<Int>?
  /// Owner and mode of UNIX sockets.
  var ownership = Ownership()
  /// `level`, of a statistics socket.
  var level = "operator"
  /// `severity-output`, of a statistics socket.
  var severityOutput = "none"
  /// What of it concerns a listener for logs.
  var listener = LogListenerDraft()
}
