/// Which bytes of a TLS session lie before which place of the wire: what the system says of the
/// wire is told of the bytes by it.
struct TLSMarks {
  private var marks: [(wire: UInt64, bytes: UInt64)] = []
  private var first = 0
  private var passed: UInt64 = 0
  /// What had been read from the wire when the handshake was over.
  private(set) var readBefore: UInt64 = 0

  /// The handshake is over.
  mutating func begin(at read: UInt64) { readBefore = read }

  /// All bytes so far lie before this place of the wire.
  mutating func add(wire: UInt64, bytes: UInt64) { marks.append((wire, bytes)) }

  /// How many bytes lie before a place of the wire that never goes back.
  mutating func bytes(upTo wire: UInt64) -> UInt64 {
    while first < marks.count, marks[first].wire <= wire {
      passed = marks[first].bytes
      first += 1
    }
    if first == marks.count {
      marks.removeAll(keepingCapacity: true)
      first = 0
    } else if first > 1024 {
      marks.removeFirst(first)
      first = 0
    }
    return passed
  }
}
