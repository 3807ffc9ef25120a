import ConfigSyntax
import HealthChecks
import Kernel
import Proxy

/// A `server` line, or the sum of the `default-server` lines before it.
struct ServerDraft: Sendable {
  /// A way to come to the address of a server that has a name (`init-addr`).
  enum AddressMethod: Sendable {
    /// The address of a state file: there is none.
    case last
    /// The system's resolver.
    case libc
    /// No address: the server stays in maintenance.
    case none
    /// This address.
    case literal(Endpoint)
  }

  /// The line.
  var line: Line?
  /// Where the server listens.
  var address: AddressText?
  /// What becomes of it; the address is a placeholder until it is known.
  var settings = ServerSettings(name: "", identifier: 0, address: .descriptor(0))
  /// `id`
  var identifier: Located<Int>?
  /// `check`
  var isChecked = false
  /// How it is checked, as far as the line says.
  var check = CheckSettings()
  /// `addr`
  var checkAddress: Located<AddressText>?
  /// `check-send-proxy`
  var checkSendsProxy = false
  /// `track`
  var track: Located<String>?
  /// `source`
  var source: SourceDraft?
  /// `init-addr`; nil is `last,libc`.
  var addressMethods: [AddressMethod]?
  /// `cookie`, which a TCP proxy puts aside.
  var hasCookie = false
  /// What of it concerns a receiver of logs.
  var receiver = LogReceiverDraft()
}
