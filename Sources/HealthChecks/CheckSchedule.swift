/// When checks begin, and how long their phases may take.
package struct CheckSchedule: Sendable {
  /// Checks that are more frequent than this start on their own and do not hurry the others.
  package static let spreadThresholdMilliseconds = 1000

  /// `spread-checks`, in percent.
  private let spreadPercent: Int
  /// `max-spread-checks`, in milliseconds.
  private let spreadLimitMilliseconds: Int?
  private var random: UInt64

  /// Makes a schedule; `seed` starts its random numbers.
  package init(spreadPercent: Int, spreadLimitMilliseconds: Int?, seed: UInt64) {
    self.spreadPercent = min(max(spreadPercent, 0), 50)
    self.spreadLimitMilliseconds = spreadLimitMilliseconds
    random = seed
  }

  /// The delay of each check's start, in milliseconds: checks are spread in their order over the
  /// shortest interval among those of a second and more, or over their own where that is longer.
  package func startDelays(_ settings: [CheckSettings]) -> [Int] {
    let intervals = settings.map { $0.intervalMilliseconds(.fast) }
    let shortest = intervals.filter { $0 >= Self.spreadThresholdMilliseconds }.min() ?? 0
    return intervals.enumerated().map { position, interval in
      var spread = max(shortest, interval)
      if let spreadLimitMilliseconds { spread = min(spread, spreadLimitMilliseconds) }
      return spread * position / max(intervals.count, 1)
    }
  }

  /// An interval made up to `spread-checks` percent longer or shorter by chance.
  package mutating func spread(_ milliseconds: Int) -> Int {
    let most = milliseconds / 100 * spreadPercent + milliseconds % 100 * spreadPercent / 100
    guard most > 0 else { return milliseconds }
    // A linear congruential generator's upper bits are random enough for this.
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return milliseconds - most + Int(random >> 33) % (2 * most + 1)
  }
}

extension CheckSettings {
  /// The time that a connection may take, in milliseconds: `inter`, and `timeout connect` too where
  /// there is a `timeout check`.
  package var connectLimitMilliseconds: Int {
    guard checkTimeoutMilliseconds != nil, let connectTimeoutMilliseconds else {
      return intervalMilliseconds
    }
    return min(intervalMilliseconds, connectTimeoutMilliseconds)
  }
}
