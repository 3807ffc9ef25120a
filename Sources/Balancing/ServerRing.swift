/// Servers scattered over the range of a hash, each at as many places as its effective weight, so
/// that one that comes or goes moves only its own share (`hash-type consistent`, `balance
/// random`).
struct ServerRing: Sendable {
  private struct Node: Sendable {
    var key: UInt32
    /// The how-manieth place of its server this is, from 0.
    var number: Int32
    var server: Int
  }

  /// All places, by rising key.
  private var nodes: [Node] = []
  private var weights: [Int]
  private let identifiers: [Int]
  /// Where the rotation of `next` stands; before the first place where nil.
  private var turn: Int?

  /// Makes an empty ring for servers of these ids.
  init(identifiers: [Int]) {
    self.identifiers = identifiers
    weights = Array(repeating: 0, count: identifiers.count)
  }

  /// Lays several servers over an empty ring.
  mutating func begin(with servers: [(server: Int, weight: Int)]) {
    for (server, weight) in servers {
      weights[server] = weight
      nodes += (0..<weight).map { node(server, $0) }
    }
    nodes.sort(by: Self.precedes)
  }

  /// Sets how many places a server has; 0 takes it off the ring.
  mutating func setWeight(_ server: Int, _ weight: Int) {
    let old = weights[server]
    guard weight != old else { return }
    weights[server] = weight
    if weight < old {
      // The rotation goes on behind the last place that stays.
      let staying = nodes.prefix((turn ?? -1) + 1).count {
        $0.server != server || $0.number < weight
      }
      turn = turn == nil || staying == 0 ? nil : staying - 1
      nodes.removeAll { $0.server == server && $0.number >= weight }
    } else {
      merge((old..<weight).map { node(server, $0) }.sorted(by: Self.precedes))
    }
  }

  /// The server nearest to a hash, or, going up from there, the first that is not `avoided`.
  func server(hash: UInt32, avoiding avoided: Int?) -> Int? {
    guard !nodes.isEmpty else { return nil }
    let above = nodes.count == lowerBound(hash) ? 0 : lowerBound(hash)
    let below = above == 0 ? nodes.count - 1 : above - 1
    let isBelowNearer = hash &- nodes[below].key <= nodes[above].key &- hash
    let start = isBelowNearer ? below : above
    for step in 0..<nodes.count {
      let server = nodes[(start + step) % nodes.count].server
      if server != avoided { return server }
    }
    return avoided
  }

  /// The server of the next place in turn that is not full, for connections without a hash.
  mutating func next(avoiding avoided: Int?, isFull: (Int) -> Bool) -> Int? {
    var fallback: (server: Int, turn: Int)?
    let start = turn.map { $0 + 1 } ?? 0
    for step in 0..<nodes.count {
      let place = (start + step) % nodes.count
      turn = place
      let server = nodes[place].server
      if isFull(server) { continue }
      if server != avoided { return server }
      fallback = (server, place)
    }
    if let fallback { turn = fallback.turn }
    return fallback?.server
  }

  private func node(_ server: Int, _ number: Int) -> Node {
    let seed = UInt32(truncatingIfNeeded: identifiers[server] &* WeightScale.largest &+ number)
    return Node(
      key: SourceHash.avalanche(seed), number: Int32(truncatingIfNeeded: number), server: server)
  }

  private static func precedes(_ left: Node, _ right: Node) -> Bool {
    (left.key, left.server, left.number) < (right.key, right.server, right.number)
  }

  /// Index of the first place at or above a key.
  private func lowerBound(_ key: UInt32) -> Int {
    var (low, high) = (0, nodes.count)
    while low < high {
      let middle = (low + high) / 2
      if nodes[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Merges places in, behind those that have the same key.
  private mutating func merge(_ added: [Node]) {
    var merged: [Node] = []
    merged.reserveCapacity(nodes.count + added.count)
    var index = 0
    var newTurn: Int?
    for (place, node) in nodes.enumerated() {
      while index < added.count, added[index].key < node.key {
        merged.append(added[index])
        index += 1
      }
      if place == turn { newTurn = merged.count }
      merged.append(node)
    }
    merged += added[index...]
    nodes = merged
    turn = newTurn
  }
}
