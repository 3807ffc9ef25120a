/// Connections over time, in buckets of equal width that get wider as the time gets longer.
package struct RateSeries: Sendable {
  /// What happened within a bucket.
  package struct Bucket: Sendable {
    /// Connections accepted then.
    package var connections: UInt64 = 0
    /// Those of them that did not end in good order.
    package var errors: UInt64 = 0
    /// Bytes that they sent to clients.
    package var bytesOut: UInt64 = 0

    @inline(__always)
    fileprivate mutating func add(_ connections: UInt64, errors: UInt64, bytesOut: UInt64) {
      self.connections &+= connections
      self.errors &+= errors
      self.bytesOut &+= bytesOut
    }
  }

  /// Widths of buckets in milliseconds; each divides the next.
  private static let widths: [Int64] =
    [100, 500, 1000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000]
    + [10_800_000, 21_600_000, 43_200_000, 86_400_000, 604_800_000, 6_048_000_000, 60_480_000_000]
  /// The most buckets.
  private static let limit = 1024

  private var step = 0
  private var buckets: [Bucket] = []
  private var beginMilliseconds: Int64 = 0
  private var lastBegin: Int64 = .max
  private var lastPlace = 0

  /// How wide a bucket is, in milliseconds.
  package var widthMilliseconds: Int64 { Self.widths[step] }

  /// Counts a connection that was accepted then, in µs since 1970.
  @inline(__always)
  mutating func add(_ microseconds: Int64, isError: Bool, bytesOut: UInt64) {
    let distance = microseconds &- lastBegin
    if distance < 0 || distance >= widthMilliseconds &* 1000 || buckets.isEmpty {
      find(microseconds / 1000)
    }
    buckets[lastPlace].add(1, errors: isError ? 1 : 0, bytesOut: bytesOut)
  }

  @inline(never)
  private mutating func find(_ milliseconds: Int64) {
    let milliseconds = max(0, milliseconds)
    if buckets.isEmpty { beginMilliseconds = milliseconds / widthMilliseconds * widthMilliseconds }
    while true {
      let place = Self.place(milliseconds, beginMilliseconds, widthMilliseconds)
      if place >= 0, place < Self.limit {
        while buckets.count <= place { buckets.append(Bucket()) }
        lastPlace = Int(place)
        break
      }
      if place < 0, buckets.count - Int(clamping: place) <= Self.limit {
        buckets.insert(contentsOf: repeatElement(Bucket(), count: -Int(place)), at: 0)
        beginMilliseconds = milliseconds / widthMilliseconds * widthMilliseconds
        lastPlace = 0
        break
      }
      guard step + 1 < Self.widths.count else {
        lastPlace = place < 0 ? 0 : buckets.count - 1
        break
      }
      self = widened(to: step + 1)
    }
    lastBegin = (beginMilliseconds + Int64(lastPlace) * widthMilliseconds) * 1000
  }

  private static func place(_ moment: Int64, _ begin: Int64, _ width: Int64) -> Int64 {
    moment >= begin ? (moment - begin) / width : -((begin - moment + width - 1) / width)
  }

  /// The same in wider buckets.
  private func widened(to step: Int) -> RateSeries {
    var wider = RateSeries()
    wider.step = step
    let width = wider.widthMilliseconds
    wider.beginMilliseconds = beginMilliseconds / width * width
    for (index, bucket) in buckets.enumerated() {
      let moment = beginMilliseconds + Int64(index) * widthMilliseconds
      let place = Int((moment - wider.beginMilliseconds) / width)
      while wider.buckets.count <= place { wider.buckets.append(Bucket()) }
      wider.buckets[place].connections &+= bucket.connections
      wider.buckets[place].errors &+= bucket.errors
      wider.buckets[place].bytesOut &+= bucket.bytesOut
    }
    return wider
  }

  /// Adds all of another series.
  mutating func merge(_ other: RateSeries) {
    guard !other.buckets.isEmpty else { return }
    guard !buckets.isEmpty else {
      self = other
      return
    }
    var other = other
    if other.step > step { self = widened(to: other.step) }
    if step > other.step { other = other.widened(to: step) }
    for (index, bucket) in other.buckets.enumerated() where bucket.connections > 0 {
      let moment = other.beginMilliseconds + Int64(index) * other.widthMilliseconds
      find(moment)
      buckets[lastPlace].connections &+= bucket.connections
      buckets[lastPlace].errors &+= bucket.errors
      buckets[lastPlace].bytesOut &+= bucket.bytesOut
    }
    lastBegin = .max
  }

  /// The series in at most so many buckets: where the first begins, in ms since 1970, how wide each
  /// is, and what they hold.
  package func fitted(to count: Int) -> (
    beginMilliseconds: Int64, widthMilliseconds: Int64, buckets: [Bucket]
  ) {
    var series = self
    while series.buckets.count > max(count, 1), series.step + 1 < Self.widths.count {
      series = series.widened(to: series.step + 1)
    }
    return (series.beginMilliseconds, series.widthMilliseconds, series.buckets)
  }
}
