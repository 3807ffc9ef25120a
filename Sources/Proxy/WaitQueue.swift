internal import Memory

/// A session that waits for a server: which worker has it, and where.
struct Waiter: BitwiseCopyable, Sendable {
  var worker: UInt16
  var session: SlabIndex
  /// Its place in the queue it was taken from: itself and those that were served before it since it
  /// came. Who gave up in front of it does not count, as in HAProxy.
  var place = 0

  init(worker: UInt16, session: SlabIndex) {
    self.worker = worker
    self.session = session
  }
}

/// Sessions that wait, in order of arrival; any of them may give up.
///
/// Tickets rise, so the place of one is found by halving.
struct WaitQueue: Sendable {
  /// Entries of sessions that have given up that are kept at the most, beyond as many as wait.
  static let goneLimit = 1024

  private struct Entry {
    var ticket: UInt64
    var waiter: Waiter?
    /// Those that had been served when it came.
    var servedBefore: Int
  }

  private var entries: [Entry] = []
  private var first = 0
  /// Those that were served so far.
  private var served = 0
  /// How many wait.
  private(set) var count = 0
  /// How many entries there are, those of sessions that have given up among them.
  var entryCount: Int { entries.count }

  /// Adds a session with a ticket higher than all before.
  mutating func append(_ waiter: Waiter, ticket: UInt64) {
    entries.append(Entry(ticket: ticket, waiter: waiter, servedBefore: served))
    count += 1
  }

  /// The ticket of who waits longest.
  mutating func firstTicket() -> UInt64? {
    dropGone()
    return first < entries.count ? entries[first].ticket : nil
  }

  /// Takes who waits longest, to be served or, with `isServed` false, to be sent elsewhere.
  mutating func popFirst(isServed: Bool = true) -> Waiter? {
    dropGone()
    guard first < entries.count, var waiter = entries[first].waiter else { return nil }
    waiter.place = served &- entries[first].servedBefore &+ 1
    if isServed { served &+= 1 }
    entries[first].waiter = nil
    count -= 1
    dropGone()
    return waiter
  }

  /// Takes the session with this ticket out and gives its place; nil when it no longer waits here.
  mutating func cancel(_ ticket: UInt64) -> Int? {
    var low = first
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].ticket < ticket { low = middle + 1 } else { high = middle }
    }
    guard low < entries.count, entries[low].ticket == ticket, entries[low].waiter != nil else {
      return nil
    }
    let place = served &- entries[low].servedBefore &+ 1
    entries[low].waiter = nil
    count -= 1
    dropGone()
    // Those who gave up behind one who waits on must not pile up.
    if entries.count - first > 2 * count + Self.goneLimit {
      entries.removeFirst(first)
      entries.removeAll { $0.waiter == nil }
      first = 0
    }
    return place
  }

  /// Moves past the entries at the front that wait no more, and frees their memory now and then.
  private mutating func dropGone() {
    while first < entries.count && entries[first].waiter == nil { first += 1 }
    if first == entries.count {
      entries.removeAll(keepingCapacity: true)
      first = 0
    } else if first > 1024 && first * 2 > entries.count {
      entries.removeFirst(first)
      first = 0
    }
  }
}
