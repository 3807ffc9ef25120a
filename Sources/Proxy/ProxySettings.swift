package import LogRecords

/// Everything the data plane needs to know of one configuration, checked and immutable.
///
/// Frontends, backends and servers are known by their index here; `names` bears the same indexes,
/// with the servers of all backends in one row.
package struct ProxySettings: Sendable {
  /// The frontends, in the file's order.
  package var frontends: [FrontendSettings] = []
  /// The backends, in the file's order.
  package var backends: [BackendSettings] = []
  /// Connections at once in the process (`maxconn` of `global`).
  package var connectionLimit = 0
  /// Size of the buffer that data are read into, in bytes (`tune.bufsize`).
  package var bufferSize = 16384
  /// Connections accepted in one turn of a worker (`tune.maxaccept`).
  package var acceptLimit = 64
  /// Spread of check intervals, in percent (`spread-checks`).
  package var checkSpreadPercent = 0
  /// The most that the first checks are spread over, in milliseconds (`max-spread-checks`).
  package var checkSpreadLimitMilliseconds: Int?
  /// Receive and send buffers of sockets towards clients, in bytes; the system's where nil
  /// (`tune.rcvbuf.client`, `tune.sndbuf.client`).
  package var clientReceiveBuffer: Int?
  package var clientSendBuffer: Int?
  /// The same towards servers (`tune.rcvbuf.server`, `tune.sndbuf.server`).
  package var serverReceiveBuffer: Int?
  package var serverSendBuffer: Int?
  /// Pipes that each worker may have for splicing; a flow that gets none goes through the buffer.
  package var pipeLimit = 128
  /// Whether bulk may be spliced at all (`nosplice` turns it off).
  package var allowsSplice = true

  /// Settings without proxies.
  package init() {}

  /// The index of the first server of each backend in the one row of all servers.
  package var serverOffsets: [Int] {
    var offset = 0
    return backends.map { backend in
      defer { offset += backend.servers.count }
      return offset
    }
  }

  /// The names that records refer to.
  package var names: LogNames {
    var names = LogNames()
    for (index, frontend) in frontends.enumerated() {
      names.frontends.append(.init(name: frontend.name, identifier: frontend.identifier))
      for listener in frontend.listeners {
        names.listeners.append(
          .init(name: listener.name, identifier: listener.identifier, frontend: index))
      }
    }
    for (index, backend) in backends.enumerated() {
      names.backends.append(.init(name: backend.name, identifier: backend.identifier))
      for server in backend.servers {
        names.servers.append(
          .init(name: server.name, identifier: server.identifier, backend: index))
      }
    }
    return names
  }
}
