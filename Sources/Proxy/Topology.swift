package import Kernel
internal import Metrics
internal import Synchronization

/// A listening socket as the workers share it.
package final class Listener: Sendable {
  /// What the configuration says of it.
  package let settings: ListenerSettings
  /// The index of its frontend.
  package let frontend: Int
  /// Its own connections.
  package let admission: Admission
  /// The socket, bound and listening.
  package let socket: Descriptor
  /// The address it is bound to; nil where each connection has to be asked (wildcards, UNIX
  /// sockets).
  let boundEndpoint: Endpoint?

  /// Takes a socket that was made by `ListenerBinding`.
  package init(settings: ListenerSettings, frontend: Int, socket: consuming Descriptor) {
    self.settings = settings
    self.frontend = frontend
    let local = socket.localEndpoint()
    let isWildcard =
      switch local.family {
      case .ipv4: local.low == 0
      case .ipv6: local.high == 0 && local.low == 0
      case .unix: false
      case .none: true
      }
    boundEndpoint = isWildcard || settings.transparent ? nil : local
    admission = Admission(limit: settings.connectionLimit)
    self.socket = socket
  }
}

/// A frontend as the workers share it.
package final class Frontend: Sendable {
  /// What the configuration says of it.
  package let settings: FrontendSettings
  /// Its connections.
  package let admission: Admission
  /// Lines made for it (`%lc`).
  let lines = Counter()
  /// Whether each connection's own destination address is asked of the kernel.
  let asksFrontendAddress: Bool
  /// When its connections make records.
  let plan: RecordPlan

  /// Makes the shared state of a frontend whose connections go to these servers.
  init(settings: FrontendSettings, servers: [ServerSettings]) {
    self.settings = settings
    plan = RecordPlan(settings)
    asksFrontendAddress =
      settings.recordsFrontendAddress
      || servers.contains {
        $0.proxyProtocol != nil || $0.portOffset != nil || $0.isAtClientDestination
      }
    admission = Admission(limit: settings.connectionLimit)
  }
}

/// One configuration's frontends, listeners and backends, as all workers share them.
package final class Topology: Sendable {
  /// What the configuration says.
  package let settings: ProxySettings
  /// The frontends, by index.
  package let frontends: [Frontend]
  /// All listeners, in the order of `LogNames.listeners`; those of disabled frontends are missing
  /// as nil.
  package let listeners: [Listener?]
  /// The backends, by index.
  package let backends: [Backend]
  /// For each server in the one row of all servers: its backend and its index there.
  package let servers: [(backend: Int, server: Int)]
  /// The connections of the process.
  package let process: Admission
  /// The connections accepted so far: their numbers.
  let accepted = Counter()
  /// Ways to reach the workers.
  package let mailboxes: WorkerMailboxes

  /// Makes the shared state of a configuration. `listeners` are bound sockets in the order of
  /// `LogNames.listeners`; `seed` starts random balancing.
  package init(
    settings: ProxySettings, listeners: [Listener?], mailboxes: WorkerMailboxes, seed: UInt64
  ) {
    self.settings = settings
    self.listeners = listeners
    self.mailboxes = mailboxes
    frontends = settings.frontends.map { frontend in
      Frontend(
        settings: frontend, servers: frontend.backend.map { settings.backends[$0].servers } ?? [])
    }
    let offsets = settings.serverOffsets
    backends = settings.backends.enumerated().map { index, backend in
      Backend(
        settings: backend, index: index, firstServer: offsets[index],
        fullConnections: settings.fullConnections(of: index), seed: seed &+ UInt64(index),
        mailboxes: mailboxes)
    }
    servers = settings.backends.enumerated().flatMap { backend, settings in
      settings.servers.indices.map { (backend: backend, server: $0) }
    }
    process = Admission(limit: settings.connectionLimit > 0 ? settings.connectionLimit : nil)
  }
}

extension ProxySettings {
  /// `fullconn` of a backend: its own, or a tenth of the sum of the `maxconn` of all frontends
  /// that may lead to it (HAProxy's manual, `fullconn`).
  package func fullConnections(of backend: Int) -> Int {
    if let own = backends[backend].fullConnections { return own }
    let sum = frontends.filter { $0.backend == backend }
      .reduce(0) { $0 + ($1.connectionLimit ?? connectionLimit) }
    return max(sum / 10, 1)
  }
}
