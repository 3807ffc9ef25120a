internal import Balancing
package import HealthChecks
internal import LogRecords

/// The states of all servers: what checks, connections and administrators do to them, and what is
/// said of it, in HAProxy's words.
///
/// It belongs to the control thread. It has no clock and no I/O: events come with their moment,
/// and what is to be done is returned. Only the backends are told at once, through `apply`, as
/// their answer (sessions requeued, servers left) is part of the message.
package struct ServerStates: Sendable {
  /// A server's fixed part.
  struct Place: Sendable {
    var backend: Int
    /// Index in the backend.
    var server: Int
    var settings: ServerSettings
    /// `backend/server`, as messages name it.
    var name: String
    /// Index of the server whose state it follows.
    var tracked: Int?
    /// Those that follow it, the last first, as HAProxy goes through them.
    var followers: [Int] = []
  }

  /// A backend's own part.
  struct BackendPart: Sendable {
    var settings: BackendSettings
    var effect = Backend.Effect()
    var hasServer: Bool { effect.activeServers + effect.backupServers > 0 }
  }

  /// The state of each server, by its index in the one row of all servers.
  package internal(set) var servers: [ServerState]
  let places: [Place]
  var backends: [BackendPart]
  /// When a backend lost its last server; nil while it has one.
  package internal(set) var emptySinceMilliseconds: [Int64?]
  /// Times that a backend lost its last server.
  package internal(set) var timesEmpty: [Int]
  let apply: @Sendable (ServerChange) -> Backend.Effect
  var actions: [ServerStatesAction] = []
  var now: Moment

  /// Takes the servers of a configuration. `apply` tells a backend of a server's change.
  package init(
    settings: ProxySettings, now: Moment,
    apply: @escaping @Sendable (ServerChange) -> Backend.Effect
  ) {
    self.apply = apply
    self.now = now
    backends = settings.backends.map { BackendPart(settings: $0) }
    emptySinceMilliseconds = settings.backends.map { _ in nil }
    timesEmpty = settings.backends.map { _ in 0 }
    let places = Self.places(settings)
    self.places = places
    servers = places.map {
      ServerState(settings: $0.settings, nowMilliseconds: now.monotonicMilliseconds)
    }
  }

  /// Brings every server into its first state, without a word, and tells which are to be checked:
  /// `scheduleCheck` is not among the actions, as first checks are spread by the checker.
  package mutating func start() {
    for index in places.indices {
      let settings = places[index].settings
      applyInitialState(index)
      if settings.isDisabled { servers[index].administration.insert(.forcedMaintenance) }
    }
    // Followers know what they follow only now; a chain is as long as there are servers at most.
    for index in places.indices {
      let leaders = chain(from: index)
      if leaders.contains(where: { servers[$0].administration.isMaintenance }) {
        servers[index].administration.insert(.inheritedMaintenance)
      }
      if let root = leaders.last, servers[root].operation == .stopped {
        servers[index].operation = .stopped
      }
    }
    for index in places.indices {
      if servers[index].administration.isMaintenance {
        servers[index].operation = .stopped
        servers[index].health?.setFullyDown()
      }
      _ = tellBackend(index, keepsQueue: true)
    }
    for backend in backends.indices where !backends[backend].hasServer {
      emptySinceMilliseconds[backend] = now.monotonicMilliseconds
    }
  }

  /// Whether a server is checked now: it has checks and is not in maintenance.
  package func isChecked(_ server: Int) -> Bool {
    servers[server].health != nil && !servers[server].administration.isMaintenance
  }

  /// A check has ended.
  package mutating func checkEnded(
    _ server: Int, _ outcome: CheckOutcome, at moment: Moment
  ) -> [ServerStatesAction] {
    begin(moment)
    guard isChecked(server) else { return finish() }
    judge(server, outcome)
    if let check = places[server].settings.check, let health = servers[server].health {
      let pace = health.pace(isServerStopped: !servers[server].isUp)
      actions.append(
        .scheduleCheck(server: server, milliseconds: check.intervalMilliseconds(pace)))
    }
    return finish()
  }

  /// A slow start goes on.
  package mutating func warmUp(_ server: Int, at moment: Moment) -> [ServerStatesAction] {
    begin(moment)
    guard servers[server].operation == .starting else { return finish() }
    if servers[server].warmUp(
      places[server].settings, nowMilliseconds: now.monotonicMilliseconds)
    {
      scheduleWarmUp(server)
    }
    _ = tellBackend(server, keepsQueue: true)
    return finish()
  }

  /// The administrator has set a server's weight, 0…256.
  package mutating func setWeight(
    _ server: Int, to weight: Int, at moment: Moment
  ) -> [ServerStatesAction] {
    begin(moment)
    servers[server].weight = min(max(weight, 0), WeightScale.largestUserWeight)
    let hadServer = backends[places[server].backend].hasServer
    _ = tellBackend(server, keepsQueue: true)
    noticeEmptyBackend(of: server, hadServer: hadServer)
    return finish()
  }
}

extension ServerStates {
  mutating func begin(_ moment: Moment) {
    now = moment
    actions.removeAll(keepingCapacity: true)
  }

  mutating func finish() -> [ServerStatesAction] {
    let result = actions
    actions.removeAll(keepingCapacity: true)
    return result
  }

  /// Tells a server's backend what the server's state has come to.
  mutating func tellBackend(_ server: Int, keepsQueue: Bool) -> Backend.Effect {
    let place = places[server]
    let state = servers[server]
    let milliseconds = now.monotonicMilliseconds
    // A server in maintenance is not expected back: nobody goes on waiting for it.
    let redistributes =
      state.administration.isMaintenance
      || backends[place.backend].settings.redistributesQueues
    let steps = state.weightSteps(place.settings, nowMilliseconds: milliseconds)
    let effect = apply(
      ServerChange(
        backend: place.backend, server: place.server, isUsable: state.takesConnections,
        effectiveWeight: state.weight * steps * (WeightScale.steps / 16),
        warmthPercent: state.warmthPercent(place.settings, nowMilliseconds: milliseconds),
        keepsQueue: keepsQueue || !redistributes))
    backends[place.backend].effect = effect
    if backends[place.backend].hasServer { emptySinceMilliseconds[place.backend] = nil }
    return effect
  }

  /// Says so where a backend has just lost its last server.
  mutating func noticeEmptyBackend(of server: Int, hadServer: Bool) {
    let backend = places[server].backend
    guard hadServer, !backends[backend].hasServer else { return }
    emptySinceMilliseconds[backend] = now.monotonicMilliseconds
    timesEmpty[backend] += 1
    let settings = backends[backend].settings
    actions.append(
      .log(
        LogEvent(
          .backendEmpty, severity: .emergency,
          text: "\(settings.kind) \(settings.name) has no server available!",
          backend: UInt32(clamping: backend), nanoseconds: now.realtimeNanoseconds)))
  }

  mutating func scheduleWarmUp(_ server: Int) {
    let slowStart = places[server].settings.slowStartMilliseconds
    actions.append(.warmUp(server: server, milliseconds: max(1000, slowStart / 20)))
  }

  /// The state that `init-state` gives, at the start and after maintenance.
  mutating func applyInitialState(_ server: Int) {
    guard servers[server].health != nil else {
      servers[server].operation = .running
      return
    }
    switch places[server].settings.initialState {
    case .fullyUp: servers[server].health?.setFullyUp()
    case .up: servers[server].health?.setUp()
    case .down: servers[server].health?.setDown()
    case .fullyDown: servers[server].health?.setFullyDown()
    }
    servers[server].operation = servers[server].health?.isUp == true ? .running : .stopped
  }

  /// The servers that one follows, directly and by others, the nearest first.
  private func chain(from server: Int) -> [Int] {
    var chain: [Int] = []
    var next = places[server].tracked
    while let index = next, chain.count < places.count {
      chain.append(index)
      next = places[index].tracked
    }
    return chain
  }

  private static func places(_ settings: ProxySettings) -> [Place] {
    let offsets = settings.serverOffsets
    var places: [Place] = []
    for (backend, backendSettings) in settings.backends.enumerated() {
      for (server, serverSettings) in backendSettings.servers.enumerated() {
        let tracked = serverSettings.track.map { offsets[$0.backend] + $0.server }
        places.append(
          Place(
            backend: backend, server: server, settings: serverSettings,
            name: "\(backendSettings.name)/\(serverSettings.name)", tracked: tracked))
      }
    }
    // A loop, which the configuration refuses, is cut rather than followed.
    for index in places.indices {
      var next = places[index].tracked
      var steps = 0
      while let leader = next, steps <= places.count, leader != index {
        next = places.indices.contains(leader) ? places[leader].tracked : nil
        steps += 1
      }
      if next != nil { places[index].tracked = nil }
      if let tracked = places[index].tracked { places[tracked].followers.append(index) }
    }
    return places
  }
}
