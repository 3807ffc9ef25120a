/// Which records of a spool the messages of a queue are: runs of numbers, the oldest first. A
/// message that could not be written to the spool has none.
struct SpoolRuns {
  private struct Run {
    var first: UInt64?
    var count: Int
  }

  private var runs: [Run] = []
  private var oldest = 0

  /// Adds a message at the end.
  mutating func append(_ sequence: UInt64?) {
    if oldest < runs.count, let last = runs.last {
      let next = last.first.map { $0 + UInt64(last.count) }
      if next == sequence {
        runs[runs.count - 1].count += 1
        return
      }
    }
    runs.append(Run(first: sequence, count: 1))
  }

  /// Takes the `number` oldest messages away; the number behind the last record among them, nil
  /// where none of them is in the spool.
  mutating func removeFirst(_ number: Int) -> UInt64? {
    var rest = number
    var next: UInt64?
    while rest > 0, oldest < runs.count {
      let taken = min(rest, runs[oldest].count)
      if let first = runs[oldest].first {
        next = first + UInt64(taken)
        runs[oldest].first = next
      }
      runs[oldest].count -= taken
      rest -= taken
      if runs[oldest].count == 0 { oldest += 1 }
    }
    if oldest == runs.count {
      runs.removeAll(keepingCapacity: true)
      oldest = 0
    } else if oldest > 1024 {
      runs.removeSubrange(..<oldest)
      oldest = 0
    }
    return next
  }

  /// How many of the messages are records from this number on.
  func count(from least: UInt64) -> Int {
    runs[oldest...].reduce(0) { sum, run in
      guard let first = run.first else { return sum }
      let gone = least > first ? least - first : 0
      return sum + max(0, run.count - Int(clamping: gone))
    }
  }
}
