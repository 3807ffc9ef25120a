/// A table in which each server has as many places as its weight, spread evenly (`balance
/// static-rr` and `hash-type map-based`). It is made anew when a server comes or goes.
struct ServerMap: Sendable {
  private var table: [Int] = []
  private var turn = 0
  /// The length of the table, which is the sum of the weights.
  var totalWeight: Int { table.count }

  /// An empty table.
  init() {}

  /// Fills the table for these servers, in the order of the configuration.
  ///
  /// At each place every server gains its weight as score and the place goes to the server that
  /// has the most whole shares (the sum of weights is a share), the earliest of these; it then
  /// pays one share. Whole shares change only now and then, so they are kept in a heap and the
  /// places at which a server gains one are computed: O(sum of weights × log servers).
  mutating func fill(_ servers: [(server: Int, weight: Int)]) {
    let total = servers.reduce(0) { $0 + $1.weight }
    table.removeAll(keepingCapacity: true)
    guard total > 0 else { return }
    table.reserveCapacity(total)
    // Chains of those that gain a share at a place, by their index in `servers`.
    var gainingFirst = [Int?](repeating: nil, count: total)
    var gainingNext = [Int?](repeating: nil, count: servers.count)
    var gained = Array(repeating: 0, count: servers.count)
    var shares = Array(repeating: 0, count: servers.count)
    var heap = ServerHeap(capacity: servers.count)
    let stride = servers.count
    func scheduleGain(_ index: Int) {
      let weight = servers[index].weight
      let place = ((gained[index] + 1) * total + weight - 1) / weight - 1
      guard place < total else { return }
      gainingNext[index] = gainingFirst[place]
      gainingFirst[place] = index
    }
    for index in servers.indices where servers[index].weight > 0 {
      heap.insert(index, key: index)
      scheduleGain(index)
    }
    for place in 0..<total {
      var gaining = gainingFirst[place]
      while let index = gaining {
        gaining = gainingNext[index]
        gained[index] += 1
        shares[index] += 1
        heap.insert(index, key: index - shares[index] * stride)
        scheduleGain(index)
      }
      guard let best = heap.first else { return }
      table.append(servers[best].server)
      shares[best] -= 1
      heap.insert(best, key: best - shares[best] * stride)
    }
  }

  /// The server at a hash's place.
  func server(hash: UInt32) -> Int? {
    table.isEmpty ? nil : table[Int(hash) % table.count]
  }

  /// The next server in turn that is not full; `avoided` only where there is no other.
  mutating func next(avoiding avoided: Int?, isFull: (Int) -> Bool) -> Int? {
    // A turn at the very end stays there until the next choice, and so survives a longer table.
    if turn >= table.count { turn = 0 }
    let start = turn
    var fallback: (server: Int, turn: Int)?
    for step in 0..<table.count {
      let place = start + step < table.count ? start + step : start + step - table.count
      let server = table[place]
      if isFull(server) { continue }
      if server != avoided {
        turn = place + 1
        return server
      }
      fallback = (server, place + 1)
    }
    if let fallback { turn = fallback.turn }
    return fallback?.server
  }
}
