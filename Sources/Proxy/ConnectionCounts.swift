internal import Kernel
package import LogRecords

/// The connections of proxies and servers by their names, for lines that name them, and which
/// servers are up, for messages that go to one.
///
/// The topology comes after the log thread, which drops no line for that: until then there are no
/// counts.
package final class ConnectionCounts: Sendable {
  /// A topology, and its indexes by name.
  private struct Named: Sendable {
    let topology: Topology
    let frontends: [String: Int]
    let backends: [String: Int]
    let servers: [NamedCount: Int]
  }

  private let named = Locked<Named?>(nil)

  /// Counts of no topology yet.
  package init() {}

  /// Takes the topology to count in.
  package func begin(with topology: Topology) {
    var servers: [NamedCount: Int] = [:]
    for backend in topology.backends {
      for (index, server) in backend.settings.servers.enumerated() {
        servers[.server(backend: backend.settings.name, server: server.name)] = index
      }
    }
    let fresh = Named(
      topology: topology,
      frontends: Self.indexes(topology.frontends.map(\.settings.name)),
      backends: Self.indexes(topology.backends.map(\.settings.name)), servers: servers)
    named.withLock { $0 = fresh }
  }

  private static func indexes(_ names: [String]) -> [String: Int] {
    Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// Whether a server is up, by its backend's index and its own; all are until there is a topology.
  /// Any thread may ask.
  package func isServerUp(backend: Int, server: Int) -> Bool {
    guard let topology = named.withLock({ $0?.topology }) else { return true }
    guard topology.backends.indices.contains(backend) else { return false }
    return topology.backends[backend].isUsable(server)
  }

  /// The connections that there are now; nil where there is no such proxy or server. Any thread
  /// may ask.
  package func now(_ count: NamedCount) -> Int? {
    guard let named = named.withLock({ $0 }) else { return nil }
    switch count {
    case .frontend(let name):
      return named.frontends[name].map { named.topology.frontends[$0].admission.count }
    case .backend(let name):
      return named.backends[name].map {
        named.topology.backends[$0].connections(server: nil).sessions
      }
    case .server(let backend, _):
      guard let server = named.servers[count], let index = backend.flatMap({ named.backends[$0] })
      else { return nil }
      return named.topology.backends[index].connections(server: server).served
    }
  }
}
