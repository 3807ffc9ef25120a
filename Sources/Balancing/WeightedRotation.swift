/// Servers in turn, each as often as its weight, spread as evenly as can be (`balance
/// roundrobin`); weights may change at any moment.
///
/// Time is a position that advances by one with each choice and covers the sum of the weights in
/// a cycle. A server of weight w is due every sum/w positions; what the division leaves over is
/// carried, so that no turn is lost. Servers that have a turn left in this cycle wait in
/// `current` by their position, those that are to begin the cycle in `initial` and those that are
/// through with it in `following`, both by falling weight.
struct WeightedRotation: Sendable {
  private struct Turn: Sendable {
    var weight = 0
    /// The position at which the server is due next.
    var next = 0
    /// The position at which it was last chosen.
    var last = 0
    /// What divisions have left over, in units of 1/weight.
    var remainder = 0
  }

  private var turns: [Turn]
  private var current: ServerHeap
  private var initial: ServerHeap
  private var following: ServerHeap
  /// Servers passed over in one choice.
  private var passed: [Int] = []
  private var position = 0
  /// The sum of weights that this cycle was begun with.
  private var cycleWeight = 0
  /// The sum of weights as they are now.
  private(set) var totalWeight = 0

  /// Makes an empty rotation with room for servers `0..<capacity`.
  init(capacity: Int) {
    turns = Array(repeating: Turn(), count: capacity)
    current = ServerHeap(capacity: capacity)
    initial = ServerHeap(capacity: capacity)
    following = ServerHeap(capacity: capacity)
    passed.reserveCapacity(capacity)
  }

  /// Puts in a server before the first choice.
  mutating func begin(with server: Int, weight: Int) {
    turns[server].weight = weight
    totalWeight += weight
    cycleWeight = totalWeight
    position = totalWeight
    queueByWeight(server, isInitial: true)
  }

  /// Sets a server's weight; at 0 it leaves the rotation.
  mutating func setWeight(_ server: Int, _ weight: Int) {
    let old = turns[server].weight
    guard weight != old else { return }
    totalWeight += weight - old
    turns[server].weight = weight
    if weight == 0 {
      dequeue(server)
    } else if old == 0 {
      // It comes back one of its own intervals from now.
      turns[server].next = position + (totalWeight + cycleWeight - position) / weight
      queue(server)
    } else if initial.contains(server) {
      queueByWeight(server, isInitial: true)
    } else {
      reschedule(server)
    }
  }

  /// The server whose turn it is, among those that are not full.
  ///
  /// A full server has its turn all the same and waits for the next. `avoided` is chosen only
  /// where no other can be.
  mutating func next(avoiding avoided: Int?, isFull: (Int) -> Bool) -> Int? {
    var hasTurnedOver = false
    var fallback: Int?
    var chosen: Int?
    passed.removeAll(keepingCapacity: true)
    while chosen == nil {
      if cycleWeight == 0 {
        cycleWeight = totalWeight
        position = totalWeight
      }
      guard let server = due(hasTurnedOver: &hasTurnedOver) else { break }
      take(server)
      if !isFull(server) {
        if server != avoided || fallback != nil {
          chosen = server
          break
        }
        fallback = server
      }
      passed.append(server)
    }
    let result = chosen ?? fallback
    if let result { queue(result) }
    for server in passed.reversed() where server != result {
      if hasTurnedOver {
        queueByWeight(server, isInitial: true)
      } else {
        queue(server)
      }
    }
    return result
  }

  /// The server that is due, turning the cycle over where it is at its end, at most once.
  private mutating func due(hasTurnedOver: inout Bool) -> Int? {
    while true {
      if let server = current.first, turns[server].next <= position { return server }
      if let server = initial.first {
        turns[server].next = 0
        turns[server].remainder = 0
        return server
      }
      if let server = current.first { return server }
      guard !hasTurnedOver else { return nil }
      hasTurnedOver = true
      swap(&initial, &following)
      cycleWeight = totalWeight
      position = totalWeight
    }
  }

  /// Gives a server its turn: takes it out and finds the position of its next one.
  private mutating func take(_ server: Int) {
    dequeue(server)
    var turn = turns[server]
    if turn.next == 0 { turn.next = position }
    turn.last = turn.next
    let weight = max(turn.weight, 1)
    turn.next += totalWeight / weight
    turn.remainder += totalWeight % weight
    if turn.remainder >= weight {
      turn.remainder -= weight
      turn.next += 1
    }
    turns[server] = turn
    position += 1
  }

  /// Finds a new place for a server whose weight has changed.
  private mutating func reschedule(_ server: Int) {
    if following.contains(server) { turns[server].next += cycleWeight }
    let step = totalWeight / turns[server].weight
    let former = turns[server].next
    var next = min(turns[server].last + step, former)
    // Never so near that the change itself would give a turn.
    if next < position + 2 { next = position + step }
    turns[server].next = next
    turns[server].remainder = 0
    queue(server)
  }

  /// Queues a server by its position, in this cycle or the following one.
  private mutating func queue(_ server: Int) {
    dequeue(server)
    let turn = turns[server]
    guard turn.weight > 0 else { return }
    if turn.next >= 2 * cycleWeight || turn.next >= cycleWeight + totalWeight {
      turns[server].next -= cycleWeight
      queueByWeight(server, isInitial: false)
    } else {
      let finer = (WeightScale.largest + turn.remainder - turn.weight) / WeightScale.steps
      current.insert(server, key: turn.next * WeightScale.largestUserWeight + finer)
    }
  }

  /// Queues a server by its weight alone, the heaviest first.
  private mutating func queueByWeight(_ server: Int, isInitial: Bool) {
    dequeue(server)
    let weight = turns[server].weight
    guard weight > 0 else { return }
    if isInitial {
      initial.insert(server, key: WeightScale.largest - weight)
    } else {
      following.insert(server, key: WeightScale.largest - weight)
    }
  }

  private mutating func dequeue(_ server: Int) {
    current.remove(server)
    initial.remove(server)
    following.remove(server)
  }
}
