internal import Balancing
internal import Memory

/// What came of asking a backend for a server.
enum Assignment: Sendable {
  /// This server (its index in the backend) takes the connection, and counts it.
  case server(Int)
  /// The connection waits, for this server or for any.
  case queued(ticket: UInt64, server: Int?)
  /// The server's queue is full (`maxqueue`).
  case queueFull(server: Int)
  /// No server is usable.
  case noServer
}

/// A session that waited and has been given a server.
struct Grant: Sendable {
  var waiter: Waiter
  var server: Int
}

/// How busy a server is.
struct ServerLoad: Sendable {
  /// `maxconn`, 0 for no limit.
  var limit = 0
  /// `minconn`, 0 for none.
  var minimumLimit = 0
  /// `maxqueue`, 0 for no limit.
  var queueLimit = 0
  /// Connections that were given to it and have not ended.
  var served = 0
  /// Connections that were ever given to it.
  var total: UInt64 = 0
  /// Whether it takes connections at all.
  var isUsable = true
  /// Whether it is a backup server.
  var isBackup = false
  /// How far a slow start has come, in percent.
  var warmthPercent = 100
  /// Who waits for this server alone.
  var queue = WaitQueue()
}

/// The part of a backend that its workers share, under the backend's lock.
struct BackendState: Sendable {
  var balancer: Balancer
  var loads: [ServerLoad]
  /// `fullconn`
  var fullConnections: Int
  /// Who waits for any server.
  var queue = WaitQueue()
  /// Sessions that are in the backend.
  var sessions = 0
  /// Sessions that have been in the backend, from the start.
  var cumulativeSessions = 0
  private var lastTicket: UInt64 = 0

  init(balancer: Balancer, loads: [ServerLoad], fullConnections: Int) {
    self.balancer = balancer
    self.loads = loads
    self.fullConnections = fullConnections
  }

  /// The connections that a server may have now (`maxconn`, `minconn`, `fullconn`, slow start);
  /// nil for no limit (HAProxy's manual 5.2, `minconn`).
  static func limit(of load: ServerLoad, sessions: Int, fullConnections: Int) -> Int? {
    guard load.limit > 0 else { return nil }
    var limit = load.limit
    if load.minimumLimit > 0 && load.minimumLimit < limit && sessions < fullConnections {
      limit = max(load.minimumLimit, sessions * limit / max(fullConnections, 1))
    }
    if load.warmthPercent < 100 { limit = max(1, limit * load.warmthPercent / 100) }
    return limit
  }

  private func isFull(_ server: Int) -> Bool {
    guard loads[server].limit > 0 else { return false }
    let load = loads[server]
    guard
      let limit = Self.limit(of: load, sessions: sessions, fullConnections: fullConnections)
    else { return false }
    return load.served >= limit || load.queue.count > 0
  }

  /// Chooses a server for a session, or lets it wait.
  ///
  /// `bound` is a server that the session is to have again, `avoided` one that has just failed it.
  mutating func assign(
    _ waiter: Waiter, hash: UInt32?, bound: Int?, avoiding avoided: Int?
  ) -> Assignment {
    if let bound { return take(bound, waiter) }
    guard balancer.hasServer else { return .noServer }
    // Who comes later waits behind who came before.
    if queue.count > 0 && hash == nil { return wait(waiter) }
    // The balancer is moved out while it asks for the loads, so that both are not touched at once.
    let loads = self.loads
    let (sessions, full, isLeast) = (
      sessions, fullConnections, balancer.algorithm == .leastConnections
    )
    let chosen = balancer.pick(hash: hash, avoiding: avoided) { server in
      guard loads[server].limit > 0 else { return false }
      let load = loads[server]
      guard let limit = Self.limit(of: load, sessions: sessions, fullConnections: full) else {
        return false
      }
      let isBusy = load.served >= limit || load.queue.count > 0
      guard isLeast && load.queueLimit > 0 else { return isBusy }
      return isBusy && load.queue.count >= load.queueLimit
    }
    return chosen.map { take($0, waiter) } ?? wait(waiter)
  }

  /// Lets a session wait for any server.
  private mutating func wait(_ waiter: Waiter) -> Assignment {
    let ticket = nextTicket()
    queue.append(waiter, ticket: ticket)
    return .queued(ticket: ticket, server: nil)
  }

  /// Gives those who wait for any server the room that there is: a limit may have grown with the
  /// load, and `random` may have drawn a full server while another has room.
  mutating func grantWaiting() -> [Grant] {
    var grants: [Grant] = []
    while queue.count > 0, let server = roomiest(), let waiter = queue.popFirst() {
      loads[server].served += 1
      loads[server].total += 1
      balancer.connectionStarted(server)
      grants.append(Grant(waiter: waiter, server: server))
    }
    return grants
  }

  /// The server with room that has the fewest connections for its weight.
  private func roomiest() -> Int? {
    loads.indices.filter { loads[$0].isUsable && balancer.isInUse($0) && !isFull($0) }
      .min {
        loads[$0].served * balancer.effectiveWeight($1)
          < loads[$1].served * balancer.effectiveWeight($0)
      }
  }

  /// Gives a session this server, now or when it has room.
  private mutating func take(_ server: Int, _ waiter: Waiter) -> Assignment {
    guard isFull(server) else {
      loads[server].served += 1
      loads[server].total += 1
      balancer.connectionStarted(server)
      return .server(server)
    }
    let limit = loads[server].queueLimit
    guard limit == 0 || loads[server].queue.count < limit else {
      return .queueFull(server: server)
    }
    let ticket = nextTicket()
    loads[server].queue.append(waiter, ticket: ticket)
    balancer.queueChanged(server, by: 1)
    return .queued(ticket: ticket, server: server)
  }

  /// A connection has left a server.
  mutating func release(_ server: Int) {
    loads[server].served = max(loads[server].served - 1, 0)
    balancer.connectionEnded(server)
  }

  /// Takes a session out of the queues and gives its place; nil when it was granted a server
  /// meanwhile.
  mutating func cancel(ticket: UInt64, server: Int?) -> Int? {
    guard let server else { return queue.cancel(ticket) }
    guard let place = loads[server].queue.cancel(ticket) else { return nil }
    balancer.queueChanged(server, by: -1)
    return place
  }

  /// Gives the room that a server has to those who wait for it or for any server, the longest
  /// waiting first. A server that is down has room only for those who wait for it alone and were
  /// not sent elsewhere (`option persist`), as in HAProxy.
  mutating func grant(_ server: Int) -> [Grant] {
    guard loads[server].queue.count > 0 || queue.count > 0 else { return [] }
    var grants: [Grant] = []
    let takesAny = loads[server].isUsable && balancer.isInUse(server)
    while takesAny || loads[server].queue.count > 0 {
      if let limit = Self.limit(
        of: loads[server], sessions: sessions, fullConnections: fullConnections),
        loads[server].served >= limit
      {
        break
      }
      let own = loads[server].queue.firstTicket()
      let any = takesAny ? queue.firstTicket() : nil
      let takesOwn = own.map { own in any.map { own < $0 } ?? true } ?? false
      guard let waiter = takesOwn ? loads[server].queue.popFirst() : queue.popFirst() else { break }
      if takesOwn { balancer.queueChanged(server, by: -1) }
      loads[server].served += 1
      loads[server].total += 1
      balancer.connectionStarted(server)
      grants.append(Grant(waiter: waiter, server: server))
    }
    return grants
  }

  /// Gives the room that all servers have, as `grant` does: a change of one server may have put
  /// others into use (backup servers).
  mutating func grantAll() -> [Grant] {
    var grants: [Grant] = []
    for server in loads.indices {
      guard queue.count > 0 || loads[server].queue.count > 0 else { continue }
      grants += grant(server)
    }
    return grants
  }

  /// Takes everyone out of a server's own queue.
  mutating func emptyQueue(of server: Int) -> [Waiter] {
    var waiters: [Waiter] = []
    while let waiter = loads[server].queue.popFirst(isServed: false) {
      balancer.queueChanged(server, by: -1)
      waiters.append(waiter)
    }
    return waiters
  }

  private mutating func nextTicket() -> UInt64 {
    lastTicket += 1
    return lastTicket
  }
}
