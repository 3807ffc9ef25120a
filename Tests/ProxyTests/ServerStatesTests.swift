import HealthChecks
import Kernel
import LogRecords
import Proxy
import Testing

@Suite struct ServerStatesTests {
  @Test("Servers go up and down in HAProxy's words", arguments: GoldenStates.names)
  func golden(name: String) throws {
    let differences = try GoldenStates(name: name).differences()
    #expect(differences.isEmpty, "\(differences.joined(separator: "\n\n"))")
  }

  static let passed = CheckOutcome(status: .layer4Passed, durationMilliseconds: 1)
  static let failed = CheckOutcome(
    status: .layer4Failed, information: "Connection refused", durationMilliseconds: 1)

  static func moment(_ milliseconds: Int64) -> Moment {
    Moment(monotonicMilliseconds: milliseconds, realtimeNanoseconds: 0)
  }

  static func checkedServer(_ name: String = "s1") -> ServerSettings {
    var server = ServerSettings(
      name: name, identifier: 1, address: .internet(.ipv4(0x7F00_0001, port: 1)))
    server.check = CheckSettings()
    return server
  }

  static func states(_ servers: [ServerSettings]) -> (ServerStates, FakeBackends) {
    var settings = ProxySettings()
    var backend = BackendSettings(name: "b", identifier: 1)
    backend.servers = servers
    settings.backends = [backend]
    let backends = FakeBackends(settings)
    var states = ServerStates(settings: settings, now: moment(0)) { backends.apply($0) }
    states.start()
    return (states, backends)
  }

  @Test(
    "A server starts in the state that init-state gives",
    arguments: [
      (ServerSettings.InitialState.fullyUp, "UP", 3), (.up, "UP 1/3", 1), (.down, "DOWN 1/2", 0),
      (.fullyDown, "DOWN", 0),
    ])
  func initialState(state: ServerSettings.InitialState, word: String, failures: Int) {
    var server = Self.checkedServer()
    server.initialState = state
    var (states, backends) = Self.states([server])
    #expect(states.statusWord(0) == word)
    #expect(states.servers[0].isUp == (failures > 0))
    #expect(backends.balancers[0].hasServer == (failures > 0))
    for count in 0..<failures {
      #expect(states.servers[0].isUp, "after \(count) failures")
      _ = states.checkEnded(0, Self.failed, at: Self.moment(1))
    }
    #expect(!states.servers[0].isUp)
  }

  @Test("After each check the next is scheduled by the server's health")
  func scheduling() {
    var server = Self.checkedServer()
    server.check?.fastIntervalMilliseconds = 500
    server.check?.downIntervalMilliseconds = 9000
    var (states, _) = Self.states([server])
    func interval(_ actions: [ServerStatesAction]) -> Int? {
      for case .scheduleCheck(0, let milliseconds) in actions { return milliseconds }
      return nil
    }
    let outcomes = [true, false, false, false, false, true, true]
    let expected = [2000, 500, 500, 9000, 9000, 500, 2000]
    for (isPass, wanted) in zip(outcomes, expected) {
      let actions = states.checkEnded(
        0, isPass ? Self.passed : Self.failed, at: Self.moment(1))
      #expect(interval(actions) == wanted)
    }
  }

  @Test("A server that comes back climbs through the steps of its slow start")
  func slowStart() {
    var server = Self.checkedServer()
    server.slowStartMilliseconds = 10_000
    server.weight = 10
    server.check?.rise = 1
    server.check?.fall = 1
    var (states, backends) = Self.states([server])
    #expect(backends.changes.last?.effectiveWeight == 160)
    _ = states.checkEnded(0, Self.failed, at: Self.moment(1000))
    let actions = states.checkEnded(0, Self.passed, at: Self.moment(2000))
    #expect(actions.contains(.warmUp(server: 0, milliseconds: 1000)))
    #expect(states.servers[0].operation == .starting)
    #expect(backends.changes.last?.effectiveWeight == 10)
    var weights: [Int] = []
    var warmths: [Int] = []
    for second in 1...10 {
      _ = states.warmUp(0, at: Self.moment(2000 + Int64(second) * 1000))
      weights.append(backends.changes.last?.effectiveWeight ?? -1)
      warmths.append(backends.changes.last?.warmthPercent ?? -1)
    }
    #expect(weights == [20, 40, 50, 70, 90, 100, 120, 130, 150, 160])
    #expect(warmths == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    #expect(states.servers[0].operation == .running)
    #expect(states.warmUp(0, at: Self.moment(20_000)).isEmpty)
  }

  @Test("Sessions end with their server, and those of backup servers with its return")
  func endings() {
    var server = Self.checkedServer()
    server.endsSessionsWhenDown = true
    server.endsBackupSessionsWhenUp = true
    server.check?.rise = 1
    server.check?.fall = 1
    var (states, _) = Self.states([server])
    #expect(
      states.checkEnded(0, Self.failed, at: Self.moment(5)).contains(.endSessions(server: 0)))
    #expect(
      states.checkEnded(0, Self.passed, at: Self.moment(6))
        .contains(.endBackupSessions(backend: 0)))
    #expect(
      states.setAdministration(0, to: .maintenance, at: Self.moment(7))
        .contains(.endSessions(server: 0)))
    #expect(
      states.setAdministration(0, to: .ready, at: Self.moment(7))
        .contains(.endBackupSessions(backend: 0)))
  }

  @Test(
    "Errors of connections in a row do what on-error says",
    arguments: [
      (ServerSettings.OnError.fastInterval, "3/3"), (.failCheck, "2/3"), (.suddenDeath, "1/3"),
      (.markDown, "0/2"),
    ])
  func observing(action: ServerSettings.OnError, health: String) {
    var server = Self.checkedServer()
    server.observesConnections = true
    server.errorLimit = 3
    server.onError = action
    server.check?.fastIntervalMilliseconds = 100
    var (states, _) = Self.states([server])
    _ = states.checkEnded(0, Self.passed, at: Self.moment(1))
    for _ in 0..<2 { #expect(states.connectionFailed(0, at: Self.moment(2)).isEmpty) }
    states.connectionSucceeded(0)
    for _ in 0..<2 { #expect(states.connectionFailed(0, at: Self.moment(2)).isEmpty) }
    let actions = states.connectionFailed(0, at: Self.moment(3))
    #expect(actions.contains(.hastenCheck(server: 0, milliseconds: 100)))
    #expect(states.servers[0].health?.progressText == health)
    #expect(states.servers[0].failedAnalyses == 1)
    #expect(states.servers[0].consecutiveErrors == 0)
  }

  @Test("Failures, falls and time down are counted")
  func counters() {
    var server = Self.checkedServer()
    server.check?.rise = 1
    server.check?.fall = 2
    var (states, _) = Self.states([server])
    _ = states.checkEnded(0, Self.passed, at: Self.moment(0))
    for time in [1000, 2000, 3000] as [Int64] {
      _ = states.checkEnded(0, Self.failed, at: Self.moment(time))
    }
    #expect(states.servers[0].failedChecks == 2)
    #expect(states.servers[0].timesDown == 1)
    #expect(states.servers[0].downMilliseconds(until: 5000) == 3000)
    #expect(states.emptySinceMilliseconds[0] == 2000 && states.timesEmpty[0] == 1)
    _ = states.checkEnded(0, Self.passed, at: Self.moment(6000))
    #expect(states.servers[0].downMilliseconds(until: 9000) == 4000)
    #expect(states.emptySinceMilliseconds[0] == nil)
  }

  @Test("In maintenance a server is not checked, and out of it it is at once")
  func maintenance() {
    var (states, backends) = Self.states([Self.checkedServer()])
    let entered = states.setAdministration(0, to: .maintenance, at: Self.moment(1))
    #expect(entered.contains(.stopCheck(server: 0)))
    #expect(!states.isChecked(0) && states.statusWord(0) == "MAINT")
    #expect(states.checkEnded(0, Self.passed, at: Self.moment(2)).isEmpty)
    #expect(!backends.balancers[0].hasServer)
    let left = states.setAdministration(0, to: .ready, at: Self.moment(3))
    #expect(left.contains(.scheduleCheck(server: 0, milliseconds: 0)))
    #expect(states.statusWord(0) == "UP 1/3" && backends.balancers[0].hasServer)
  }

  @Test("Every event is taken in every state, and a server is used only when it may be")
  func everyEvent() {
    var dice = Dice(state: 11)
    for round in 0..<40 {
      var server = Self.checkedServer()
      server.slowStartMilliseconds = round % 2 == 0 ? 0 : 4000
      server.observesConnections = true
      server.errorLimit = 1
      server.onError = [.failCheck, .markDown, .suddenDeath, .fastInterval][round % 4]
      var follower = ServerSettings(
        name: "f", identifier: 2, address: .internet(.ipv4(1, port: 1)))
      follower.track = .init(backend: 0, server: 0)
      var (states, backends) = Self.states([server, follower])
      for time in 0..<200 {
        let now = Self.moment(Int64(time) * 700)
        let index = dice.below(2)
        switch dice.below(8) {
        case 0, 1: _ = states.checkEnded(0, Self.passed, at: now)
        case 2, 3: _ = states.checkEnded(0, Self.failed, at: now)
        case 4:
          _ = states.setAdministration(
            index, to: [.ready, .drain, .maintenance][dice.below(3)], at: now)
        case 5:
          _ = states.setOperation(
            0, to: [.running, .stopped, .stopping][dice.below(3)], at: now)
        case 6: _ = states.connectionFailed(index, at: now)
        default:
          _ = states.setWeight(index, to: dice.below(3), at: now)
          _ = states.warmUp(index, at: now)
        }
        for server in 0..<2 {
          let state = states.servers[server]
          let isUsed = backends.balancers[0].effectiveWeight(server) > 0
          #expect(isUsed == (state.takesConnections && state.weight > 0))
          if state.administration.isMaintenance { #expect(!state.isUp) }
        }
        #expect(
          states.servers[1].administration.contains(.inheritedMaintenance)
            == states.servers[0].administration.isMaintenance)
        #expect(
          states.servers[1].administration.contains(.inheritedDrain)
            == states.servers[0].administration.isDrain)
      }
    }
  }

  @Test("A loop of tracking servers is cut")
  func loop() {
    var servers = [Self.checkedServer("a"), Self.checkedServer("b")]
    servers[0].track = .init(backend: 0, server: 1)
    servers[1].track = .init(backend: 0, server: 0)
    var (states, _) = Self.states(servers)
    _ = states.setAdministration(0, to: .maintenance, at: Self.moment(1))
    #expect(states.servers[0].administration.isMaintenance)
  }

  @Test("What a server said is made harmless in a line")
  func escaping() {
    var (states, _) = Self.states([Self.checkedServer()])
    let outcome = CheckOutcome(
      status: .layer7Invalid, information: "say \"hi\" <b> é\n", durationMilliseconds: 3)
    let actions = states.checkEnded(0, outcome, at: Self.moment(1))
    guard case .log(let event) = actions.first else {
      Issue.record("no line")
      return
    }
    #expect(
      event.text
        == "Server b/s1 is DOWN, reason: Layer7 invalid response, info: \"say <22>hi<22> "
        + "<3C>b<3E> <C3><A9><0A>\", check duration: 3ms. 0 active and 0 backup servers left. "
        + "0 sessions active, 0 requeued, 0 remaining in queue.")
  }
}

/// Repeatable dice.
private struct Dice {
  var state: UInt64
  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
