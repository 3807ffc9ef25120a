/// An address that a socket can be bound to, connected to or sent to, as a configuration names it.
package enum SocketAddress: Hashable, Sendable {
  /// An IPv4 or IPv6 endpoint. `scope` is the interface index of a link-local IPv6 address, or 0.
  case internet(Endpoint, scope: UInt32 = 0)
  /// A UNIX socket at a path of at most 107 bytes (`sun_path`, unix(7)).
  case unix(path: String)
  /// An abstract UNIX socket of this name, without its leading NUL (at most 107 bytes).
  case abstract(name: String)
  /// A descriptor that the process inherited (`fd@N`).
  case descriptor(Int32)
}
