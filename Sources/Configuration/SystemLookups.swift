package import Kernel

/// What the loader asks the system for; tests answer in its place.
package struct SystemLookups: Sendable {
  /// The address of a host, with port 0.
  package var host: @Sendable (String, HostLookup.Family) -> Endpoint?
  /// The number of a user.
  package var user: @Sendable (String) -> UInt32?
  /// The number of a group.
  package var group: @Sendable (String) -> UInt32?
  /// The index of a network interface.
  package var interface: @Sendable (String) -> UInt32?

  /// Whether a server whose name has no address is disabled, where it would be an error (`-dr`).
  package var forgivesUnknownHosts = false

  /// Makes lookups of four functions.
  package init(
    host: @escaping @Sendable (String, HostLookup.Family) -> Endpoint?,
    user: @escaping @Sendable (String) -> UInt32?,
    group: @escaping @Sendable (String) -> UInt32?,
    interface: @escaping @Sendable (String) -> UInt32?
  ) {
    self.host = host
    self.user = user
    self.group = group
    self.interface = interface
  }

  /// The system's own databases.
  package static let system = SystemLookups(
    host: { HostLookup.address(of: $0, family: $1) },
    user: { HostLookup.userIdentifier(of: $0) },
    group: { HostLookup.groupIdentifier(of: $0) },
    interface: { HostLookup.interfaceIndex(of: $0) })
}
