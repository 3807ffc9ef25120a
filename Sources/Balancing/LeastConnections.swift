/// Servers by their number of connections for their weight, those that are equal in rotation
/// (`balance leastconn`).
struct LeastConnections: Sendable {
  private var heap: ServerHeap
  /// Servers passed over in one choice.
  private var passed: [Int] = []

  /// Makes it empty, with room for servers `0..<capacity`.
  init(capacity: Int) {
    heap = ServerHeap(capacity: capacity)
    passed.reserveCapacity(capacity)
  }

  /// Puts a server behind its equals; with a weight of 0 it leaves.
  mutating func queue(_ server: Int, inFlight: Int, weight: Int) {
    if weight > 0 {
      heap.insert(server, key: Self.key(inFlight: inFlight, weight: weight))
    } else {
      heap.remove(server)
    }
  }

  /// Moves a server whose connections have changed; where its load has not, it keeps its place.
  mutating func reposition(_ server: Int, inFlight: Int, weight: Int) {
    guard heap.contains(server), weight > 0 else { return }
    let key = Self.key(inFlight: inFlight, weight: weight)
    if key != heap.key(of: server) { heap.insert(server, key: key) }
  }

  /// The least loaded server that is not full; `avoided` only where there is no other.
  mutating func next(avoiding avoided: Int?, isFull: (Int) -> Bool) -> Int? {
    var chosen: Int?
    var fallback: Int?
    passed.removeAll(keepingCapacity: true)
    while chosen == nil, let server = heap.first {
      if !isFull(server) {
        if server != avoided {
          chosen = server
          break
        }
        fallback = server
      }
      passed.append(server)
      heap.remove(server)
    }
    for server in passed { heap.restore(server) }
    return chosen ?? fallback
  }

  private static func key(inFlight: Int, weight: Int) -> Int {
    inFlight > 0 ? (inFlight + 1) * WeightScale.largest / weight : 0
  }
}
