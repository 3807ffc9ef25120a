internal import Memory
package import Metrics

/// What is counted of one server, client or frontend.
package struct Tally: Sendable {
  /// Connections that ended.
  package var connections: UInt64 = 0
  /// Those that did not end in good order.
  package var errors: UInt64 = 0
  /// Bytes to clients.
  package var bytesOut: UInt64 = 0
  /// What keeps it in the table: connections less those that made room for others.
  fileprivate var credit: UInt64 = 0

  @inline(__always)
  fileprivate mutating func add(_ record: ReadRecord) {
    connections &+= 1
    credit &+= 1
    errors &+= record.isError ? 1 : 0
    bytesOut &+= record.bytesOut ?? 0
  }

  fileprivate mutating func add(_ other: Tally) {
    connections &+= other.connections
    errors &+= other.errors
    bytesOut &+= other.bytesOut
    credit &+= other.credit
  }
}

/// Counts by name, for as many names as there is room for.
///
/// While there is room every count is exact. When it is full, the lesser half of the names makes
/// room (Misra and Gries): names that are frequent stay, and no count is more than `error` too low.
package struct TallyTable: Sendable {
  /// A name and what was counted of it.
  package struct Entry: Sendable {
    /// The name.
    package var name: String
    /// What was counted.
    package var tally: Tally
    /// How long connections took in all, in µs; empty where the table keeps no times.
    package var totals: LogLinearHistogram
    /// How long it took to connect, in µs; empty where the table keeps no times.
    package var connects: LogLinearHistogram
  }

  /// The most that a count can be too low.
  package private(set) var error: UInt64 = 0
  /// How many names it holds.
  package var count: Int { hashes.count }

  private let limit: Int
  private let keepsTimes: Bool
  private var slots: [UInt32]
  private var hashes: [UInt64] = []
  private var tallies: [Tally] = []
  private var nameEnds: [(start: Int, count: Int)] = []
  private var names: [UInt8] = []
  private var totals: [LogLinearHistogram] = []
  private var connects: [LogLinearHistogram] = []

  /// The longest name that is kept, in bytes.
  private static let nameLimitBytes = 128

  /// A table of at most so many names.
  init(limit: Int, keepsTimes: Bool) {
    self.limit = limit
    self.keepsTimes = keepsTimes
    slots = Array(repeating: 0, count: 64)
  }

  /// The place of a name of one or two parts, made where there is none yet.
  @inline(__always)
  private mutating func place(
    _ bytes: Span<UInt8>, _ first: Range<Int>, _ second: Range<Int>?
  ) -> Int {
    var hash = bytes.hash(first)
    if let second { hash = bytes.hash(second, seed: hash) }
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let index = Int(slots[slot]) &- 1
      if hashes[index] == hash { return index }
      slot = (slot &+ 1) & mask
    }
    return enter(hash, bytes, first, second)
  }

  /// Counts a connection that ended.
  @inline(__always)
  mutating func add(
    _ bytes: Span<UInt8>, _ first: Range<Int>, _ second: Range<Int>?, _ record: ReadRecord
  ) {
    let place = place(bytes, first, second)
    tallies[place].add(record)
    if keepsTimes {
      if let total = record.totalMicroseconds { totals[place].record(total) }
      if let connect = record.connectMicroseconds { connects[place].record(connect) }
    }
  }

  @inline(never)
  private mutating func enter(
    _ hash: UInt64, _ bytes: Span<UInt8>, _ first: Range<Int>, _ second: Range<Int>?
  ) -> Int {
    if hashes.count >= limit { makeRoom() }
    let start = names.count
    for index in first.prefix(Self.nameLimitBytes) { names.append(bytes[index]) }
    if let second {
      names.append(UInt8(ascii: "/"))
      for index in second.prefix(Self.nameLimitBytes) { names.append(bytes[index]) }
    }
    return append(hash, (start, names.count - start))
  }

  private mutating func append(_ hash: UInt64, _ name: (start: Int, count: Int)) -> Int {
    hashes.append(hash)
    tallies.append(Tally())
    nameEnds.append(name)
    if keepsTimes {
      totals.append(LogLinearHistogram())
      connects.append(LogLinearHistogram())
    }
    if hashes.count * 2 > slots.count {
      rebuildSlots()
    } else {
      fill(hash, hashes.count - 1)
    }
    return hashes.count - 1
  }

  private mutating func fill(_ hash: UInt64, _ index: Int) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = UInt32(index + 1)
  }

  private mutating func rebuildSlots() {
    var size = slots.count
    while hashes.count * 2 > size { size *= 2 }
    slots = Array(repeating: 0, count: size)
    for index in hashes.indices { fill(hashes[index], index) }
  }

  /// Lets the names go that have no more credit than the middle one, and takes that off all others.
  private mutating func makeRoom() {
    let credits = tallies.map(\.credit).sorted()
    let price = credits[credits.count / 2]
    var kept = TallyTable(limit: limit, keepsTimes: keepsTimes)
    for index in hashes.indices where tallies[index].credit > price {
      let place = kept.take(self, index)
      kept.tallies[place].credit -= price
    }
    kept.error = error + price
    self = kept
  }

  /// Adds the entry of another table; its place.
  private mutating func take(_ other: TallyTable, _ index: Int) -> Int {
    let hash = other.hashes[index]
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    var found: Int?
    while slots[slot] != 0 {
      if hashes[Int(slots[slot]) - 1] == hash {
        found = Int(slots[slot]) - 1
        break
      }
      slot = (slot + 1) & mask
    }
    let place: Int
    if let found {
      place = found
    } else {
      if hashes.count >= limit { makeRoom() }
      let name = other.nameEnds[index]
      let start = names.count
      names += other.names[name.start..<(name.start + name.count)]
      place = append(hash, (start, name.count))
    }
    tallies[place].add(other.tallies[index])
    if keepsTimes {
      totals[place].merge(other.totals[index])
      connects[place].merge(other.connects[index])
    }
    return place
  }

  /// Adds all of another table.
  mutating func merge(_ other: TallyTable) {
    for index in other.hashes.indices { _ = take(other, index) }
    error += other.error
  }

  /// The names with the most connections, most first; names of the same number by their letters.
  package func top(_ count: Int) -> [Entry] {
    let places = hashes.indices.sorted {
      tallies[$0].connections != tallies[$1].connections
        ? tallies[$0].connections > tallies[$1].connections : name($0) < name($1)
    }
    return places.prefix(count).map {
      Entry(
        name: name($0), tally: tallies[$0],
        totals: keepsTimes ? totals[$0] : LogLinearHistogram(),
        connects: keepsTimes ? connects[$0] : LogLinearHistogram())
    }
  }

  private func name(_ index: Int) -> String {
    let name = nameEnds[index]
    return String(decoding: names[name.start..<(name.start + name.count)], as: UTF8.self)
  }
}
