/// A backend of `mode log`: receivers of which each message goes to one (HAProxy's manual 4.2,
/// `balance`).
package struct LogBackendSettings: Hashable, Sendable {
  /// How the receiver of a message is chosen.
  package enum Algorithm: Hashable, Sendable {
    /// One after the other.
    case roundRobin
    /// Any.
    case random
    /// The first that is up, until it is not.
    case sticky
    /// By what converters make of the message (`log-hash`); these are their texts, as after `%[…]`.
    case hash(converters: String)
  }

  /// Its name.
  package var name: String
  /// How the receiver is chosen.
  package var algorithm: Algorithm = .roundRobin
  /// The receivers.
  package var servers: [LogServerSettings] = []
  /// Its index in the data plane's backends, whose checks tell which of its servers are up; its
  /// servers are there in the same order.
  package var backend: Int

  /// A backend without receivers.
  package init(name: String, backend: Int) {
    self.name = name
    self.backend = backend
  }
}
