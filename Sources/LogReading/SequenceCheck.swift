/// Which numbers of records were seen, to tell which are missing and which came twice.
///
/// Numbers come nearly in order, so they are kept as runs. There is room for a limited number of
/// runs; beyond it the lowest gap is closed and counted, and its numbers can no longer come late.
package struct SequenceCheck: Sendable {
  /// The first and last number of a run of records or of a gap between two.
  package typealias Run = ClosedRange<UInt64>

  /// The most runs that are kept.
  private static let limit = 65_536

  /// Runs of numbers that were seen, rising.
  private var runs: [Run] = []
  /// How many records came again.
  package private(set) var doubles: UInt64 = 0
  /// Numbers that came again, the first few.
  package private(set) var someDoubles: [UInt64] = []
  private var closedGaps: UInt64 = 0
  private var closedMissing: UInt64 = 0

  /// Takes note of a number.
  @inline(__always)
  mutating func add(_ number: UInt64) {
    if let last = runs.indices.last, number == runs[last].upperBound &+ 1 {
      runs[last] = runs[last].lowerBound...number
    } else {
      insert(number...number)
    }
  }

  /// Puts a run among the others; numbers that were there already are doubles.
  private mutating func insert(_ new: Run) {
    // The first run that does not end before the new one, nor right before it.
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].upperBound < new.lowerBound, runs[middle].upperBound + 1 < new.lowerBound {
        low = middle + 1
      } else {
        high = middle
      }
    }
    var merged = new
    var end = low
    while end < runs.count,
      runs[end].lowerBound <= new.upperBound || runs[end].lowerBound == new.upperBound &+ 1
    {
      if runs[end].overlaps(new) { note(runs[end].clamped(to: new)) }
      merged =
        min(merged.lowerBound, runs[end].lowerBound)...max(merged.upperBound, runs[end].upperBound)
      end += 1
    }
    runs.replaceSubrange(low..<end, with: CollectionOfOne(merged))
    if runs.count > Self.limit { closeGap(behind: 0) }
  }

  private mutating func note(_ again: Run) {
    doubles &+= again.upperBound - again.lowerBound + 1
    var number = again.lowerBound
    while someDoubles.count < 20, number <= again.upperBound {
      someDoubles.append(number)
      number += 1
    }
  }

  private mutating func closeGap(behind place: Int) {
    closedGaps += 1
    closedMissing &+= runs[place + 1].lowerBound - runs[place].upperBound - 1
    let joined = runs[place].lowerBound...runs[place + 1].upperBound
    runs.replaceSubrange(place...(place + 1), with: CollectionOfOne(joined))
  }

  /// Takes note of all that another one has seen.
  mutating func merge(_ other: SequenceCheck) {
    for run in other.runs { insert(run) }
    doubles &+= other.doubles
    someDoubles = Array((someDoubles + other.someDoubles).prefix(20))
    closedGaps += other.closedGaps
    closedMissing &+= other.closedMissing
  }

  /// The lowest number; nil where there was none.
  package var first: UInt64? { runs.first?.lowerBound }
  /// The highest number; nil where there was none.
  package var last: UInt64? { runs.last?.upperBound }
  /// How many gaps there are between the lowest and the highest number.
  package var gapCount: UInt64 { UInt64(max(0, runs.count - 1)) + closedGaps }
  /// How many numbers are missing.
  package var missing: UInt64 {
    var sum = closedMissing
    for index in runs.indices.dropFirst() {
      sum &+= runs[index].lowerBound - runs[index - 1].upperBound - 1
    }
    return sum
  }
  /// The first gaps.
  package func gaps(_ count: Int) -> [Run] {
    runs.indices.dropFirst().prefix(count).map {
      (runs[$0 - 1].upperBound + 1)...(runs[$0].lowerBound - 1)
    }
  }
}
