internal import Memory

/// A session that waits for a server: which worker has it, and where.
struct Waiter: BitwiseCopyable, Sendable {
  var worker: UInt16
  var session: SlabIndex
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
  }

  private var entries: [Entry] = []
  private var first = 0
  /// How many wait.
  private(set) var count = 0
  /// How many entries there are, those of sessions that have given up among them.
  var entryCount: Int { entries.count }

  /// Adds a session with a ticket higher than all before.
  mutating func append(_ waiter: Waiter, ticket: UInt64) {
    entries.append(Entry(ticket: ticket, waiter: waiter))
    count += 1
  }

  /// The ticket of who waits longest.
  mutating func firstTicket() -> UInt64? {
    dropGone()
    return first < entries.count ? entries[first].ticket : nil
  }

  /// Takes who waits longest.
  mutating func popFirst() -> Waiter? {
    dropGone()
    guard first < entries.count, let waiter = entries[first].waiter else { return nil }
    entries[first].waiter = nil
    count -= 1
    dropGone()
    return waiter
  }

  /// Takes the session with this ticket out; false when it no longer waits here.
  mutating func cancel(_ ticket: UInt64) -> Bool {
    var low = first
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].ticket < ticket { low = middle + 1 } else { high = middle }
    }
    guard low < entries.count, entries[low].ticket == ticket, entries[low].waiter != nil else {
      return false
    }
    entries[low].waiter = nil
    count -= 1
    dropGone()
    // Those who gave up behind one who waits on must not pile up.
    if entries.count - first > 2 * count + Self.goneLimit {
      entries.removeFirst(first)
      entries.removeAll { $0.waiter == nil }
      first = 0
    }
    return true
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
