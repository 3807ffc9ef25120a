internal import Balancing
package import Kernel
internal import Memory
internal import Reactor

/// A server as the workers share it. A class, so that its settings are looked at in place.
package final class Server: Sendable {
  /// What the configuration says of it.
  package let settings: ServerSettings
  /// The ports of its `source` line, where that names several.
  package let ports: PortPool?

  init(settings: ServerSettings) {
    self.settings = settings
    ports = settings.source?.ports.map { PortPool($0) }
  }
}

/// A backend as the workers share it: its settings, its servers' loads and its queues.
package final class Backend: Sendable {
  /// What the configuration says of it.
  package let settings: BackendSettings
  /// Its index in `Topology.backends`.
  package let index: Int
  /// The index of its first server in the one row of all servers.
  package let firstServer: Int
  /// Its servers, by index.
  package let servers: [Server]
  let state: Locked<BackendState>
  private let mailboxes: WorkerMailboxes

  init(
    settings: BackendSettings, index: Int, firstServer: Int, fullConnections: Int, seed: UInt64,
    mailboxes: WorkerMailboxes
  ) {
    self.settings = settings
    self.index = index
    self.firstServer = firstServer
    self.mailboxes = mailboxes
    servers = settings.servers.map { Server(settings: $0) }
    let balancer = Balancer(
      algorithm: settings.algorithm, hashType: settings.hashType,
      servers: settings.servers.map {
        BalancerServer(identifier: $0.identifier, weight: $0.weight, isBackup: $0.isBackup)
      },
      usesAllBackups: settings.usesAllBackups, seed: seed)
    let loads = settings.servers.map { server in
      ServerLoad(
        limit: server.connectionLimit, minimumLimit: server.minimumConnectionLimit,
        queueLimit: server.queueLimit, isBackup: server.isBackup)
    }
    state = Locked(
      BackendState(balancer: balancer, loads: loads, fullConnections: fullConnections))
  }

  /// Counts a session in and gives it a server or a place in a queue.
  func enter(_ waiter: Waiter, hash: UInt32?) -> (Assignment, sessions: Int) {
    state.withLock { state in
      state.sessions += 1
      state.cumulativeSessions &+= 1
      let assignment = state.assign(waiter, hash: hash, bound: nil, avoiding: nil)
      send(state.grantWaiting())
      return (assignment, state.sessions)
    }
  }

  /// Sessions that have been in the backend, from the start.
  package var cumulativeSessions: Int { state.withLock { $0.cumulativeSessions } }

  /// Servers that take connections now, backups aside.
  var activeServers: Int { state.withLock { $0.balancer.activeCount } }

  /// Gives a session that is in already another server, or the same once more.
  func assign(_ waiter: Waiter, hash: UInt32?, bound: Int?, avoiding: Int?) -> Assignment {
    state.withLock {
      let assignment = $0.assign(waiter, hash: hash, bound: bound, avoiding: avoiding)
      send($0.grantWaiting())
      return assignment
    }
  }

  /// Counts a session out that had this server, and lets the next one have its place. Gives the
  /// connections that are left, of the backend and of the server.
  func leave(server: Int?) -> (sessions: Int, served: Int) {
    state.withLock { state in
      state.sessions = max(state.sessions - 1, 0)
      guard let server else { return (state.sessions, 0) }
      state.release(server)
      // Who comes next is not among those who are left.
      let served = state.loads[server].served
      send(state.grant(server))
      return (state.sessions, served)
    }
  }

  /// A session gives its server back and stays in the backend.
  func release(server: Int) {
    state.withLock {
      $0.release(server)
      send($0.grant(server))
    }
  }

  /// Takes a session out of a queue and gives its place there; nil when it has been granted a
  /// server, of which an order to its worker is on the way.
  func cancel(ticket: UInt64, server: Int?) -> Int? {
    state.withLock { $0.cancel(ticket: ticket, server: server) }
  }

  /// The connections that sessions and a server have now.
  func connections(server: Int?) -> (sessions: Int, served: Int) {
    state.withLock { state in
      (state.sessions, server.map { state.loads[$0].served } ?? 0)
    }
  }

  /// Tells workers what their sessions were granted. It is done under the lock of the state: so
  /// whoever learns from `cancel` that a grant is on the way finds it in the mailbox, and a worker
  /// that ends after its last session leaves no place at a server to nobody.
  private func send(_ grants: [Grant]) {
    for grant in grants {
      mailboxes.post(
        .granted(
          session: grant.waiter.session, backend: index, server: grant.server,
          place: grant.waiter.place),
        to: Int(grant.waiter.worker))
    }
  }
}

extension Backend {
  /// What a change of a server did to sessions, as HAProxy's messages count it.
  package struct Effect: Sendable {
    /// Sessions that have the server.
    package var active = 0
    /// Sessions that were given a server, or sent to find another one.
    package var requeued = 0
    /// Sessions that still wait for the server alone.
    package var queued = 0
    /// Servers that take connections: not backup servers.
    package var activeServers = 0
    /// Backup servers that could take connections.
    package var backupServers = 0
    /// Whether connections now go to backup servers.
    package var usesBackups = false
    /// No effect at all.
    package init() {}
  }

  /// Whether a server (its index in the backend) takes connections now; any thread may ask.
  package func isUsable(_ server: Int) -> Bool {
    state.withLock { $0.loads.indices.contains(server) && $0.loads[server].isUsable }
  }

  /// Lets a server (its index in the backend) take connections or not, at this effective weight
  /// (`WeightScale`) and share of its limits.
  package func setServer(
    _ server: Int, isUsable: Bool, effectiveWeight: Int, warmthPercent: Int = 100,
    keepsQueue: Bool = false
  ) -> Effect {
    let (effect, homeless) = state.withLock { state -> (Effect, [Waiter]) in
      state.loads[server].isUsable = isUsable
      state.loads[server].warmthPercent = warmthPercent
      state.balancer.setServer(server, isUsable: isUsable, effectiveWeight: effectiveWeight)
      let homeless = isUsable || keepsQueue ? [] : state.emptyQueue(of: server)
      let active = state.loads[server].served
      let grants = state.grantAll()
      var effect = Effect()
      effect.active = active
      effect.requeued = grants.count + homeless.count
      effect.queued = state.loads[server].queue.count
      effect.activeServers = state.balancer.activeCount
      effect.backupServers = state.balancer.backupCount
      effect.usesBackups = state.balancer.activeCount == 0 && state.balancer.backupCount > 0
      send(grants)
      return (effect, homeless)
    }
    for waiter in homeless {
      mailboxes.post(
        .homeless(session: waiter.session, place: waiter.place), to: Int(waiter.worker))
    }
    return effect
  }

  /// Ends the sessions of a server (its index in the backend).
  package func endSessions(server: Int, cause: SessionEnd) {
    mailboxes.postToAll(.endSessions(server: firstServer + server, cause: cause))
  }

  /// Ends the sessions of every backup server.
  package func endBackupSessions(cause: SessionEnd) {
    for (server, settings) in settings.servers.enumerated() where settings.isBackup {
      endSessions(server: server, cause: cause)
    }
  }

  /// What a server has now, and how many wait.
  package func load(
    of server: Int
  ) -> (sessions: Int, queued: Int, backendQueued: Int, total: UInt64) {
    state.withLock {
      (
        $0.loads[server].served, $0.loads[server].queue.count, $0.queue.count,
        $0.loads[server].total
      )
    }
  }
}
