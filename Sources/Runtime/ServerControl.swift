internal import HealthChecks
internal import Kernel
internal import LogRecords
internal import Proxy
internal import Reactor

/// Health checks and the states of all servers, on the main thread: it hands the outcomes of
/// checks to the states, and carries out what comes of them.
struct ServerControl: ~Copyable {
  private let topology: Topology
  private let announcer: Announcer
  /// Whether a server's state has changed since `takeNews` was last asked.
  private var hasNews = false
  private var states: ServerStates
  private var checker: HealthChecker
  /// The server of each check, by index in the one row of all servers.
  private let checkedServers: [Int]
  /// The check of each server; nil where it has none.
  private var checks: [Int?]

  init(topology: Topology, announcer: Announcer) {
    self.topology = topology
    self.announcer = announcer
    let settings = topology.settings
    states = ServerStates(settings: settings, now: Self.moment()) { change in
      topology.backends[change.backend].setServer(
        change.server, isUsable: change.isUsable, effectiveWeight: change.effectiveWeight,
        warmthPercent: change.warmthPercent, keepsQueue: change.keepsQueue)
    }
    var targets: [HealthChecker.Target] = []
    var checkedServers: [Int] = []
    checks = topology.servers.map { _ in nil }
    for (index, place) in topology.servers.enumerated() {
      let server = settings.backends[place.backend].servers[place.server]
      guard let check = server.check else { continue }
      checks[index] = targets.count
      checkedServers.append(index)
      let ports = topology.backends[place.backend].servers[place.server].ports
      targets.append(
        HealthChecker.Target(settings: check, address: server.address, ports: ports))
    }
    self.checkedServers = checkedServers
    checker = HealthChecker(
      targets, kind: Supervisor.Token.check,
      schedule: CheckSchedule(
        spreadPercent: settings.checkSpreadPercent,
        spreadLimitMilliseconds: settings.checkSpreadLimitMilliseconds,
        seed: Clock.realtimeNanoseconds()))
    states.start()
  }

  /// Begins to check.
  mutating func start(_ loop: inout EventLoop) {
    checker.start(in: &loop)
    for (check, server) in checkedServers.enumerated() where !states.isChecked(server) {
      checker.stop(check, in: &loop)
    }
  }

  /// Takes an event of a check's connection.
  mutating func handle(event token: EventToken, _ readiness: Readiness, _ loop: inout EventLoop) {
    if let report = checker.handle(event: token, readiness, in: &loop) { take(report, &loop) }
  }

  /// Takes a timer of a check or of a slow start.
  mutating func handle(timer token: EventToken, _ loop: inout EventLoop) {
    if token.kind == Supervisor.Token.warmUp {
      perform(states.warmUp(token.number, at: Self.moment()), &loop)
    } else if let report = checker.handle(timer: token, in: &loop) {
      take(report, &loop)
    }
  }

  /// Takes word of a client's connection to a server (`observe layer4`).
  mutating func observed(server: Int, worked: Bool, _ loop: inout EventLoop) {
    guard states.servers.indices.contains(server) else { return }
    if worked {
      states.connectionSucceeded(server)
    } else {
      perform(states.connectionFailed(server, at: Self.moment()), &loop)
    }
  }

  /// Servers that are up, and all of them.
  var upCount: (up: Int, all: Int) {
    (states.servers.count { $0.isUp }, states.servers.count)
  }

  /// Whether a server's state has changed since the last call.
  mutating func takeNews() -> Bool {
    defer { hasNews = false }
    return hasNews
  }

  private mutating func take(_ report: HealthChecker.Report, _ loop: inout EventLoop) {
    let server = checkedServers[report.check]
    perform(states.checkEnded(server, report.outcome, at: Self.moment()), &loop)
  }

  private mutating func perform(_ actions: [ServerStatesAction], _ loop: inout EventLoop) {
    for action in actions {
      switch action {
      case .log(let event):
        announcer.announce(event)
        hasNews = true
      case .endSessions(let server):
        let place = topology.servers[server]
        topology.backends[place.backend].endSessions(server: place.server, cause: .serverDown)
      case .endBackupSessions(let backend):
        topology.backends[backend].endBackupSessions(cause: .serverUp)
      case .scheduleCheck(let server, let milliseconds):
        guard let check = checks[server] else { continue }
        checker.schedule(check, afterMilliseconds: milliseconds, in: &loop)
      case .hastenCheck(let server, let milliseconds):
        guard let check = checks[server] else { continue }
        checker.hasten(check, toMilliseconds: milliseconds, in: &loop)
      case .stopCheck(let server):
        guard let check = checks[server] else { continue }
        checker.stop(check, in: &loop)
      case .warmUp(let server, let milliseconds):
        _ = loop.setTimer(
          after: milliseconds, token: EventToken(kind: Supervisor.Token.warmUp, number: server))
      }
    }
  }

  private static func moment() -> Moment {
    Moment(
      monotonicMilliseconds: Clock.monotonicMicroseconds() / 1000,
      realtimeNanoseconds: Clock.realtimeNanoseconds())
  }
}

// MARK: - The states on demand

extension ServerControl {
  /// Writes the state of every server to the log (SIGHUP, SIGQUIT), in HAProxy's words.
  func dump(word: String) {
    let names = Set(topology.settings.backends.map(\.name))
    for (index, frontend) in topology.frontends.enumerated()
    where !names.contains(frontend.settings.name) {
      let name = frontend.settings.name
      let counts = connectionsText(frontend: frontend, backend: nil)
      for text in [
        "\(word) received, dumping servers states for proxy \(name).",
        "\(word): Proxy \(name) has no servers. \(counts)",
      ] {
        announcer.announce(
          LogEvent(
            .serverState, severity: .notice, text: text, frontend: UInt32(clamping: index),
            nanoseconds: Clock.realtimeNanoseconds()))
      }
    }
    for backend in topology.backends { dump(backend, word: word) }
  }

  private func dump(_ backend: Backend, word: String) {
    let name = backend.settings.name
    func post(_ text: String, server: Int? = nil) {
      var values: [LogEvent.Entry] = []
      if let server { values.append(.text(.state, states.statusWord(server))) }
      announcer.announce(
        LogEvent(
          .serverState, severity: .notice, text: text, backend: UInt32(clamping: backend.index),
          server: server.map { UInt32(clamping: $0) }, values: values,
          nanoseconds: Clock.realtimeNanoseconds()))
    }
    post("\(word) received, dumping servers states for proxy \(name).")
    var (active, backup) = (0, 0)
    for (index, settings) in backend.settings.servers.enumerated() {
      let server = backend.firstServer + index
      let state = states.servers[server]
      let load = backend.load(of: index)
      if state.takesConnections, state.weight > 0 {
        if settings.isBackup { backup += 1 } else { active += 1 }
      }
      post(
        "\(word): Server \(name)/\(settings.name) is \(state.isUp ? "UP" : "DOWN"). "
          + "Conn: \(load.sessions) act, \(load.queued) pend, \(load.total) tot.",
        server: server)
    }
    let verdict =
      if backend.settings.servers.isEmpty {
        "has no servers."
      } else if active == 0 {
        backup > 0 ? "is running on backup servers !" : "has no server available !"
      } else {
        "has \(active) active servers and \(backup) backup servers available."
      }
    let frontend = topology.frontends.first { $0.settings.name == name }
    post(
      "\(word): Proxy \(name) \(verdict) "
        + connectionsText(frontend: frontend, backend: backend))
  }

  private func connectionsText(frontend: Frontend?, backend: Backend?) -> String {
    var (active, pending, unassigned, total) = (0, 0, 0, UInt64(0))
    for index in backend?.settings.servers.indices ?? 0..<0 {
      guard let load = backend?.load(of: index) else { continue }
      active += load.sessions
      pending += load.queued
      unassigned = load.backendQueued
      total += load.total
    }
    return "Conn: act(FE+BE): \(frontend?.admission.count ?? 0)+\(active), "
      + "\(pending + unassigned) pend (\(unassigned) unass), "
      + "tot(FE+BE): \(frontend?.admission.cumulative ?? 0)+\(total)."
  }
}
