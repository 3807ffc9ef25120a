import Metrics
import Testing

@Suite("Histograms of unknown range")
struct LogLinearHistogramTests {
  /// The same in each run.
  private static func values(_ count: Int, seed: UInt64) -> [UInt64] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) >> (state >> 59)
    }
  }

  @Test("An empty one has no quantile")
  func empty() {
    #expect(LogLinearHistogram().quantile(0.5) == nil)
    #expect(LogLinearHistogram().mean == nil)
  }

  @Test("Values of whole milliseconds are told exactly up to 32 ms")
  func exact() {
    var histogram = LogLinearHistogram()
    for value in 1...32 as ClosedRange<UInt64> { histogram.record(value * 1000) }
    for value in 1...32 as ClosedRange<UInt64> {
      #expect(histogram.quantile(Double(value) / 32) == value * 1000)
    }
  }

  @Test("Quantiles are within a bucket of the true ones, at any size", arguments: [1, 7, 42])
  func quantiles(seed: UInt64) throws {
    let values = Self.values(20_000, seed: seed)
    var histogram = LogLinearHistogram()
    for value in values { histogram.record(value) }
    let sorted = values.sorted()
    for share in [0.001, 0.1, 0.5, 0.9, 0.99, 0.999] {
      let exact = sorted[max(0, Int((share * Double(values.count)).rounded(.up)) - 1)]
      let told = try #require(histogram.quantile(share))
      #expect(Double(max(told, exact) - min(told, exact)) <= Double(exact) / 32 + 1, "\(share)")
    }
    #expect(histogram.minimum == sorted.first && histogram.maximum == sorted.last)
    #expect(histogram.quantile(1) == sorted.last)
    #expect(histogram.sum == values.reduce(0, +))
  }

  @Test("Two halves merged are the whole")
  func merging() {
    let values = Self.values(1000, seed: 3)
    var whole = LogLinearHistogram()
    var left = LogLinearHistogram()
    var right = LogLinearHistogram()
    for (index, value) in values.enumerated() {
      whole.record(value)
      if index % 3 == 0 { left.record(value) } else { right.record(value) }
    }
    left.merge(right)
    #expect(left.count == whole.count && left.sum == whole.sum)
    for share in [0.01, 0.5, 0.99, 1] { #expect(left.quantile(share) == whole.quantile(share)) }
  }

  @Test("The largest numbers there are have a place")
  func extremes() {
    var histogram = LogLinearHistogram()
    histogram.record(.max)
    histogram.record(0)
    #expect(histogram.quantile(1) == .max)
    #expect(histogram.quantile(0.5) == 0)
  }
}
