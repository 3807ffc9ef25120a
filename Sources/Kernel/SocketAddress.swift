/// An address that a socket can be bound to, connected to or sent to, as a configuration names it.
package enum SocketAddress: Hashable, Sendable {
  /// An IPv4 or IPv6 endpoint. `scope` is the interface index of a link-local IPv6 address, or 0.
  case internet(Endpoint, scope: UInt32 = 0)
  /// A UNIX socket at a path of at most 107 bytes (`sun_path`, unix(7)).
  case unix(path: String)
  /// An abstract UNIX socket of this name, without its leading NUL (at most 107 bytes). HAProxy's
  /// `abns@` fills the name up with NULs; systemd's names have their own length.
  case abstract(name: String, isPadded: Bool = true)
  /// A descriptor that the process inherited (`fd@N`).
  case descriptor(Int32)
}

extension SocketAddress {
  /// The address as a configuration names it: `127.0.0.1:80`, `[::1]:80`, a path, `abns@name`,
  /// `fd@3`.
  package var text: String {
    switch self {
    case .internet(let endpoint, _):
      endpoint.family == .ipv6
        ? "[\(endpoint.addressText)]:\(endpoint.port)" : "\(endpoint.addressText):\(endpoint.port)"
    case .unix(let path): path
    case .abstract(let name, _): "abns@\(name)"
    case .descriptor(let number): "fd@\(number)"
    }
  }
}
