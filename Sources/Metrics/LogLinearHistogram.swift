/// How often values occurred, in buckets that get wider as values get larger.
///
/// Each power of two has 32 buckets, so that a bucket is at most 1/32 of its values wide. A bucket
/// keeps the sum of its values beside their number and stands for their mean: a value that alone
/// is in its bucket is told exactly, any other within 3.1 %. Minimum, maximum and sum are exact.
/// It takes 22.5 kB at the most, less where values are small.
public struct LogLinearHistogram: Sendable {
  /// How many values were recorded.
  public private(set) var count: UInt64 = 0
  /// Their sum, modulo 2^64.
  public private(set) var sum: UInt64 = 0
  /// The least value; UInt64.max where there is none.
  public private(set) var minimum: UInt64 = .max
  /// The greatest value; 0 where there is none.
  public private(set) var maximum: UInt64 = 0
  /// Number and sum of each bucket, one behind the other, as far as they were needed.
  private var cells: [UInt64] = []

  /// The greatest value with a bucket of its size: what is greater is kept in the last one.
  private static let largest: UInt64 = (1 << 48) - 1

  /// A histogram without values.
  public init() {}

  /// The bucket of a value.
  private static func bucket(of value: UInt64) -> Int {
    let value = min(value, largest)
    guard value >= 32 else { return Int(truncatingIfNeeded: value) }
    let power = 63 &- value.leadingZeroBitCount
    return (power &- 5) &* 32 &+ Int(truncatingIfNeeded: value >> UInt64(power &- 5))
  }

  /// Records a value.
  public mutating func record(_ value: UInt64) {
    let place = Self.bucket(of: value) &* 2
    if place >= cells.count { grow(to: place) }
    // One look at who else has the array, rather than two.
    var span = cells.mutableSpan
    span[place] &+= 1
    span[place &+ 1] &+= value
    count &+= 1
    sum &+= value
    if value < minimum { minimum = value }
    if value > maximum { maximum = value }
  }

  private mutating func grow(to place: Int) {
    // Whole powers of two, so that it does not grow at each new value.
    let wanted = (place / 64 + 1) * 64
    cells += repeatElement(0, count: wanted - cells.count)
  }

  /// Records all values of another histogram.
  public mutating func merge(_ other: LogLinearHistogram) {
    if other.cells.count > cells.count {
      cells += repeatElement(0, count: other.cells.count - cells.count)
    }
    for index in other.cells.indices { cells[index] &+= other.cells[index] }
    count &+= other.count
    sum &+= other.sum
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }

  /// The value that a share of all values (0…1) does not exceed; nil where there is none.
  public func quantile(_ share: Double) -> UInt64? {
    guard count > 0 else { return nil }
    let rank = min(max((share * Double(count)).rounded(.up), 1), Double(count))
    guard rank < Double(count) else { return maximum }
    var seen: UInt64 = 0
    for place in stride(from: 0, to: cells.count, by: 2) where cells[place] > 0 {
      seen += cells[place]
      if Double(seen) >= rank {
        return min(max(cells[place + 1] / cells[place], minimum), maximum)
      }
    }
    return maximum
  }

  /// The mean of all values; nil where there is none.
  public var mean: Double? { count > 0 ? Double(sum) / Double(count) : nil }
}
