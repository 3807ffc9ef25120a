/// Servers in the order of a key, those of equal keys in the order in which they came.
///
/// A binary heap that knows where each server stands, so that any server is taken out in
/// O(log n). Its room is made once: nothing allocates after `init`.
struct ServerHeap: Sendable {
  private struct Entry: Sendable {
    var key = 0
    var arrival: UInt64 = 0
    /// Index in `order`; nil while the server is not in the heap.
    var position: Int?
  }

  private var entries: [Entry]
  /// The heap: server indexes, the first `count` of them in use.
  private var order: [Int]
  private(set) var count = 0
  private var arrivals: UInt64 = 0

  /// Makes room for servers `0..<capacity`.
  init(capacity: Int) {
    entries = Array(repeating: Entry(), count: capacity)
    order = Array(repeating: 0, count: capacity)
  }

  /// The server that comes first.
  var first: Int? { count > 0 ? order[0] : nil }

  /// Whether a server is in the heap.
  func contains(_ server: Int) -> Bool { entries[server].position != nil }

  /// The key that a server was last put in with.
  func key(of server: Int) -> Int { entries[server].key }

  /// Puts a server behind those that have the same key; one that is in already moves.
  mutating func insert(_ server: Int, key: Int) {
    remove(server)
    arrivals &+= 1
    place(server, key: key, arrival: arrivals)
  }

  /// Puts back a server that was removed, where it stood.
  mutating func restore(_ server: Int) {
    guard !contains(server) else { return }
    place(server, key: entries[server].key, arrival: entries[server].arrival)
  }

  /// Takes a server out; nothing happens where it is not in.
  mutating func remove(_ server: Int) {
    guard let position = entries[server].position else { return }
    entries[server].position = nil
    count -= 1
    guard position < count else { return }
    let moved = order[count]
    put(moved, at: position)
    rise(from: position)
    sink(from: entries[moved].position ?? position)
  }

  private mutating func place(_ server: Int, key: Int, arrival: UInt64) {
    entries[server].key = key
    entries[server].arrival = arrival
    put(server, at: count)
    count += 1
    rise(from: count - 1)
  }

  private mutating func put(_ server: Int, at position: Int) {
    order[position] = server
    entries[server].position = position
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (entries[left], entries[right])
    return a.key != b.key ? a.key < b.key : a.arrival < b.arrival
  }

  private mutating func rise(from start: Int) {
    let server = order[start]
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard precedes(server, order[parent]) else { break }
      put(order[parent], at: position)
      position = parent
    }
    put(server, at: position)
  }

  private mutating func sink(from start: Int) {
    let server = order[start]
    var position = start
    while true {
      var child = 2 * position + 1
      guard child < count else { break }
      if child + 1 < count, precedes(order[child + 1], order[child]) { child += 1 }
      guard precedes(order[child], server) else { break }
      put(order[child], at: position)
      position = child
    }
    put(server, at: position)
  }
}
