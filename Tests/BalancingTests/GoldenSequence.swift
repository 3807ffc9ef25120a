import Balancing
import Foundation

/// A golden file of Tests/Corpora/balance (its format: Tests/Tools/observe-balance.py) and the
/// replay of what was done to HAProxy on a `Balancer`.
struct GoldenSequence {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Corpora/balance")

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".txt") }.sorted()

  var settings: [[String]] = []
  var steps: [[String]] = []

  init(name: String) throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    var isPlaying = false
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ").map(String.init)
      if words == ["--"] {
        isPlaying = true
      } else if isPlaying {
        steps.append(words)
      } else {
        settings.append(words)
      }
    }
  }

  /// Plays the steps and returns the first lines in which Weir differs.
  func differences() -> [String] {
    var player = Player(settings: settings)
    var found: [String] = []
    for (number, step) in steps.enumerated() {
      let seen = player.play(step)
      if let seen, seen != step.last {
        found.append("step \(number): HAProxy \(step.joined(separator: " ")), Weir \(seen)")
        if found.count == 3 { break }
      }
    }
    return found
  }
}

private struct Player {
  var names: [String] = []
  var servers: [BalancerServer] = []
  var limits: [Int] = []
  var balancer: Balancer
  var weights: [Int]
  var isUsable: [Bool]
  var isDrained: [Bool]
  var served: [Int]
  var holds: [Int?] = []
  var hashType = HashType()

  init(settings: [[String]]) {
    var algorithm = Algorithm.roundRobin
    var allBackups = false
    for words in settings {
      switch words[0] {
      case "balance":
        algorithm =
          switch words[1] {
          case "static-rr": .staticRoundRobin
          case "leastconn": .leastConnections
          case "first": .first
          case "source": .source
          default: .roundRobin
          }
      case "hash-type":
        hashType.method = words[1] == "consistent" ? .consistent : .mapBased
        hashType.avalanche = words.contains("avalanche") || words == ["hash-type", "consistent"]
      case "retries": break
      case "option": allBackups = allBackups || words[1] == "allbackups"
      default:
        func value(_ name: String) -> Int? {
          words.firstIndex(of: name).flatMap { Int(words[$0 + 1]) }
        }
        names.append(words[1])
        servers.append(
          BalancerServer(
            identifier: value("id") ?? names.count, weight: value("weight") ?? 1,
            isBackup: words.contains("backup")))
        limits.append(value("maxconn") ?? .max)
      }
    }
    balancer = Balancer(
      algorithm: algorithm, hashType: hashType, servers: servers, usesAllBackups: allBackups)
    weights = servers.map(\.weight)
    isUsable = servers.map { _ in true }
    isDrained = servers.map { _ in false }
    served = servers.map { _ in 0 }
  }

  /// The server that Weir chose, where the step is a choice.
  mutating func play(_ step: [String]) -> String? {
    switch step[0] {
    case "pick": return choose { _, _ in }
    case "from": return choose(hash: hash(of: step[1])) { _, _ in }
    case "redispatch":
      let first = choose { _, _ in }
      guard first == step[1] else { return first }
      return choose(avoiding: names.firstIndex(of: step[1])) { _, _ in }
    case "hold":
      return choose { player, server in
        player.balancer.connectionStarted(server)
        player.served[server] += 1
        player.holds.append(server)
      }
    case "release":
      if let hold = Int(step[1]), let server = holds[hold] {
        served[server] -= 1
        balancer.connectionEnded(server)
      }
    default: change(step)
    }
    return nil
  }

  mutating func choose(
    hash: UInt32? = nil, avoiding: Int? = nil, keep: (inout Player, Int) -> Void
  ) -> String {
    let (limits, served) = (limits, served)
    let server = balancer.pick(hash: hash, avoiding: avoiding) { served[$0] >= limits[$0] }
    guard let server else { return "-" }
    let before = holds.count
    keep(&self, server)
    if holds.count == before {
      balancer.connectionStarted(server)
      balancer.connectionEnded(server)
    }
    return names[server]
  }

  mutating func change(_ step: [String]) {
    guard let server = names.firstIndex(of: step[1]) else { return }
    switch step[0] {
    case "down": isUsable[server] = false
    case "up": isUsable[server] = true
    case "drain": isDrained[server] = true
    case "ready": isDrained[server] = false
    default: weights[server] = Int(step[2]) ?? 0
    }
    balancer.setServer(
      server, isUsable: isUsable[server] && !isDrained[server],
      effectiveWeight: weights[server] * WeightScale.steps)
  }

  func hash(of address: String) -> UInt32 {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, address, &bytes) == 1 {
      return SourceHash.ipv4(bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }, type: hashType)
    }
    _ = inet_pton(AF_INET6, address, &bytes)
    return SourceHash.ipv6(
      high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
      low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }, type: hashType)
  }
}
