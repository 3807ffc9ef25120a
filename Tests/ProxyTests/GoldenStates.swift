import Balancing
import Foundation
import HealthChecks
import Kernel
import LogRecords
import Proxy

/// A golden file of Tests/Corpora/states (its format: Tests/Tools/observe-states.py) and its replay
/// on `ServerStates`: what was done to HAProxy is done here, checks pass or fail as the servers'
/// sockets listened, and the lines are compared.
struct GoldenStates {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Corpora/states")

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".txt") }.sorted()

  var configuration: [[String]] = []
  /// What was done ("" for the start) and the lines that came of it.
  var steps: [(action: String, lines: [String])] = [("", [])]

  init(name: String) throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    for line in text.split(separator: "\n").map(String.init) where !line.hasPrefix("#") {
      if line.hasPrefix("| ") {
        configuration.append(line.dropFirst(2).split(separator: " ").map(String.init))
      } else if line.hasPrefix("> ") {
        steps.append((String(line.dropFirst(2)), []))
      } else if !line.hasPrefix("answer ") {
        steps[steps.count - 1].lines.append(Self.withoutDurations(line))
      }
    }
  }

  static func withoutDurations(_ line: String) -> String {
    line.replacingOccurrences(
      of: "check duration: [0-9]+ms", with: "check duration: _", options: .regularExpression)
  }

  /// The first steps in which Weir's lines are not HAProxy's.
  func differences() -> [String] {
    let player = StatesPlayer(configuration)
    var found: [String] = []
    for step in steps {
      let lines = player.play(step.action).map(Self.withoutDurations)
      if lines != step.lines {
        found.append(
          "> \(step.action)\nHAProxy:\n\(step.lines.joined(separator: "\n"))\n"
            + "Weir:\n\(lines.joined(separator: "\n"))")
      }
      if found.count == 2 { break }
    }
    return found
  }
}

/// Backends as far as server states need them.
final class FakeBackends: @unchecked Sendable {
  var balancers: [Balancer]
  var changes: [ServerChange] = []
  /// Sessions of each server, by backend and index.
  var sessions: [[Int]]

  init(_ settings: ProxySettings) {
    balancers = settings.backends.map { backend in
      Balancer(
        algorithm: .roundRobin,
        servers: backend.servers.map {
          BalancerServer(identifier: $0.identifier, weight: $0.weight, isBackup: $0.isBackup)
        })
    }
    sessions = settings.backends.map { $0.servers.map { _ in 0 } }
  }

  func apply(_ change: ServerChange) -> Backend.Effect {
    changes.append(change)
    balancers[change.backend].setServer(
      change.server, isUsable: change.isUsable, effectiveWeight: change.effectiveWeight)
    var effect = Backend.Effect()
    effect.active = sessions[change.backend][change.server]
    effect.activeServers = balancers[change.backend].activeCount
    effect.backupServers = balancers[change.backend].backupCount
    return effect
  }
}

private final class StatesPlayer {
  let settings: ProxySettings
  let backends: FakeBackends
  var states: ServerStates
  var names: [String] = []
  /// The socket of each server, and whether it listens.
  var sockets: [String] = []
  var listens: [String: Bool] = [:]
  var lines: [String] = []
  var now = Moment(monotonicMilliseconds: 1_000_000, realtimeNanoseconds: 1)

  init(_ configuration: [[String]]) {
    var settings = ProxySettings()
    var tracks: [(server: Int, leader: String)] = []
    for words in configuration {
      switch words[0] {
      case "listen", "backend":
        var backend = BackendSettings(name: words[1], identifier: settings.backends.count)
        backend.kind = words[0] == "listen" ? "proxy" : "backend"
        settings.backends.append(backend)
      case "option": settings.backends[settings.backends.count - 1].logsHealthChecks = true
      case "server":
        let backend = settings.backends.count - 1
        names.append("\(settings.backends[backend].name)/\(words[1])")
        sockets.append(words[2].filter { $0 != "%" })
        if let track = words.firstIndex(of: "track") {
          tracks.append((names.count - 1, words[track + 1]))
        }
        settings.backends[backend].servers.append(Self.server(words))
      default: break
      }
    }
    let places = settings.backends.enumerated().flatMap { backend, settings in
      settings.servers.indices.map { ServerSettings.Track(backend: backend, server: $0) }
    }
    for track in tracks {
      guard let leader = names.firstIndex(of: track.leader) else { continue }
      let place = places[track.server]
      settings.backends[place.backend].servers[place.server].track = places[leader]
    }
    self.settings = settings
    let backends = FakeBackends(settings)
    self.backends = backends
    states = ServerStates(settings: settings, now: now) { backends.apply($0) }
    states.start()
  }

  private static func server(_ words: [String]) -> ServerSettings {
    var server = ServerSettings(
      name: words[1], identifier: 1, address: .internet(.ipv4(0x7F00_0001, port: 1)))
    func value(_ word: String) -> String? {
      words.firstIndex(of: word).map { words[$0 + 1] }
    }
    server.isBackup = words.contains("backup")
    server.isDisabled = words.contains("disabled")
    server.weight = value("weight").flatMap { Int($0) } ?? 1
    server.connectionLimit = value("maxconn").flatMap { Int($0) } ?? 0
    server.observesConnections = words.contains("observe")
    server.errorLimit = value("error-limit").flatMap { Int($0) } ?? 10
    switch value("on-error") {
    case "mark-down": server.onError = .markDown
    case "sudden-death": server.onError = .suddenDeath
    case "fastinter": server.onError = .fastInterval
    default: server.onError = .failCheck
    }
    if words.contains("check") {
      var check = CheckSettings()
      check.rise = value("rise").flatMap { Int($0) } ?? 2
      check.fall = value("fall").flatMap { Int($0) } ?? 3
      server.check = check
    }
    return server
  }

  /// Does what was done and lets checks run until nothing changes any more.
  func play(_ action: String) -> [String] {
    lines = []
    let words = action.split(separator: " ").map(String.init)
    if !words.isEmpty { act(words) }
    for _ in 0..<8 { checkAll() }
    return lines
  }

  private func take(_ actions: [ServerStatesAction]) {
    for case .log(let event) in actions {
      lines.append("\(event.severity.word) \(event.text)")
    }
  }

  private func checkAll() {
    for server in names.indices where states.isChecked(server) {
      let passes = listens[sockets[server]] ?? true
      take(
        states.checkEnded(
          server,
          passes
            ? CheckOutcome(status: .layer4Passed, durationMilliseconds: 0)
            : CheckOutcome(
              status: .layer4Failed, information: "Connection refused", durationMilliseconds: 0),
          at: now))
    }
  }

  private func act(_ words: [String]) {
    switch words[0] {
    case "start": listens[words[1]] = true
    case "stop": listens[words[1]] = false
    case "end": backends.sessions = backends.sessions.map { $0.map { _ in 0 } }
    case "hold":
      let count = Int(words[2]) ?? 0
      for (index, server) in settings.backends[0].servers.enumerated() {
        let isMeant = server.name == words[1] || count > 4
        let limit = server.connectionLimit > 0 ? server.connectionLimit : count
        if isMeant { backends.sessions[0][index] = min(count, limit) }
      }
    case "fail":
      listens[words[1]] = false
      for server in names.indices where sockets[server] == words[1] && states.servers[server].isUp {
        // The session that fails is still counted.
        backends.sessions[0][server] = 1
        for _ in 0..<(Int(words[2]) ?? 0) { take(states.connectionFailed(server, at: now)) }
        backends.sessions[0][server] = 0
      }
    default: command(words)
    }
  }

  private func command(_ words: [String]) {
    guard let server = names.firstIndex(where: { words.contains($0) }) else { return }
    switch (words[0], words[1], words.last ?? "") {
    case ("enable", _, _): take(states.setAdministration(server, to: .ready, at: now))
    case ("disable", _, _): take(states.setAdministration(server, to: .maintenance, at: now))
    case ("set", "weight", let weight):
      take(states.setWeight(server, to: Int(weight) ?? 0, at: now))
    case (_, _, "ready"): take(states.setAdministration(server, to: .ready, at: now))
    case (_, _, "drain"): take(states.setAdministration(server, to: .drain, at: now))
    case (_, _, "maint"): take(states.setAdministration(server, to: .maintenance, at: now))
    case (_, _, "up"): take(states.setOperation(server, to: .running, at: now))
    case (_, _, "down"): take(states.setOperation(server, to: .stopped, at: now))
    case (_, _, "stopping"): take(states.setOperation(server, to: .stopping, at: now))
    default: break
    }
  }
}
