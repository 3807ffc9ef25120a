/// The ports of a server's `source` line: each is lent to one connection at a time, in turn, and
/// goes to the end of the row when it is given back.
package final class PortPool: Hashable, Sendable {
  private struct Row {
    /// A ring of ports that are free from `first` on.
    var ports: [UInt16]
    var first = 0
    var count: Int
  }

  private let row: Locked<Row>

  /// A pool of these ports, none of them lent.
  package init(_ range: ClosedRange<UInt16>) {
    row = Locked(Row(ports: Array(range), count: range.count))
  }

  /// Ports that are free.
  package var freeCount: Int { row.withLock { $0.count } }

  /// Takes the port that was given back longest ago; nil where all are lent.
  fileprivate func take() -> UInt16? {
    row.withLock { row in
      guard row.count > 0 else { return nil }
      let port = row.ports[row.first]
      row.first = (row.first + 1) % row.ports.count
      row.count -= 1
      return port
    }
  }

  fileprivate func giveBack(_ port: UInt16) {
    row.withLock { row in
      precondition(row.count < row.ports.count, "a port comes back that was not lent")
      row.ports[(row.first + row.count) % row.ports.count] = port
      row.count += 1
    }
  }

  /// Whether both are the same pool.
  package static func == (left: PortPool, right: PortPool) -> Bool { left === right }

  /// Hashes its identity.
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A port that was lent by a pool; it goes back when this is let go.
package struct BorrowedPort: ~Copyable {
  /// The port.
  package let number: UInt16
  private let pool: PortPool

  /// Takes the next port; nil where all are lent.
  package init?(from pool: PortPool) {
    guard let number = pool.take() else { return nil }
    self.number = number
    self.pool = pool
  }

  deinit { pool.giveBack(number) }
}
