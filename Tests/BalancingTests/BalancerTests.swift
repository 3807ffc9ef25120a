import Balancing
import Testing

@Suite struct BalancerTests {
  @Test("Servers are chosen as HAProxy chose them", arguments: GoldenSequence.names)
  func golden(name: String) throws {
    #expect(try GoldenSequence(name: name).differences() == [])
  }

  static let algorithms: [Algorithm] = [
    .roundRobin, .staticRoundRobin, .leastConnections, .first, .source, .random(draws: 2),
  ]

  @Test("Without a server there is no choice", arguments: algorithms)
  func empty(algorithm: Algorithm) {
    var balancer = Balancer(algorithm: algorithm, servers: [])
    #expect(!balancer.hasServer)
    #expect(balancer.pick(hash: 1) { _ in false } == nil)
  }

  @Test("A server of weight 0 takes nothing", arguments: algorithms)
  func zeroWeight(algorithm: Algorithm) {
    var balancer = Balancer(
      algorithm: algorithm,
      servers: [BalancerServer(identifier: 1, weight: 0), BalancerServer(identifier: 2)])
    for _ in 0..<10 { #expect(balancer.pick { _ in false } == 1) }
    balancer.setServer(1, isUsable: false, effectiveWeight: 16)
    #expect(balancer.pick { _ in false } == nil)
    #expect(balancer.activeCount == 0)
  }

  @Test("Where all servers are full the backend's queue is next", arguments: algorithms)
  func full(algorithm: Algorithm) {
    var balancer = Balancer(
      algorithm: algorithm,
      servers: (1...5).map { BalancerServer(identifier: $0, weight: $0) })
    for _ in 0..<3 { #expect(balancer.pick { _ in true } == nil) }
    let next = balancer.pick { $0 != 3 }
    #expect(next == 3 || algorithm == .random(draws: 2))
  }

  @Test("A server to be avoided is chosen only where it is alone", arguments: algorithms)
  func avoiding(algorithm: Algorithm) {
    var balancer = Balancer(
      algorithm: algorithm, hashType: HashType(method: .consistent),
      servers: (1...3).map { BalancerServer(identifier: $0) })
    for hash in UInt32(0)..<50 {
      #expect(balancer.pick(hash: hash &* 0x1234567, avoiding: 1) { _ in false } != 1)
    }
    balancer.setServer(0, isUsable: false, effectiveWeight: 16)
    balancer.setServer(2, isUsable: false, effectiveWeight: 16)
    #expect(balancer.pick(hash: 5, avoiding: 1) { _ in false } == 1)
  }

  @Test("Every share is exact after any number of changes", arguments: [1, 2, 3] as [UInt64])
  func shares(seed: UInt64) {
    var dice = Dice(state: seed)
    var balancer = Balancer(
      algorithm: .roundRobin, servers: (1...20).map { BalancerServer(identifier: $0) })
    var weights = Array(repeating: 1, count: 20)
    for _ in 0..<200 {
      let server = dice.below(20)
      weights[server] = dice.below(5)
      balancer.setServer(server, isUsable: true, effectiveWeight: weights[server] * 16)
      for _ in 0..<dice.below(30) {
        let picked = balancer.pick { _ in false }
        #expect(picked.map { weights[$0] > 0 } ?? weights.allSatisfy { $0 == 0 })
      }
    }
    let total = weights.reduce(0, +)
    guard total > 0 else { return }
    for _ in 0..<(4 * total) { _ = balancer.pick { _ in false } }
    var counts = Array(repeating: 0, count: 20)
    for _ in 0..<(100 * total) { counts[balancer.pick { _ in false } ?? 0] += 1 }
    for (count, weight) in zip(counts, weights) { #expect(abs(count - 100 * weight) <= 2) }
  }

  @Test("The table of static-rr is the one that the plain rule gives")
  func staticTable() {
    var dice = Dice(state: 7)
    for _ in 0..<40 {
      var weights = (0..<(1 + dice.below(12))).map { _ in 1 + dice.below(20) }
      weights.append(1)
      var balancer = Balancer(
        algorithm: .staticRoundRobin,
        servers: weights.enumerated().map { BalancerServer(identifier: $0 + 1, weight: $1) })
      let total = weights.reduce(0, +)
      var scores = weights.map { _ in 0 }
      for _ in 0..<total {
        for index in scores.indices { scores[index] += weights[index] }
        let shares = scores.map { ($0 + total) / total }
        let best = shares.firstIndex(of: shares.max() ?? 0) ?? 0
        scores[best] -= total
        #expect(balancer.pick { _ in false } == best)
      }
    }
  }

  @Test("Random draws follow weights and prefer the less loaded")
  func random() {
    var balancer = Balancer(
      algorithm: .random(draws: 2),
      servers: [1, 1, 2].enumerated().map { BalancerServer(identifier: $0 + 1, weight: $1 * 20) },
      seed: 42)
    var counts = [0, 0, 0]
    for _ in 0..<4000 {
      guard let server = balancer.pick(isFull: { _ in false }) else { continue }
      balancer.connectionStarted(server)
      counts[server] += 1
    }
    #expect(abs(counts[0] - 1000) < 60 && abs(counts[1] - 1000) < 60)
  }

  @Test("4,095 servers are one rotation")
  func many() {
    var balancer = Balancer(
      algorithm: .roundRobin, servers: (1...4095).map { BalancerServer(identifier: $0) })
    var seen = Set<Int>()
    for _ in 0..<4095 { seen.insert(balancer.pick { _ in false } ?? -1) }
    #expect(seen.count == 4095)
  }
}

/// Repeatable dice.
struct Dice {
  var state: UInt64
  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
