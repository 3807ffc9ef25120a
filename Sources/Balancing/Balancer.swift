/// Which server of a backend takes the next connection (`balance`, HAProxy's manual 4.2).
///
/// A value without locks, clock or I/O: its owner holds it under the backend's lock, tells it
/// which servers may be used and how many connections they have, and asks. Choices are HAProxy's,
/// in HAProxy's order. Servers are known by their index in the configuration's order. `pick`
/// allocates nothing; it takes O(log servers) plus the servers it finds full.
package struct Balancer: Sendable {
  private struct State: Sendable {
    var isBackup = false
    var identifier = 0
    /// The weight over the greatest common divisor of all, for the table of static algorithms.
    var tableWeight = 0
    /// 0 while the server takes no connections.
    var weight = 0
    var served = 0
    var queued = 0
  }

  /// The algorithm.
  package let algorithm: Algorithm
  /// How addresses are hashed.
  package let hashType: HashType
  private let usesAllBackups: Bool
  private var states: [State]
  /// Servers by rising id, for `balance first`.
  private let byIdentifier: [Int]

  /// Active servers that take connections.
  package private(set) var activeCount = 0
  /// Backup servers that could take connections.
  package private(set) var backupCount = 0
  private var activeWeight = 0
  private var backupWeight = 0
  /// The one backup server in use where no active one is, unless all are (`allbackups`).
  private var firstBackup: Int?

  private var activeRotation: WeightedRotation
  private var backupRotation: WeightedRotation
  private var activeLeast: LeastConnections
  private var backupLeast: LeastConnections
  private var activeRing: ServerRing
  private var backupRing: ServerRing
  private var map = ServerMap()
  private var dice: SplitMix

  /// Makes the balancer of a backend, with every server usable at its full weight.
  ///
  /// `seed` starts the draws of `random`; nothing else depends on it.
  package init(
    algorithm: Algorithm, hashType: HashType = HashType(), servers: [BalancerServer],
    usesAllBackups: Bool = false, seed: UInt64 = 0
  ) {
    self.algorithm = algorithm
    self.hashType = hashType
    self.usesAllBackups = usesAllBackups
    let divisor = max(servers.reduce(0) { Self.greatestCommonDivisor($0, $1.weight) }, 1)
    states = servers.map { server in
      State(
        isBackup: server.isBackup, identifier: server.identifier,
        tableWeight: server.weight / divisor, weight: server.weight * WeightScale.steps)
    }
    byIdentifier = servers.indices.sorted {
      (servers[$0].identifier, $0) < (servers[$1].identifier, $1)
    }
    let count = servers.count
    let rotationRoom = algorithm == .roundRobin ? count : 0
    let leastRoom = algorithm == .leastConnections ? count : 0
    activeRotation = WeightedRotation(capacity: rotationRoom)
    backupRotation = WeightedRotation(capacity: rotationRoom)
    activeLeast = LeastConnections(capacity: leastRoom)
    backupLeast = LeastConnections(capacity: leastRoom)
    activeRing = ServerRing(identifiers: servers.map(\.identifier))
    backupRing = activeRing
    dice = SplitMix(state: seed)
    countServers()
    begin()
  }

  /// The sum of the weights of the servers in use: those active, or else the first backup server,
  /// or all of them.
  package var totalWeight: Int {
    if activeCount > 0 { return activeWeight }
    if let firstBackup { return states[firstBackup].weight }
    return backupWeight
  }

  /// Whether any server takes connections.
  package var hasServer: Bool { totalWeight > 0 }

  /// Whether a server is among those in use: usable, and a backup server only when its time has
  /// come.
  package func isInUse(_ server: Int) -> Bool {
    guard states[server].weight > 0 else { return false }
    if !states[server].isBackup { return true }
    return activeCount == 0 && (firstBackup == nil || firstBackup == server)
  }

  /// The effective weight of a server; 0 while it takes no connections.
  package func effectiveWeight(_ server: Int) -> Int { states[server].weight }

  /// Tells whether a server may be used, and its effective weight: the user weight times
  /// `WeightScale.steps`, less in slow start, 0 when drained.
  ///
  /// Tables of `static-rr` and map-based hashes know only servers in and out; they keep the
  /// weights of the configuration.
  package mutating func setServer(_ server: Int, isUsable: Bool, effectiveWeight: Int) {
    let weight = isUsable ? min(max(effectiveWeight, 0), WeightScale.largest) : 0
    guard weight != states[server].weight else { return }
    states[server].weight = weight
    countServers()
    let isBackup = states[server].isBackup
    switch kind {
    case .rotation:
      isBackup
        ? backupRotation.setWeight(server, weight) : activeRotation.setWeight(server, weight)
    case .least:
      let inFlight = states[server].served + states[server].queued
      isBackup
        ? backupLeast.queue(server, inFlight: inFlight, weight: weight)
        : activeLeast.queue(server, inFlight: inFlight, weight: weight)
    case .ring:
      isBackup ? backupRing.setWeight(server, weight) : activeRing.setWeight(server, weight)
    case .map: fillMap()
    case .first: break
    }
  }

  /// Chooses a server for a connection; nil where none is usable or, but for `source`, all of
  /// them are full.
  ///
  /// `hash` is the client's (`SourceHash`), nil where it has no address. `avoided` is a server
  /// that has just failed this connection: another is chosen where there is one. `isFull` tells
  /// whether a server has reached its `maxconn` or has connections waiting; for `leastconn`,
  /// whether it has reached `maxconn` and `maxqueue` together. Servers chosen by `source` and a
  /// lone backup server are returned even when full: the connection waits there.
  package mutating func pick(
    hash: UInt32? = nil, avoiding avoided: Int? = nil, isFull: (Int) -> Bool
  ) -> Int? {
    guard hasServer else { return nil }
    if kind == .map {
      if algorithm == .source, let hash { return map.server(hash: hash) }
      return map.next(avoiding: avoided, isFull: isFull)
    }
    if activeCount == 0, let firstBackup { return firstBackup }
    let usesBackups = activeCount == 0
    switch kind {
    case .rotation:
      return usesBackups
        ? backupRotation.next(avoiding: avoided, isFull: isFull)
        : activeRotation.next(avoiding: avoided, isFull: isFull)
    case .least:
      return usesBackups
        ? backupLeast.next(avoiding: avoided, isFull: isFull)
        : activeLeast.next(avoiding: avoided, isFull: isFull)
    case .first:
      return firstFree(isBackup: usesBackups, avoiding: avoided, isFull: isFull)
    case .ring, .map:
      if case .random(let draws) = algorithm {
        return draw(draws, usesBackups: usesBackups, avoiding: avoided, isFull: isFull)
      }
      if let hash {
        return usesBackups
          ? backupRing.server(hash: hash, avoiding: avoided)
          : activeRing.server(hash: hash, avoiding: avoided)
      }
      return usesBackups
        ? backupRing.next(avoiding: avoided, isFull: isFull)
        : activeRing.next(avoiding: avoided, isFull: isFull)
    }
  }

  /// A connection was given to a server: call it before the next `pick`.
  package mutating func connectionStarted(_ server: Int) {
    states[server].served += 1
    reposition(server)
  }

  /// A connection has left a server.
  package mutating func connectionEnded(_ server: Int) {
    states[server].served = max(states[server].served - 1, 0)
    reposition(server)
  }

  /// A connection waits for this server (`change` 1) or no longer (-1). As in HAProxy, it moves
  /// the server only when one next starts or ends there.
  package mutating func queueChanged(_ server: Int, by change: Int) {
    states[server].queued = max(states[server].queued + change, 0)
  }
}

extension Balancer {
  /// The structure behind an algorithm.
  private enum Kind { case rotation, least, first, map, ring }

  private var kind: Kind {
    switch algorithm {
    case .roundRobin: .rotation
    case .staticRoundRobin: .map
    case .leastConnections: .least
    case .first: .first
    case .source: hashType.method == .mapBased ? .map : .ring
    case .random: .ring
    }
  }

  private mutating func begin() {
    let usable = states.indices.filter { states[$0].weight > 0 }
    let active = usable.filter { !states[$0].isBackup }.map {
      (server: $0, weight: states[$0].weight)
    }
    let backup = usable.filter { states[$0].isBackup }.map {
      (server: $0, weight: states[$0].weight)
    }
    switch kind {
    case .rotation:
      for (server, weight) in active { activeRotation.begin(with: server, weight: weight) }
      for (server, weight) in backup { backupRotation.begin(with: server, weight: weight) }
    case .least:
      for (server, weight) in active { activeLeast.queue(server, inFlight: 0, weight: weight) }
      for (server, weight) in backup { backupLeast.queue(server, inFlight: 0, weight: weight) }
    case .ring:
      activeRing.begin(with: active)
      backupRing.begin(with: backup)
    case .map: fillMap()
    case .first: break
    }
  }

  private mutating func countServers() {
    (activeCount, backupCount, activeWeight, backupWeight) = (0, 0, 0, 0)
    firstBackup = nil
    for (index, state) in states.enumerated() where state.weight > 0 {
      if state.isBackup {
        backupCount += 1
        backupWeight += state.weight
        if firstBackup == nil, !usesAllBackups { firstBackup = index }
      } else {
        activeCount += 1
        activeWeight += state.weight
      }
    }
  }

  private mutating func fillMap() {
    if activeCount == 0, let firstBackup {
      map.fill([(server: firstBackup, weight: 1)])
      return
    }
    let usesBackups = activeCount == 0
    map.fill(
      states.indices.filter { states[$0].weight > 0 && states[$0].isBackup == usesBackups }
        .map { (server: $0, weight: states[$0].tableWeight) })
  }

  private mutating func reposition(_ server: Int) {
    guard kind == .least else { return }
    let state = states[server]
    let inFlight = state.served + state.queued
    if state.isBackup {
      backupLeast.reposition(server, inFlight: inFlight, weight: state.weight)
    } else {
      activeLeast.reposition(server, inFlight: inFlight, weight: state.weight)
    }
  }

  private func firstFree(isBackup: Bool, avoiding avoided: Int?, isFull: (Int) -> Bool) -> Int? {
    var fallback: Int?
    for server in byIdentifier
    where states[server].weight > 0 && states[server].isBackup == isBackup {
      if isFull(server) { continue }
      if server != avoided { return server }
      fallback = server
    }
    return fallback
  }

  /// Draws servers by their weights and takes the one with the fewest connections for its weight;
  /// where that one is full, the connection waits in the backend's queue.
  private mutating func draw(
    _ draws: Int, usesBackups: Bool, avoiding avoided: Int?, isFull: (Int) -> Bool
  ) -> Int? {
    var best: Int?
    for _ in 0..<max(draws, 1) {
      let hash = UInt32(truncatingIfNeeded: dice.next() >> 32)
      guard
        let drawn = usesBackups
          ? backupRing.server(hash: hash, avoiding: avoided)
          : activeRing.server(hash: hash, avoiding: avoided)
      else { return nil }
      guard let previous = best, previous != drawn else {
        best = drawn
        continue
      }
      let isDrawnWorse =
        states[drawn].served * states[previous].weight
        > states[previous].served * states[drawn].weight
      best = isDrawnWorse ? previous : drawn
    }
    return best.flatMap { isFull($0) ? nil : $0 }
  }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    var (a, b) = (first, second)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}

/// A small generator of random numbers (Steele, Lea, Flood: SplitMix), for `balance random`.
struct SplitMix: Sendable {
  var state: UInt64

  /// The next number.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
